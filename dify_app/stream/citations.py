"""What comes with the text of an answer: the documents it is based on, and its files.

Source: docs/platform/dify.md#sources-in-events, docs/platform/dify.md#files-out.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from dify_app.answer import FileProduced, Source
from dify_app.files import is_signed
from hosts import host_of
from json_fields import count_of, mapping_of, mappings_of, text_of
from plain_text import one_line

_LONGEST_NAME = 150  # characters of a document's name
_LONGEST_URL = 2000
_MOST_FILES = 1_000  # files of one answer; further files are ignored
_LINK_NAMES = ("url", "source_url", "source", "link")
# An http(s) address without the characters that have a meaning in Slack's links.
_WEB = re.compile(r"https?://[^ <>|]+", re.IGNORECASE)


class NewFiles:
    """Passes each file on once: several events name the same file of Dify, with changing hosts and signatures.

    `owns` says whether an address is that of a file on Dify. Anywhere else, another query means another file.
    """

    def __init__(self, owns: Callable[[str], bool]) -> None:
        self.owns = owns
        self._told: frozenset[str] = frozenset()

    def take(self, files: Iterable[FileProduced]) -> list[FileProduced]:
        """The files that were not passed on yet."""
        new = []
        for file in files:
            address = self._address(file.url)
            if address not in self._told and len(self._told) < _MOST_FILES:
                self._told |= {address}
                new.append(file)
        return new

    def _address(self, url: str) -> str:
        """The part of the address that is the same in all events that name the file."""
        bare = url.partition("?")[0]
        if self.owns(url):
            return bare[max(0, bare.find("/files/")) :]
        return bare if "://" not in url or is_signed(url) else url


def sources_in(metadata: Mapping[str, Any]) -> tuple[Source, ...]:
    """The documents of `retriever_resources`, once each by name, in the order of their `position`."""
    resources = mappings_of(metadata, "retriever_resources")
    resources.sort(key=lambda resource: count_of(resource, "position") or 0)
    found: dict[str, str] = {}
    for resource in resources:
        name = one_line(text_of(resource, "document_name", "title", "dataset_name"), _LONGEST_NAME)
        if name and not found.get(name):
            found[name] = _link(resource)
    return tuple(Source(name, url) for name, url in found.items())


def files_in(holder: Mapping[str, Any]) -> Iterator[FileProduced]:
    """The files in `files` of the event that ends a message or a workflow; files that the user sent are left out."""
    return filter(None, map(file_of, mappings_of(holder, "files")))


def file_of(item: Mapping[str, Any]) -> FileProduced | None:
    """One file from Dify; None for a file of the user, or for one without an address."""
    url = text_of(item, "url", "remote_url")
    if not url or item.get("belongs_to") == "user":
        return None
    name = text_of(item, "filename", "name") or _last_part(url)
    return FileProduced(url, text_of(item, "type") or "custom", name)


def _last_part(url: str) -> str:
    try:
        return urlsplit(url).path.rpartition("/")[2]
    except ValueError:
        return ""


def _link(resource: Mapping[str, Any]) -> str:
    """The http(s) address that Dify gives for the document, or empty."""
    holders = (resource, mapping_of(resource, "doc_metadata"))
    urls = (text_of(holder, name) for holder in holders for name in _LINK_NAMES)
    return next(filter(_is_web, urls), "")


def _is_web(url: str) -> bool:
    is_plain = len(url) <= _LONGEST_URL and url.isprintable() and _WEB.fullmatch(url)
    return bool(is_plain and host_of(url))
