"""What all writers have in common: where the answer goes, and how a writer says that it can't go on."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from slack_reply.room import WHOLE, Room
from slack_reply.snapshot import Snapshot

Method = Literal["stream", "edit", "post"]
Latest = Callable[[], Snapshot]


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """A thread in Slack, and the message there that is being answered.

    `account` names the app in its workspace, whose limits all its answers share. `user` and `user_team` are the
    asker's: a stream in a channel must name them (docs/platform/slack.md#stream-recipients). `bot_user` is our own
    user id, empty when it is not known.
    """

    account: str
    channel: str
    channel_type: str
    thread_ts: str
    trigger_ts: str
    user: str
    user_team: str
    bot_user: str = ""

    @property
    def is_dm(self) -> bool:
        """A 1:1 conversation with the bot."""
        return self.channel_type == "im"

    @property
    def key(self) -> str:
        """Names this answer among those that share Slack's limits."""
        return f"{self.channel}/{self.trigger_ts}"


class WriterGone(Exception):
    """The writer can't go on.

    `shown` is the offset in the source text up to which the workspace has it; `adopt` are messages of ours, in
    their order, that the next writer must overwrite with the text from `shown` on. If it can't, the first of them
    shows the text up to `sure` at least.
    """

    def __init__(self, shown: int, adopt: tuple[str, ...] = (), *, sure: int | None = None) -> None:
        super().__init__(f"writer gone at {shown}")
        self.shown = shown
        self.adopt = adopt
        self.sure = shown if sure is None else sure


class SlackAway(Exception):
    """Slack can't be reached, or asks for patience; nothing is lost by calling again, `pause` seconds later."""

    def __init__(self, pause: float = 0.0) -> None:
        super().__init__(f"again in {pause:g} s")
        self.pause = pause


class CannotReply(Exception):
    """Nothing can be written in this place: channel gone, token revoked. `error` is Slack's code."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class Unreachable(CannotReply):
    """Slack did not take the whole text in time: what stands there is half of it, or nothing."""

    def __init__(self) -> None:
        super().__init__("unreachable")


class StoppedByUser(Exception):
    """Someone pressed Slack's own stop button: write no more."""


class Writer(Protocol):
    """Brings a growing text, and cards where it can, into a thread. Calls to one writer never overlap.

    `latest` is asked for the view only when Slack's limits let the write happen, so that it is never older
    than it must be. `room` is what the writer may take of the thread. Both methods may raise SlackAway, WriterGone,
    CannotReply or StoppedByUser, and nothing else of Slack's. What a writer leaves open it hands to the LooseEnds of
    its reply.
    """

    method: Method
    pace: float  # seconds between two writes of one message

    def show(self, latest: Latest, room: Room = WHOLE) -> None:
        """Bring what has come so far on the screen, as far as there is room for it."""

    def finish(self, latest: Latest, room: Room = WHOLE) -> int | None:
        """Bring the whole text on the screen.

        Returns None, or where in the source text it ended early for want of room. The next text is then that one up
        to there and what is said about the rest, and its room is `closing`.
        """

    def give_way(self) -> WriterGone:
        """Another method shall bring what is missing, since Slack asks this one for too much patience.

        Raises TypeError for the last writer of all.
        """

    @property
    def messages(self) -> Sequence[str]:
        """All its messages in their order, those that it took over too."""

    @property
    def message_ts(self) -> str:
        """The message being written, empty before the first."""
