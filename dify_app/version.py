"""Asks Dify which version it is (docs/platform/dify.md#version-of-a-running-dify)."""

import re
from typing import Final

from urllib3 import PoolManager, Timeout
from urllib3.exceptions import HTTPError

from json_fields import mapping, parsed, text_of

BROKEN: Final = ("1.8.0", "1.8.1", "1.9.0", "1.15.0")
"""Versions in which no plugin can ask an app (docs/platform/dify.md#dify-versions)."""
TIMEOUT: Final = 2.0  # wall seconds
_VERSION: Final = re.compile(r"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}[0-9A-Za-z.+-]{0,30}", re.ASCII)
_LARGEST: Final = 10_000  # bytes


def dify_version(http: PoolManager, api_url: str) -> str:
    """The version of the Dify whose API is at `api_url`, such as `1.17.0`; "" where it is not told. Never raises."""
    if not api_url:
        return ""
    try:
        answer = http.request(
            "GET",
            f"{api_url}/health",
            timeout=Timeout(TIMEOUT),
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            body = answer.read(_LARGEST)
        finally:
            answer.close()
    except (HTTPError, OSError, ValueError):
        return ""
    found = text_of(mapping(parsed(body.decode("utf-8", "replace"))), "version")
    return found if _VERSION.fullmatch(found) else ""


def is_broken(version: str) -> bool:
    """Whether plugins cannot ask apps in this version."""
    return version.partition("-")[0] in BROKEN
