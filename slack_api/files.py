"""Files from and to Slack. The token goes to Slack's files host alone (docs/architecture.md#d7-secrets-stay)."""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from errors import FileRefused, SettingsError, SlackError, SlackFateUnknown, SlackRefused, SlackUnreachable
from hosts import is_loopback
from json_fields import mappings_of, text_of
from slack_api.client import SlackApi
from slack_api.connection import NeverSent
from slack_api.file_objects import download_url, is_stub, mime_of, name_of, refusal, safe_name
from slack_api.pool import Bounds, HttpResponse, Sender, Stalled, TooLarge, Truncated, Unanswered
from slack_api.web import exchange

UPLOAD = "files.upload"  # how the POST of the bytes is named in errors
UPLOAD_BOUNDS = Bounds(silence=30.0, whole=60.0, size=64 * 1024)
UNANSWERED: Mapping[type[Exception], str] = {
    TooLarge: "file_too_large",
    Stalled: "file_stalled",
    Truncated: "file_truncated",
}
CONTROL = re.compile(r"[\x00-\x1f\x7f]")
PORTS = {"https": 443, "http": 80}
ORIGIN_SETTING = "SLACK_FILES_URL"


class FilesOrigin:
    """Scheme, host and port of SLACK_FILES_URL, compared as a whole (docs/platform/slack.md#file-download).

    The URL must be https on port 443, except on loopback, which tests and the demo use. Raises SettingsError otherwise.
    """

    def __init__(self, files_url: str) -> None:
        parts = urlsplit(files_url)
        host = parts.hostname or ""
        if not is_loopback(host) and (parts.scheme != "https" or parts.port not in {None, 443}):
            raise SettingsError(ORIGIN_SETTING, "it has to begin with https:// and name no port.")
        if not host or parts.scheme not in PORTS or "@" in parts.netloc:
            raise SettingsError(ORIGIN_SETTING, "it has to be a URL such as https://files.slack.com.")
        bare = f"[{host}]" if ":" in host else host
        default = PORTS[parts.scheme]
        self._scheme = parts.scheme
        self._authorities = {f"{bare}:{parts.port or default}"}
        if parts.port in {None, default}:
            self._authorities.add(bare)

    def is_origin_of(self, url: str) -> bool:
        """Whether the URL is of this origin, and so spelled that no two parsers read different hosts in it."""
        if "\\" in url or url != url.strip() or CONTROL.search(url):
            return False
        try:
            parts = urlsplit(url)
        except ValueError:
            return False
        return parts.scheme.lower() == self._scheme and parts.netloc.lower() in self._authorities


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A whole file. Its name is safe to show and to pass on."""

    name: str
    mimetype: str
    content: bytes


class SlackFiles:
    """Downloads and uploads with one bot token."""

    def __init__(self, api: SlackApi, token: str, *, pool: Sender, origin: FilesOrigin) -> None:
        self._api = api
        self._token = token
        self._pool = pool
        self._origin = origin

    def download(self, file: Mapping[str, Any], bounds: Bounds) -> Downloaded:
        """Fetch a file of a message, whole or not at all. Raises FileRefused and nothing else."""
        whole = self.resolve(file)
        name, url = name_of(whole), download_url(whole, bounds.size)
        if not self._origin.is_origin_of(url):
            raise FileRefused(name, "file_foreign_host")
        answer = self._fetch(name, url, bounds)
        reason = refusal(whole, answer, self._origin.is_origin_of(answer.headers.get("location", "")))
        if reason is not None:
            raise FileRefused(name, reason)
        return Downloaded(name, mime_of(whole), answer.body)

    def store(self, name: str, content: bytes) -> str:
        """Upload a file and return its id. Raises SlackError subtypes."""
        url, file_id = self._upload_url(name, content)
        try:
            self._send(url, content)
        except (SlackUnreachable, SlackFateUnknown):  # nobody sees a file before `share`
            url, file_id = self._upload_url(name, content)
            self._send(url, content)
        return file_id

    def share(self, file_id: str, title: str, channel: str, thread_ts: str) -> None:
        """Show an uploaded file in a thread. Raises SlackError subtypes; never repeated when its fate is unknown."""
        self._api.complete_upload(file_id, title, channel, thread_ts)

    def is_shown(self, file_id: str, channel: str, thread_ts: str, *, after: str = "") -> bool:
        """Whether a message of the thread holds the file; False also where Slack does not tell. Never raises."""
        try:
            raws = self._api.replies(channel, thread_ts, oldest=after)
            return any(file.get("id") == file_id for raw in raws for file in mappings_of(raw, "files"))
        except SlackError:
            return False

    def resolve(self, file: Mapping[str, Any]) -> Mapping[str, Any]:
        """The whole object of a file; for the stub of a connected workspace, Slack is asked. Raises FileRefused."""
        file_id = text_of(file, "id")
        if not is_stub(file) or not file_id:
            return file
        try:
            return self._api.file(file_id)
        except SlackRefused as fault:
            gone = fault.error in {"file_not_found", "file_deleted"}
            raise FileRefused(name_of(file), "file_deleted" if gone else "file_shared_elsewhere") from fault
        except SlackError as fault:
            raise FileRefused(name_of(file), "file_download_failed") from fault

    def _upload_url(self, name: str, content: bytes) -> tuple[str, str]:
        name = safe_name(name)
        url, file_id = self._api.upload_url(name, len(content))
        if not self._origin.is_origin_of(url):
            raise FileRefused(name, "file_foreign_host")
        return url, file_id

    def _fetch(self, name: str, url: str, bounds: Bounds) -> HttpResponse:
        """Send the request, and once more if it was never sent."""
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            with suppress(NeverSent):
                return self._pool.exchange("GET", url, headers, None, bounds)
            return self._pool.exchange("GET", url, headers, None, bounds)
        except (NeverSent, Unanswered) as fault:
            raise FileRefused(name, UNANSWERED.get(type(fault), "file_download_failed")) from fault

    def _send(self, url: str, content: bytes) -> None:
        """Send the bytes without the token: the upload URL itself is the permission."""
        headers = {"Content-Type": "application/octet-stream"}
        answer = exchange(self._pool, UPLOAD, url, headers, content, UPLOAD_BOUNDS)
        if answer.status != 200:  # noqa: PLR2004 - the HTTP status itself
            raise SlackRefused(UPLOAD, f"http_{answer.status}")
