"""The answer as Slack's own streamed message (docs/platform/slack.md#stream-methods)."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from errors import SlackError, SlackFateUnknown, SlackRefused
from slack_api import APPEND, BRISK, SLACK_TROUBLE, STOPPED, STREAM_OVER, TOO_LONG, interval_of
from slack_reply.markdown import Page, block_types
from slack_reply.shared import RateShare, Slack
from slack_reply.snapshot import WHOLE, Room, Snapshot
from slack_reply.writer import Latest, SlackAway, StoppedByUser, Writer, WriterGone
from slack_reply.writers.card_places import stretches
from slack_reply.writers.opening import Opening
from slack_reply.writers.stream_cleanup import StreamCleanup
from slack_reply.writers.streamed_message import (
    LIMITS,
    Chunks,
    StreamedMessage,
    fitted,
    plan_update,
    tables_in,
)

LIFE_SECONDS = 240.0  # Slack ends a stream after about 300 s (docs/platform/slack.md#stream-lifetime)


class _Message(NamedTuple):
    """What a message shall show, the chunks that show it, and how the next message begins, if there is one."""

    streamed: StreamedMessage
    chunks: Chunks
    following: StreamedMessage | None = None


class NativeStream(Writer):
    """Appends to one stream after another; each stream ends at the end of a page, or after LIFE_SECONDS."""

    method = "stream"
    pace = interval_of(APPEND)

    def __init__(self, slack: Slack, share: RateShare, opening: Opening, ends: StreamCleanup) -> None:
        super().__init__()
        self._api = slack.api
        self._clock = slack.clock
        self._share = share
        self._opening = opening
        self._ends = ends
        self._tables = slack.tables
        self._limits = slack.tables.fitting(share.target.account, LIMITS)
        self._next = StreamedMessage.at(0, self._limits)  # how the next stream begins
        self._snapshot = Snapshot("")  # the latest; a new text that does not begin with this text replaces it
        self._shown: StreamedMessage | None = None  # what the open stream shows; None: no stream is open
        self._since = 0.0
        self._settled: frozenset[str] = frozenset()  # ids of cards that an earlier message shows to their end

    def show(self, latest: Latest, room: Room = WHOLE) -> None:  # noqa: D102
        self._write(latest, room, final=False)
        shown = self._shown
        if shown and self._clock.now() - self._since >= LIFE_SECONDS:
            closed = shown.closed(self._snapshot.text)  # the next stream opens the code block again
            if closed is None or self._send(*closed):
                self._leave(shown.following)

    def finish(self, latest: Latest, room: Room = WHOLE) -> int | None:  # noqa: D102
        if not self._write(latest, room, final=True):
            return self._next.begin
        if self._shown is not None:
            self._ends.seal(self.message_ts, self._snapshot.below)
        return None

    def give_way(self) -> WriterGone:  # noqa: D102
        if self._shown is not None:
            return self._overwritten(self._shown)
        return WriterGone(self._next.handed_on(self._next.begin, self._snapshot.text))

    def _write(self, latest: Latest, room: Room, *, final: bool) -> bool:
        """False if the answer needs more room than there is; else the text is shown, or comes with the next call."""
        if self._shown:
            self._share.ahead(APPEND, final=final)
        snapshot = latest()
        if self._snapshot.text.strip() and not snapshot.text.startswith(self._snapshot.text):
            raise self._anew()
        if not final and self._shown is None and len(self._messages) >= room.growing:
            return False
        self._snapshot = snapshot
        while not self._bring_all(snapshot, room, final=final):
            pass  # Slack ended the stream; a new stream begins with the text that the old one did not take
        return self._snapshot is snapshot

    def _bring_all(self, snapshot: Snapshot, room: Room, *, final: bool) -> bool:
        """False if the stream ended before it took all. Each call makes progress, since a start takes a page."""
        laid = list(islice(self._laid_out(snapshot, room, final=final), room.messages + 1))
        there = len(self._messages) - bool(self._shown)  # the open message is laid out again
        if not laid[-1].chunks and (len(laid) > 1 or not self._shown):
            laid.pop()  # the last message has nothing to show
        fitting = room.fitting(there, len(laid)) if final else max(0, min(len(laid), room.growing - there))
        for place, message in enumerate(laid[:fitting]):
            if final and self._shown is None and room.ends_before(len(laid) - place):
                fitting = place
                break
            if not self._send(message.streamed, message.chunks):
                return False
            if message.following is not None:
                self._leave(message.following)
        if fitting < len(laid) and not room.closing:
            self._snapshot = replace(snapshot, text=snapshot.text[: self._next.begin])
        return True

    def _laid_out(self, snapshot: Snapshot, room: Room, *, final: bool) -> Iterator[_Message]:
        """What the open message and the messages after it shall show. The last message may be empty."""
        cards = [fitted(card) for card in snapshot.cards if card.id not in self._settled]
        streamed, chunks = (self._shown or self._next).with_cards(cards)
        new = [card for card in cards if card.id not in streamed.cards and not room.closing]
        for end, behind in stretches(snapshot.text, new, streamed.read, final=final):
            text, whole = snapshot.text[:end], final or bool(behind)
            *full, last = streamed.pages(text, final=whole, most=room.messages + 1)
            for page in full:
                streamed, more = self._grown(streamed, page, page.end)
                yield _Message(streamed, [*chunks, *more], streamed.following)
                streamed, chunks = streamed.following, []
            streamed, more = self._grown(streamed, last, end)
            chunks = [*chunks, *more]
            for card in behind:
                if not streamed.takes(card):
                    following = StreamedMessage.at(end, self._limits)
                    yield _Message(streamed, chunks, following)
                    streamed, chunks = following, []
                titled = [plan_update(snapshot.plan)] if snapshot.plan and not streamed.cards else []
                streamed, chunk = streamed.with_card(card, end)
                chunks = [*chunks, *titled, chunk]
        yield _Message(streamed, chunks)

    def _grown(self, streamed: StreamedMessage, page: Page, read: int) -> tuple[StreamedMessage, Chunks]:
        grown = streamed.with_page(page, read)
        if grown is None:  # the visible page is not the beginning of the new page
            raise self._anew()
        return grown

    def _send(self, streamed: StreamedMessage, chunks: Chunks) -> bool:
        """False when the stream is over, and a new stream must continue from its end."""
        if self._shown is None:
            if not chunks:
                return True
            begin = streamed.handed_on(streamed.begin, self._snapshot.text)
            self._messages.append(self._started(chunks, begin))
            self._since = self._clock.now()
        elif chunks and not self._append(chunks, self._shown):
            return False
        self._shown = streamed
        self._ends.shows(self.message_ts, streamed.whole, streamed.closing(self._snapshot.continued))
        return True

    def _started(self, chunks: Chunks, begin: int) -> str:
        if earlier := self._opening.earlier():
            self._ends.shows(earlier, Page((), begin))
            self._ends.stop(earlier)
            raise WriterGone(begin, (earlier,))
        return self._opening.start(chunks, begin, first=not self._messages)

    def _append(self, chunks: Chunks, shown: StreamedMessage) -> bool:
        channel = self._share.target.channel
        self._share.spend(APPEND)
        try:
            self._api.append_stream(channel, self.message_ts, chunks, patience=BRISK, acquired=True)
        except SlackRefused as error:
            self._tables.refused(self._share.target.account, error.error, self._types(shown, chunks))
            self._refused(error.error, shown)
            return False
        except SlackFateUnknown as error:
            raise self._overwritten(shown) from error
        except SlackError as error:
            raise SlackAway(error.retry_after) from error
        return True

    def _types(self, shown: StreamedMessage, chunks: Chunks) -> list[str]:
        """The types of the blocks that the message would have had."""
        return [*block_types(shown.whole), *tables_in(chunks)]

    def _refused(self, error: str, shown: StreamedMessage) -> None:
        """Prepare a new stream from the end of this one. Raises WriterGone or StoppedByUser if there can be none."""
        if error in SLACK_TROUBLE:
            raise self._overwritten(shown)
        self._shown = None
        if error in STOPPED:
            self._ends.stopped(self.message_ts)
            raise StoppedByUser
        if error in STREAM_OVER:
            self._ends.expired(self.message_ts)
        else:
            self._ends.leave(self.message_ts)
        if error not in STREAM_OVER | TOO_LONG:
            raise WriterGone(shown.handed_on(shown.page.end, self._snapshot.text))
        if error in STREAM_OVER and not shown.whole.parts:
            self._next = shown.following  # the message is deleted, with all its cards
        else:
            self._go_on(shown, shown.following)

    def _overwritten(self, shown: StreamedMessage) -> WriterGone:
        """The last chunk may or may not have arrived: stop the stream, and let one edit show the whole message."""
        self._shown = None
        self._ends.stop(self.message_ts)
        text = self._snapshot.text
        begin, sure = shown.handed_on(shown.begin, text), shown.handed_on(shown.page.end, text)
        return WriterGone(begin, (self.message_ts,), sure=sure)

    def _anew(self) -> WriterGone:
        """The visible text is no longer the beginning of the answer: all its messages must be edited."""
        if earlier := self._opening.earlier():
            self._messages.append(earlier)
            self._ends.shows(earlier, Page((), 0))
        self._shown = None
        for ts in self._messages:
            self._ends.stop(ts)
        return WriterGone(0, tuple(self._messages))

    def _leave(self, following: StreamedMessage) -> None:
        """End the open stream; the next one begins as `following`."""
        if self._shown is not None:
            shown, self._shown = self._shown, None
            self._ends.leave(self.message_ts)
            self._go_on(shown, following)

    def _go_on(self, shown: StreamedMessage, following: StreamedMessage) -> None:
        """Begin the next message. Finished cards stay in the old one; running cards are shown in the next one too."""
        self._next = following
        self._settled |= {card.id for card in shown.cards.values() if card.state != "running"}
