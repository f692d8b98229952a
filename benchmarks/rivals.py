"""Three ways to show an app's answer that people write today: slack_sdk's `chat_stream`, and an edit each second.

Each reads the pieces of an answer as they come and does nothing else; none knows of Slack's tiers.
"""

import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from slack_sdk import WebClient

EDIT_SECONDS = 1.0
BUFFER = 256  # slack_sdk's default


class Place(NamedTuple):
    """Where a rival answers, and whom."""

    channel: str
    thread_ts: str
    team: str
    user: str


type Rival = Callable[[WebClient, Place, Iterator[str]], None]


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


def edited(client: WebClient, place: Place, pieces: Iterator[str]) -> None:
    """A post with the first piece, an edit of all text each second, and a last one at the end."""
    text, ts, due, shown = "", "", 0.0, ""
    for piece in pieces:
        text += piece
        if time.monotonic() < due:
            continue
        due = time.monotonic() + EDIT_SECONDS
        if ts:
            client.chat_update(channel=place.channel, ts=ts, text=text)
        else:
            posted = client.chat_postMessage(channel=place.channel, thread_ts=place.thread_ts, text=text)
            ts = str(posted["ts"])
        shown = text
    if shown != text:
        client.chat_update(channel=place.channel, ts=ts, text=text)


RIVALS: dict[str, Rival] = {
    f"chat_stream, buffer {BUFFER}": streamed(BUFFER),
    "chat_stream, buffer 1": streamed(1),
    "an edit each second": edited,
}
