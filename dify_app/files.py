"""Files that an app made: which addresses are Dify's own, and how a file is fetched from them.

Source: docs/platform/dify.md#files-out.

Dify gives relative addresses (`/files/tools/…`) unless its FILES_URL is set. The signature in an address is valid for
300 s, on whichever host the file is asked for. Only Dify's file paths on Dify's own hosts are ever fetched; any other
address stays a link in the text.
"""

import re
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

import gevent
import urllib3

from clock import Clock
from hosts import address_of

# The routes of Dify's files API that serve files ([A] controllers/files).
_PATH = re.compile(r"/files/(?:tools/[A-Za-z0-9_.-]{1,200}|[A-Za-z0-9-]{1,64}/(?:file|image)-preview)\Z")
_SIGN = re.compile(r"(?:^|&)sign=")
_LONGEST = 2000  # characters of an address
_OK = 200


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """The content of a fetched file, and its type."""

    content: bytes
    mimetype: str


def file_bases(named: Iterable[str], hook_url: str) -> tuple[str, ...]:
    """The base addresses to try, in order: those that the environment names, then the host of Dify-Hook-Url."""
    hook = _split(hook_url)
    origin = f"{hook.scheme}://{hook.netloc}" if hook else ""
    return tuple(dict.fromkeys(filter(None, map(_base, [*named, origin]))))


def addresses(url: str, bases: tuple[str, ...]) -> tuple[str, ...]:
    """Where to ask for a file of Dify, the nearest host first; empty for an address that is not Dify's own."""
    parts = _split(url)
    if parts is None:
        return ()
    path = parts.path
    if parts.scheme or parts.netloc:
        base = next((base for base in bases if parts.geturl().startswith(f"{base}/")), None)
        if base is None:
            return ()
        path = path.removeprefix(urlsplit(base).path)
    if not _PATH.match(path):
        return ()
    query = f"?{parts.query}" if parts.query else ""
    return tuple(f"{base}{path}{query}" for base in bases)


def is_signed(url: str) -> bool:
    """Whether the address looks like a signed address of Dify, on whatever host; these are valid for 300 s."""
    parts = _split(url)
    return parts is not None and bool(_PATH.search(parts.path) and _SIGN.search(parts.query))


def fetch_file(
    http: urllib3.PoolManager, addresses: Iterable[str], clock: Clock, *, most: int, patience: float = 20.0
) -> FetchedFile | None:
    """The file from the first address that serves it; None if no address does. No redirect is followed.

    `most` is the limit in bytes. `patience` is the limit in seconds for each address, from connecting to the last byte.
    The addresses must come from `addresses`: this function does not check whose they are.
    """
    found = (_fetch(http, address, clock.wall(patience), most) for address in addresses)
    return next((file for file in found if file is not None), None)


def _fetch(http: urllib3.PoolManager, address: str, seconds: float, most: int) -> FetchedFile | None:
    try:
        with gevent.Timeout(seconds, TimeoutError()):
            response = http.request(
                "GET", address, preload_content=False, redirect=False, retries=False, timeout=seconds
            )
            with closing(response):
                content = response.read(most + 1) if response.status == _OK else b""
    except (TimeoutError, OSError, urllib3.exceptions.HTTPError):
        return None
    mimetype = response.headers.get("Content-Type", "").partition(";")[0].strip()
    return FetchedFile(content, mimetype) if 0 < len(content) <= most else None


def _base(url: str) -> str:
    """The base without its last slash; empty if the text is no usable base address."""
    parts = _split(url.rstrip("/"))
    if parts is None or parts.scheme not in {"http", "https"} or not parts.netloc or parts.query:
        return ""
    return parts.geturl()


def _split(url: str) -> SplitResult | None:
    """The parts of a plain address; None if the address has a user, blanks, backslashes or a fragment."""
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or any(c in url for c in " \\@#<>"):
        return None
    return address_of(url)
