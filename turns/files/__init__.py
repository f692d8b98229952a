"""Files that members attach and files that the app makes."""

from turns.files import notes, produced, rest_file
from turns.files.attachments import Attachments, Brought, SlackFile
from turns.files.notes import left_out, linked, name_lists
from turns.files.produced import ProducedFiles
from turns.files.recordings import Heard, Recordings
from turns.files.rest_file import RestFile
from turns.files.transfers import Transfers

__all__ = [
    "Attachments",
    "Brought",
    "Heard",
    "ProducedFiles",
    "Recordings",
    "RestFile",
    "SlackFile",
    "Transfers",
    "left_out",
    "linked",
    "name_lists",
    "notes",
    "produced",
    "rest_file",
]
