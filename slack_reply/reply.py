"""One answer in Slack: the best writer starts, and the next one continues when a writer cannot go on."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal, Protocol

from slack_api import APPEND, UPDATE
from slack_reply.markdown import Limits
from slack_reply.markdown.pages import pages_after
from slack_reply.shared import RateShare, Slack
from slack_reply.snapshot import LONGEST_TEXT, MOST_MESSAGES, Blocks, Room, Snapshot
from slack_reply.writer import (
    CannotReply,
    EditsTooRare,
    LeftOff,
    Method,
    ReplyTarget,
    SlackAway,
    Unreachable,
    Writer,
    WriterGone,
)
from slack_reply.writers import (
    EditedMessage,
    NativeStream,
    Opening,
    Posting,
    SinglePost,
    StreamCleanup,
    Unfit,
)

Style = Literal["auto", "stream", "edit", "post"]

REPLY_TIMEOUT = 585.0  # seconds; a request of ours lives 600 s (docs/architecture.md#d1-hand-off)
LAST_TEXT_TIMEOUT = 60.0  # seconds that a last text has at least: writing to Slack works without the request
LAST_PAGES = 10.0  # seconds that a last text has at least to begin more messages: the next question waits
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
ASIDE = Limits(size=3000, measure=len, tables=False, whole=True)


class GrowingAnswer(Protocol):
    """An answer whose end is not known yet."""

    def snapshot(self) -> Snapshot:
        """The answer as it is now. It is read only once Slack's limits allow the write."""

    def is_over(self) -> bool:
        """Whether the answer is complete, so that `show` stops waiting and `finish` can be called."""


