"""What all writers share: where the answer goes, and how a writer says that it cannot continue."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from slack_reply.snapshot import WHOLE, Room, Snapshot

Method = Literal["stream", "edit", "post"]
Latest = Callable[[], Snapshot]


@dataclass(frozen=True, slots=True)
class ReplyTarget:
    """A thread in Slack, and the message in it that is being answered.

    `account` names the app in its workspace: all answers of an account share its rate limits. `user` and `user_team`
    belong to the author: a stream in a channel must name them (docs/platform/slack.md#stream-recipients). `bot_user`
    is the bot's own user id, empty when it is not known. `channel_type` is "im" in a 1:1 conversation with the bot.
    """

    account: str
    channel: str
    channel_type: str
    thread_ts: str
    trigger_ts: str
    user: str
    user_team: str
    bot_user: str = ""


class WriterGone(Exception):
    """The writer cannot continue.

    `shown` is the offset up to which the source text is shown. `adopt` are messages of ours, in their order, that the
    next writer must overwrite with the text from `shown` on. If the next writer cannot overwrite them, the first one
    still shows the text at least up to `sure`.
    """

    def __init__(self, shown: int, adopt: tuple[str, ...] = (), *, sure: int | None = None) -> None:
        super().__init__(f"writer gone at {shown}")
        self.shown = shown
        self.adopt = adopt
        self.sure = shown if sure is None else sure


@dataclass(frozen=True, slots=True)
class LeftOff:
    """Where one reply left its answer, so that the reply of another request goes on.

    `messages` are all messages of the answer: the last `unfinished` of them are to be overwritten with the source text
    from the offset `begin` on, and show it at least up to `sure`. `before` is the text before `begin`, which only the
    caller knows.
    """

    messages: tuple[str, ...] = ()
    unfinished: int = 0
    begin: int = 0
    sure: int = 0
    before: str = ""


class EditsTooRare(WriterGone):
    """So many answers are being edited in the workspace that the edits of one more would be too far apart."""


class SlackAway(Exception):
    """Slack is out of reach, or asks us to wait. The caller may safely call again after `pause` seconds."""

    def __init__(self, pause: float = 0.0) -> None:
        super().__init__(f"again in {pause:g} s")
        self.pause = pause


class CannotReply(Exception):
    """Nothing can be written in this thread: channel gone, token revoked. `error` is Slack's code."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


class Unreachable(CannotReply):
    """Slack did not take the whole text in time: the thread shows a part of the answer, or nothing."""

    def __init__(self) -> None:
        super().__init__("unreachable")


class StoppedByUser(Exception):
    """A member pressed Slack's own stop button: nothing more may be written."""


class Writer(ABC):
    """Writes a growing text into a thread, and cards if the method has them. Calls to one writer never overlap.

    `latest` returns the snapshot; it is called only once Slack's limits allow the write, so that the snapshot is as
    new as possible. `show` and `finish` may raise SlackAway, WriterGone, CannotReply or StoppedByUser, and no other
    error of Slack. A writer hands the streams that it leaves open to the StreamCleanup of its reply.
    """

    method: ClassVar[Method]
    pace: ClassVar[float]  # seconds between two writes of one message

    def __init__(self, adopted: Iterable[str] = ()) -> None:
        self._messages = list(adopted)

    @abstractmethod
    def show(self, latest: Latest, room: Room = WHOLE) -> None:
        """Show the text so far, as far as there is room for it."""

    @abstractmethod
    def finish(self, latest: Latest, room: Room = WHOLE) -> int | None:
        """Show the whole text.

        Returns None, or the offset at which the source text was cut because there was no room. Then the caller calls
        again, with the text up to that offset and a note about the rest, and with a `closing` room.
        """

    def give_way(self) -> WriterGone | None:
        """Where the next writer continues if Slack asks this writer to wait for too long; None if no writer follows."""
        return None

    def leave_off(self) -> WriterGone:
        """Where a writer of another request goes on. What the writer has open is closed, if Slack lets that happen now.

        May raise StoppedByUser.
        """
        return self.give_way() or WriterGone(0)

    @property
    def messages(self) -> tuple[str, ...]:
        """The ts of all its messages in their order, including the messages that it took over."""
        return tuple(self._messages)

    @property
    def message_ts(self) -> str:
        """The ts of the message being written, empty before the first message."""
        return self._messages[-1] if self._messages else ""
