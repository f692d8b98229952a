"""Slack's file objects: what can be fetched, and is what came the file (docs/platform/slack.md#file-download).

Each reason is a key of `wording`.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from errors import FileRefused
from json_fields import text_of
from slack_api.pool import HttpResponse

LONGEST_NAME = 120  # characters
GONE_MODES = frozenset({"tombstone", "hidden_by_limit"})
DOCUMENT_MODES = frozenset({"post", "space", "quip", "canvas", "list"})  # Slack's own documents, no files
HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
HEAD = 1024  # bytes of a body that tell whether it is a page
HTML_START = re.compile(rb"\s*+(?:\xef\xbb\xbf)?+\s*+<(?:!doctype\s++html|html)", re.IGNORECASE)
MIME = re.compile(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}", re.ASCII)
ANY_TYPE = "application/octet-stream"


def safe_name(name: str) -> str:
    """The last part of a path, without control and formatting characters, cut to LONGEST_NAME with its ending kept."""
    last = re.split(r"[/\\]", name)[-1]
    visible = "".join(character for character in last if unicodedata.category(character)[0] != "C")
    plain = " ".join(visible.split()).strip(". ")
    if len(plain) > LONGEST_NAME:
        stem, dot, ending = plain.rpartition(".")
        tail = dot + ending if stem and len(ending) <= 16 else ""  # noqa: PLR2004 - longer is no ending
        plain = plain[: LONGEST_NAME - len(tail)].rstrip(". ") + tail
    return plain or "file"


def mime_of(file: Mapping[str, Any]) -> str:
    """The media type that Slack gives, or ANY_TYPE where that is none."""
    kind = text_of(file, "mimetype").strip().lower()
    # Voice clips come as video/mp4 or video/webm, or without a type (docs/platform/slack.md#voice-clips).
    if is_voice_clip(file) and not kind.startswith("audio/"):
        kind = "audio/webm" if "webm" in kind or name_of(file).endswith(".webm") else "audio/mp4"
    return kind if MIME.fullmatch(kind) else ANY_TYPE


def is_voice_clip(file: Mapping[str, Any]) -> bool:
    """Whether a member recorded the file in Slack (docs/platform/slack.md#voice-clips)."""
    return file.get("subtype") == "slack_audio"


def as_mp4(file: Mapping[str, Any]) -> Mapping[str, Any]:
    """The object of a recording with the address of Slack's own MP4 of it, if Slack names one; its size is unknown."""
    mp4 = text_of(file, "aac")
    if not mp4:
        return file
    kept = {name: value for name, value in file.items() if name != "size"}
    return {**kept, "url_private_download": mp4, "mimetype": "audio/mp4"}


def name_of(file: Mapping[str, Any]) -> str:
    """The safe name of a file, made of its name or its title."""
    return safe_name(text_of(file, "name", "title"))


def is_stub(file: Mapping[str, Any]) -> bool:
    """Whether the object holds an id only, as Slack Connect sends it; files.info has the rest."""
    return file.get("mode") == "file_access" or file.get("file_access") == "check_file_info"


def download_url(file: Mapping[str, Any], largest: int) -> str:
    """The URL of the file's bytes. Raises FileRefused for a file that cannot be fetched, whatever its URL."""
    mode, access, size = file.get("mode"), file.get("file_access"), declared_size(file)
    url = text_of(file, "url_private_download", "url_private")
    grounds = (
        (is_stub(file) or access == "access_denied", "file_shared_elsewhere"),
        (mode in GONE_MODES or access == "file_not_found", "file_deleted"),
        (mode == "external" or file.get("is_external") is True, "file_external"),
        (mode in DOCUMENT_MODES, "file_wrong_type"),
        (size is not None and size > largest, "file_too_large"),
        (size == 0, "file_empty"),
        (not url, "file_no_url"),
    )
    for holds, reason in grounds:
        if holds:
            raise FileRefused(name_of(file), reason)
    return url


def declared_size(file: Mapping[str, Any]) -> int | None:
    """The size in bytes; None where the object does not tell it."""
    size = file.get("size")
    return size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None


def refusal(file: Mapping[str, Any], answer: HttpResponse, owned_target: bool) -> str | None:
    """Why this answer is not the file; None if it is. `owned_target` says that it redirects to the files host."""
    redirected = 300 <= answer.status < 400  # noqa: PLR2004 - the class of redirects
    # Without files:read Slack redirects to its login, with the way back in `redir`.
    to_login = redirected and "redir=" in answer.headers.get("location", "")
    if to_login or "acl_fail" in answer.headers.get("x-slack-meta", ""):
        return "file_login_page"
    if redirected:
        return "file_download_failed" if owned_target else "file_foreign_host"
    if answer.status != 200:  # noqa: PLR2004
        named = {401: "file_login_page", 403: "file_login_page", 404: "file_deleted", 410: "file_deleted"}
        return named.get(answer.status, "file_download_failed")
    if _is_login_page(file, answer):
        return "file_login_page"
    if not answer.body:
        return "file_empty"
    size = declared_size(file)
    unmeasured = not {"content-length", "transfer-encoding"} & answer.headers.keys()
    return "file_truncated" if unmeasured and size is not None and len(answer.body) < size else None


def _is_login_page(file: Mapping[str, Any], answer: HttpResponse) -> bool:
    """Whether the body is a web page but the file is none. A body of exactly the file's size is the file."""
    if declared_size(file) == len(answer.body) or mime_of(file) in HTML_TYPES:
        return False
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in HTML_TYPES or HTML_START.match(answer.body[:HEAD]) is not None
