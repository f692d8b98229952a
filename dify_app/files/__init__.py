"""Files on their way to Dify and back."""

from dify_app.files.addresses import addresses, file_bases, is_signed
from dify_app.files.fetch import FetchedFile, fetch_file
from dify_app.files.uploads import FileCalls, FileSlot, OfferedFile, PlacedFile, place, upload

__all__ = [
    "FetchedFile",
    "FileCalls",
    "FileSlot",
    "OfferedFile",
    "PlacedFile",
    "addresses",
    "fetch_file",
    "file_bases",
    "is_signed",
    "place",
    "upload",
]
