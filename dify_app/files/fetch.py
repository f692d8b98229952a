"""Fetches a file from Dify, with limits for size and time, and follows no redirect.

Source: docs/platform/dify.md#files-out.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import gevent
import urllib3

from clock import Clock

_CHUNK = 64 * 1024
_OK = 200


@dataclass(frozen=True, slots=True)
class FetchedFile:
    """The content of a fetched file, and its type."""

    content: bytes
    mimetype: str


def fetch_file(
    http: urllib3.PoolManager, addresses: Iterable[str], clock: Clock, *, most: int, patience: float = 20.0
) -> FetchedFile | None:
    """The file from the first address that serves it; None if no address does.

    `most` is the limit in bytes. `patience` is the limit in seconds for each address, from connecting to the last byte.
    The addresses must come from `addresses.py`: this function does not check whose they are.
    """
    for address in addresses:
        found = _fetch(http, address, clock.wall(patience), most)
        if found is not None:
            return found
    return None


def _fetch(http: urllib3.PoolManager, address: str, seconds: float, most: int) -> FetchedFile | None:
    response: urllib3.BaseHTTPResponse | None = None
    try:
        with gevent.Timeout(seconds, TimeoutError()):
            response = http.request(
                "GET", address, preload_content=False, redirect=False, retries=False, timeout=seconds
            )
            if response.status != _OK:
                return None
            content = bytearray()
            for chunk in response.stream(_CHUNK):
                content += chunk
                if len(content) > most:
                    return None
            mimetype = response.headers.get("Content-Type", "").partition(";")[0].strip()
            return FetchedFile(bytes(content), mimetype) if content else None
    except (TimeoutError, OSError, urllib3.exceptions.HTTPError):
        return None
    finally:
        if response is not None:
            response.close()
