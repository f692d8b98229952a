"""Files from and to Slack. The token is sent to Slack's files host and nowhere else.

See docs/architecture.md#d7-secrets-stay.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from errors import FileRefused, SlackError, SlackFateUnknown, SlackRefused, SlackUnreachable
from json_fields import mappings_of, text_of
from slack_api.addresses import FilesOrigin
from slack_api.client import SlackApi
from slack_api.connection import NeverSent
from slack_api.file_objects import download_url, is_stub, mime_of, name_of, refusal, safe_name
from slack_api.pool import Bounds, HttpResponse, Sender, Stalled, TooLarge, Truncated, Unanswered

UPLOAD = "files.upload"  # how the POST of the bytes is named in errors
UPLOAD_BOUNDS = Bounds(silence=30.0, whole=60.0, size=64 * 1024)
UPLOAD_TRIES = 2
HTTP_OK = 200
UNANSWERED: Mapping[type[Exception], str] = {
    TooLarge: "file_too_large",
    Stalled: "file_stalled",
    Truncated: "file_truncated",
}
"""Why a download is refused, by what ended it."""


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What one download may take: `size` in bytes, `seconds` for the whole file, `silence` seconds between two bytes.

    `accepts(name, mimetype)` says whether the app takes such a file.
    """

    size: int = 15 * 1024 * 1024
    seconds: float = 60.0
    silence: float = 15.0
    accepts: Callable[[str, str], bool] = lambda _name, _mimetype: True


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

    def download(self, file: Mapping[str, Any], limits: FileLimits) -> Downloaded:
        """Fetch a file of a message, whole or not at all. Raises FileRefused and nothing else."""
        whole = self.resolve(file)
        name, mimetype = name_of(whole), mime_of(whole)
        url = download_url(whole, limits.size)
        if not limits.accepts(name, mimetype):
            raise FileRefused(name, "file_wrong_type")
        if not self._origin.is_origin_of(url):
            raise FileRefused(name, "file_foreign_host")
        answer = self._fetch(name, url, limits)
        reason = refusal(whole, answer, self._origin.is_origin_of(answer.headers.get("location", "")))
        if reason is not None:
            raise FileRefused(name, reason)
        return Downloaded(name, mimetype, answer.body)

    def store(self, name: str, content: bytes) -> str:
        """Upload a file and return its id. Raises SlackError subtypes.

        Nobody sees the file before `share`, so the upload is tried once more where its fate is unknown.
        """
        name = safe_name(name)
        for tried in range(1, UPLOAD_TRIES + 1):
            url, file_id = self._api.upload_url(name, len(content))
            if not self._origin.is_origin_of(url):
                raise FileRefused(name, "file_foreign_host")
            try:
                self._send(url, content)
            except (SlackUnreachable, SlackFateUnknown):
                if tried == UPLOAD_TRIES:
                    raise
            else:
                break
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

    def _fetch(self, name: str, url: str, limits: FileLimits) -> HttpResponse:
        """Send the request, and once more if it was never sent."""
        headers = {"Authorization": f"Bearer {self._token}"}
        bounds = Bounds(silence=limits.silence, whole=limits.seconds, size=limits.size)
        try:
            try:
                return self._pool.exchange("GET", url, headers, None, bounds)
            except NeverSent:
                return self._pool.exchange("GET", url, headers, None, bounds)
        except (NeverSent, Unanswered) as fault:
            raise FileRefused(name, UNANSWERED.get(type(fault), "file_download_failed")) from fault

    def _send(self, url: str, content: bytes) -> None:
        """Send the bytes without the token: the upload URL itself is the permission."""
        headers = {"Content-Type": "application/octet-stream"}
        try:
            answer = self._pool.exchange("POST", url, headers, content, UPLOAD_BOUNDS)
        except NeverSent as fault:
            raise SlackUnreachable(UPLOAD, str(fault)) from fault
        except Unanswered as fault:
            raise SlackFateUnknown(UPLOAD, str(fault)) from fault
        if answer.status >= 500:  # noqa: PLR2004
            raise SlackFateUnknown(UPLOAD, f"HTTP {answer.status}")
        if answer.status != HTTP_OK:
            raise SlackRefused(UPLOAD, f"http_{answer.status}")
