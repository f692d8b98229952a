"""Files that an app made: which addresses are Dify's own, and where to fetch them. This module does no I/O.

Source: docs/platform/dify.md#files-out.

Dify gives relative addresses (`/files/tools/…`) unless its FILES_URL is set. The signature in an address is valid for
300 s, on whichever host the file is asked for. Only Dify's file paths on Dify's own hosts are ever fetched; any other
address stays a link in the text.
"""

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

# The routes of Dify's files API that serve files ([A] controllers/files).
_PATH = re.compile(r"/files/(?:tools/[A-Za-z0-9_.-]{1,200}|[A-Za-z0-9-]{1,64}/(?:file|image)-preview)")
_SIGNED = re.compile(rf"{_PATH.pattern}\Z")
_SIGN = re.compile(r"(?:^|&)sign=")
_LONGEST = 2000  # characters of an address


def file_bases(named: Iterable[str], hook_url: str) -> tuple[str, ...]:
    """The base addresses to try, in order: those that the environment names, then the host of Dify-Hook-Url."""
    return tuple(dict.fromkeys(base for base in map(_base, [*named, _origin_of(hook_url)]) if base))


def addresses(url: str, bases: tuple[str, ...]) -> tuple[str, ...]:
    """Where to ask for a file of Dify, the nearest host first; empty for an address that is not Dify's own."""
    parts = _split(url)
    if parts is None:
        return ()
    path = parts.path
    if parts.netloc:
        base = next((base for base in bases if _is_under(parts, base)), None)
        if base is None:
            return ()
        path = path.removeprefix(urlsplit(base).path)
    elif parts.scheme:
        return ()
    if not _PATH.fullmatch(path):
        return ()
    query = f"?{parts.query}" if parts.query else ""
    return tuple(f"{base}{path}{query}" for base in bases)


def is_signed(url: str) -> bool:
    """Whether the address looks like a signed address of Dify, on whatever host; these are valid for 300 s."""
    parts = _split(url)
    return parts is not None and bool(_SIGNED.search(parts.path) and _SIGN.search(parts.query))


def _is_under(parts: SplitResult, base: str) -> bool:
    own = urlsplit(base)
    return (parts.scheme, parts.netloc) == (own.scheme, own.netloc) and parts.path.startswith(own.path + "/")


def _base(url: str) -> str:
    """The base without its last slash; empty if the text is no usable base address."""
    parts = _split(url.rstrip("/"))
    if parts is None or parts.scheme not in {"http", "https"} or not parts.netloc or parts.query:
        return ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _origin_of(url: str) -> str:
    parts = _split(url)
    return f"{parts.scheme}://{parts.netloc}" if parts else ""


def _split(url: str) -> SplitResult | None:
    """The parts of a plain address; None if the address has a user, blanks, backslashes or a fragment."""
    if len(url) > _LONGEST or not url.isascii() or not url.isprintable() or any(c in url for c in " \\@#<>"):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
