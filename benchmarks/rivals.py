"""Three ways to show an app's answer that people write today: slack_sdk's `chat_stream`, and an edit each second.

Each reads the pieces of an answer as they come and does nothing else; none knows of Slack's tiers. Where Slack refuses
a call with 429, slack_sdk's own handler waits for Retry-After and tries again (`patient`).
"""

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

EDIT_SECONDS = 1.0
BUFFER = 256  # slack_sdk's default
MANY_RETRIES = 10_000


class Place(NamedTuple):
    """Where a rival answers, and whom."""

    channel: str
    thread_ts: str
    team: str
    user: str


type Rival = Callable[[WebClient, Place, Iterator[str]], None]


class Patient(RateLimitErrorRetryHandler):
    """slack_sdk's handler, as often as it takes until `until`; `scale`: wall seconds per second of Slack's header."""

    def __init__(self, scale: float, until: float) -> None:
        super().__init__(max_retry_count=MANY_RETRIES)
        self._scale, self._until = scale, until

    def _can_retry(self, **seen: Any) -> bool:
        return time.time() < self._until and super()._can_retry(**seen)

    def prepare_for_next_attempt(
        self,
        *,
        state: RetryState,
        request: HttpRequest,  # noqa: ARG002 - slack_sdk names the arguments
        response: HttpResponse | None = None,
        error: Exception | None = None,  # noqa: ARG002
    ) -> None:
        """Wait as long as Slack says."""
        headers = (
            {} if response is None else {name.lower(): value for name, value in response.headers.items()}
        )
        time.sleep(float(headers.get("retry-after", ["1"])[0]) * self._scale)
        state.next_attempt_requested = True
        state.increment_current_attempt()


def streamed(buffer_size: int) -> Rival:
    """`chat_stream`, each piece appended as it comes; the helper sends when `buffer_size` characters are held."""

    def show(client: WebClient, place: Place, pieces: Iterator[str]) -> None:
        stream = client.chat_stream(
            channel=place.channel,
            thread_ts=place.thread_ts,
            recipient_team_id=place.team,
            recipient_user_id=place.user,
            buffer_size=buffer_size,
        )
        for piece in pieces:
            stream.append(markdown_text=piece)
        stream.stop()

    return show


def edited(seconds: float) -> Rival:
    """A post with the first piece, an edit of all text each `seconds` of the wall, and a last one at the end."""

    def show(client: WebClient, place: Place, pieces: Iterator[str]) -> None:
        text, ts, due, shown = "", "", 0.0, ""
        for piece in pieces:
            text += piece
            if time.monotonic() < due:
                continue
            due = time.monotonic() + seconds
            if ts:
                client.chat_update(channel=place.channel, ts=ts, text=text)
            else:
                posted = client.chat_postMessage(channel=place.channel, thread_ts=place.thread_ts, text=text)
                ts = str(posted["ts"])
            shown = text
        if shown != text:
            client.chat_update(channel=place.channel, ts=ts, text=text)

    return show


STREAM, STREAM_EAGER, EDITS = f"chat_stream, buffer {BUFFER}", "chat_stream, buffer 1", "an edit each second"


def rivals(scale: float = 1.0) -> dict[str, Rival]:
    """By name. `scale`: wall seconds per second of the simulated Slack."""
    return {STREAM: streamed(BUFFER), STREAM_EAGER: streamed(1), EDITS: edited(EDIT_SECONDS * scale)}