class Reply:
    """Writes one growing text into one thread, even if Slack refuses one way of writing.

    In the style `auto`, an answer streams in a 1:1 direct message. Elsewhere it is edited, so that everybody who reads
    along sees it grow (docs/architecture.md#d5-writers); it streams there only while edits would be rare.

    `show` and `finish` may raise CannotReply or StoppedByUser. While Slack is out of reach, `finish` tries again until
    `patience` seconds after the reply was created, and for at least LAST_TEXT_TIMEOUT seconds: then Unreachable.

    After `left_off`, the messages of an earlier reply go on by edits.
    """

    def __init__(
        self,
        slack: Slack,
        target: ReplyTarget,
        style: Style,
        *,
        patience: float = REPLY_TIMEOUT,
        left_off: LeftOff | None = None,
    ) -> None:
        self._slack = slack
        self._until = slack.clock.now() + patience
        self._share = RateShare(slack.budget, target)
        self._posting = Posting(slack, self._share)
        self._opening = Opening(slack, self._share)
        self._ends = StreamCleanup(slack, self._share)
        can_stream = style == "auto" and slack.support.expected(target)
        self._may_stream = can_stream and target.channel_type != "im"  # after all, if edits would be too rare
        self._writer = self._first(style, streams=can_stream and not self._may_stream)
        self._message = ""
        self._left: list[str] = []  # messages of writers that could not go on
        self._rests_until = float("-inf")
        self._ended_early = False
        self._before = ""  # the text in messages that are left as they are
        if left_off is not None and left_off.messages:
            self._take_up(left_off)

    @property
    def method(self) -> Method:
        """The method by which the answer is written now."""
        return self._writer.method

    @property
    def message_ts(self) -> str:
        """The latest message of the answer, empty while nothing is visible."""
        self._message = self._writer.message_ts or self._message
        return self._message

    @property
    def messages(self) -> tuple[str, ...]:
        """The ts of all messages of the answer, in their order."""
        return tuple(dict.fromkeys([*self._left, *self._writer.messages]))

    @property
    def pace(self) -> float:
        """Seconds between two calls of `show`."""
        return self._writer.pace

    @property
    def clearing(self) -> int:
        """How many of the calls so far took the thread's status line away."""
        return self._share.clearing

    def show(self, answer: GrowingAnswer) -> None:
        """Show the text so far. What Slack does not accept now is shown by a later call."""
        clock = self._slack.clock
        self._share.over = answer.is_over
        if clock.now() < self._rests_until:
            return
        self._compare(answer.snapshot)
        try:
            self._insist(lambda writer: writer.show(lambda: _bounded(answer.snapshot()), self._room()))
        except SlackAway as away:
            self._rests_until = clock.now() + max(FIRST_PAUSE, away.pause)

    def finish(self, snapshot: Snapshot) -> int | None:
        """Show the whole text, within the room and the time that an answer has.

        Returns None, or the offset in the text at which the answer was cut. Then the caller calls `finish` again, with
        the text up to that offset and a note about the rest, which gets one more message. Further calls do the same.
        """
        clock, pause, began = self._slack.clock, FIRST_PAUSE, self._slack.clock.now()
        until, ends = (max(self._until, began + least) for least in (LAST_TEXT_TIMEOUT, LAST_PAGES))
        too_long = not self._ended_early and len(snapshot.text) > LONGEST_TEXT
        shown = _bounded(snapshot) if too_long else snapshot
        self._compare(lambda: shown)
        while True:
            self._share.patience = max(0.0, until - clock.now())
            try:
                end = self._insist(lambda one: one.finish(lambda: shown, self._room(ends, free=too_long)))
                break
            except SlackAway as away:
                wait = max(pause, away.pause)
                if clock.now() + wait <= until:
                    clock.sleep(wait)
                elif away.pause and (gone := self._writer.give_way()):
                    self._go_on_after(gone)
                else:
                    raise Unreachable from away
                pause = min(2 * pause, LONGEST_PAUSE)
        if self._ended_early:
            return None
        end = LONGEST_TEXT if end is None and too_long else end
        self._ended_early = end is not None
        return end

    def leave_off(self) -> LeftOff | None:
        """Leave the answer to the reply of another request. If none goes on, `finish` still works.

        None while it is not known whether a post arrived: only this reply can find that post. May raise what `show`
        raises.
        """
        if self._posting.is_unsure:
            return None
        gone = self._writer.leave_off()
        if self._writer.method == "stream":
            self._go_on_after(gone)
        return LeftOff(self.messages, len(gone.adopt), gone.shown, gone.sure)

    def aside(self, text: str, number: int, below: Blocks = ()) -> str:
        """Post one extra message with blocks under it; its ts, "" if it is too long, or Slack does not take it now.

        `number` identifies the extra message within the answer, so that none is posted twice.
        """
        *_, page = pages = pages_after(text, 0, ASIDE, final=True)
        try:
            return self._posting.post(page, -number, below).ts if len(pages) == 1 else ""
        except (CannotReply, Unfit, SlackAway, WriterGone):
            return ""

    def retract(self) -> None:
        """Delete the messages of the answer, which show only cards and no text."""
        messages = self.messages
        if messages:
            self._ends.tidy()
        for ts in messages:
            self._ends.unwanted(ts)

    def settle(self) -> tuple[str, ...]:
        """After the last text: stop what can be stopped now, and return the messages that are left to `close`."""
        return self._ends.settle()

    def close(self) -> tuple[str, ...]:
        """Stop all streams, some time after the text if need be. Returns the messages still open or broken."""
        self._share.leave(APPEND, UPDATE)
        self._ends.tidy(self._opening.stray)  # the answer is in other messages by now
        return self._ends.left

    def _room(self, ends: float = float("inf"), *, free: bool = False) -> Room:
        """The writer's room: without the messages that earlier writers left, and without one more if `free`."""
        others = len({*self._left} - {*self._writer.messages})
        clock, messages = self._slack.clock, max(1, MOST_MESSAGES - others - free)
        return Room(messages, lambda: clock.now() >= ends, closing=self._ended_early)

    def _insist[T](self, act: Callable[[Writer], T]) -> T:
        while True:
            try:
                return act(self._writer)
            except WriterGone as gone:
                self._go_on_after(gone)

    def _go_on_after(self, gone: WriterGone) -> None:
        """Edits follow a stream, and posts follow edits or posts. A stream follows edits that would be too rare."""
        self._message = self._writer.message_ts or self._message
        self._left += self._writer.messages
        self._share.leave(APPEND, UPDATE)
        if self._may_stream and isinstance(gone, EditsTooRare):
            self._may_stream = False
            self._writer = self._streamed()
        elif self._writer.method == "stream":
            self._writer = self._edited(gone)
        else:
            self._writer = SinglePost(self._posting, gone.shown)

    def _take_up(self, left: LeftOff) -> None:
        whole = len(left.messages) - left.unfinished
        self._left, adopt = [*left.messages[:whole]], left.messages[whole:]
        self._message, self._before = left.messages[-1], left.before
        self._may_stream = False
        self._writer = self._edited(WriterGone(left.begin, adopt, sure=left.sure))

    def _compare(self, snapshot: Callable[[], Snapshot]) -> None:
        """All messages are edited if the text turns out to begin otherwise than those show that were left."""
        if self._before and not snapshot().text.startswith(self._before):
            self._before, adopt = "", self.messages
            self._left = []
            self._writer = self._edited(WriterGone(0, adopt))

    def _first(self, style: Style, *, streams: bool) -> Writer:
        if style == "stream" or streams:
            return self._streamed()
        if style == "post":
            return SinglePost(self._posting)
        return self._edited(WriterGone(0), may_stream=self._may_stream)

    def _streamed(self) -> NativeStream:
        return NativeStream(self._slack, self._share, self._opening, self._ends)

    def _edited(self, gone: WriterGone, *, may_stream: bool = False) -> EditedMessage:
        return EditedMessage(self._slack, self._share, self._posting, self._ends, gone, may_stream=may_stream)


def _bounded(snapshot: Snapshot) -> Snapshot:
    """The snapshot with at most LONGEST_TEXT characters of text."""
    return replace(snapshot, text=snapshot.text[:LONGEST_TEXT])
