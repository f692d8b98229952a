"""The answer as posts that are edited while the text grows: everybody who reads along sees each edit."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from errors import SlackError, SlackRefused
from markdown_source import may_be_head, may_define
from slack_api import APPEND, BRISK, SLACK_TROUBLE, STREAM_OPEN, UNFIT, UPDATE, interval_of
from slack_reply.markdown import Limits, Page, Reader, blocks_of, closed, page_arguments
from slack_reply.markdown.pages import WINDOW, Layout, pages_after
from slack_reply.optional_blocks import BlockRefused
from slack_reply.shared import RateShare, Slack
from slack_reply.snapshot import WHOLE, Blocks, Room, Snapshot
from slack_reply.writer import EditsTooRare, Latest, SlackAway, Writer, WriterGone
from slack_reply.writers import card_places, single_post
from slack_reply.writers.plan import ROOM, plan_block
from slack_reply.writers.single_post import Posting, Unfit
from slack_reply.writers.stream_cleanup import StreamCleanup

LIMITS = replace(single_post.LIMITS, by_row=True, whole=False)
# Seconds between two edits. An answer whose edits would be further apart streams if it may, and if the calls of its
# stream would be less far apart.
RARE = 6.0
# If two edits would be further apart than these seconds, the answer is posted once, when it is complete. Readers would
# hardly see it grow, each edit slows all other answers of the workspace, and the last text may wait as long.
RAREST = 30.0

_UNSURE: Blocks = ({},)  # what stands below is not known


class _Look(NamedTuple):
    """What one message shows: a page, above it the work of the app, and below it blocks.

    `below` are the blocks of a whole answer, in several forms; `controls` those of an answer that grows.
    """

    page: Page
    plan: Mapping[str, Any] | None = None
    below: tuple[Blocks, ...] = ()
    controls: Blocks = ()


class _PageLayout:
    """Lays text out: `first` are the limits of the first message, `rest` are those of the others.

    Most steps come before the text or at its beginning, so the first message keeps room for a plan, whether there are
    steps or not: a page that is visible never gets smaller.
    """

    def __init__(self, limits: Limits) -> None:
        self.first, self.rest = replace(limits, reserve=limits.reserve + ROOM), limits
        self._layouts = {one: Layout(one) for one in (self.first, self.rest)}

    def pages(
        self, text: str, start: int, limits: Limits, *, final: bool, whole: bool, most: int
    ) -> tuple[Page, ...]:
        if whole and (may_define(text) or may_be_head(text, whole=True)):
            return pages_after(text, start, replace(limits, whole=True), final=True, most=most)
        return pages_after(text, start, limits, final=final, most=most, layout=self._layouts[limits])


class EditedMessage(Writer):
    """Posts each page once and edits it while it grows, at the rate of Slack (docs/platform/slack.md#edit-rate).

    The last edits show where links lead that are defined below them, and a table that begins the answer without a pipe
    (`Limits.whole`).
    The steps that the app took while a page was written stand above that page; without text there is no message. The
    controls stand under the last page as long as the text grows.
    If edits would be too rare, the first text raises EditsTooRare and nothing is posted. `may_stream` tells that the
    answer can be streamed instead.
    `follows` comes from the previous writer: where the first page begins, and the messages to overwrite first.
    """

    method = "edit"
    pace = interval_of(UPDATE)

    def __init__(
        self,
        slack: Slack,
        share: RateShare,
        posting: Posting,
        ends: StreamCleanup,
        follows: WriterGone,
        *,
        may_stream: bool = False,
    ) -> None:
        super().__init__(follows.adopt)
        self._follows = follows
        self._api = slack.api
        self._share = share
        self._posting = posting
        self._blocks = slack.blocks
        self._ends = ends
        self._may_stream = may_stream
        self._layout = _PageLayout(posting.fitting(LIMITS))
        self._places = Reader(card_places.LIMITS)
        self._shows_plans = True  # Slack has not refused one
        self._sent: dict[int, _Look] = {}
        self._first, self._start = 0, follows.shown  # the message and the offset of the first page
        self._full: str | None = None  # a text that fills all the messages of a growing answer

    def show(self, latest: Latest, room: Room = WHOLE) -> None:  # noqa: D102
        self._write(latest, room, final=False)

    def finish(self, latest: Latest, room: Room = WHOLE) -> int | None:  # noqa: D102
        wanted, cut = self._write(latest, room, final=True)
        for ts in self._messages[wanted:]:
            self._ends.unwanted(ts)
        del self._messages[wanted:]
        if cut is not None:
            self._first, self._start = wanted, cut
        return cut

    def give_way(self) -> WriterGone:  # noqa: D102
        return self._gone(len(self._messages) - 1)

    def leave_off(self) -> WriterGone:
        """The last message that shows text of this writer is edited further, and so are those that it took over."""
        number = max(0, len(self._sent) - 1)
        sent = self._sent.get(number)
        sure = sent.page.end if sent else self._follows.sure
        return WriterGone(self._begin(number), self.messages[number:], sure=sure)

    def _write(self, latest: Latest, room: Room, *, final: bool) -> tuple[int, int | None]:
        """How many messages the answer has now, and the offset at which the source text was cut, if it was."""
        if not final and self._full is not None and latest().text.startswith(self._full):
            return len(self._messages), None
        if self._messages:
            self._share.ahead(UPDATE, final=final)
        snapshot = latest()
        pages = self._pages(snapshot, final=final, most=room.messages + 1)
        fitting = room.fitting(self._first, len(pages)) if final else min(len(pages), room.growing)
        for place, page in enumerate(pages[:fitting]):
            number = self._first + place
            is_last = page is pages[-1]
            begin = pages[place - 1].end if place else self._start
            plan = self._plan(snapshot, page, begin, is_last=is_last)
            grows = is_last and not final
            below = snapshot.below if final and is_last else ()
            shown = _Look(closed(page) if grows else page, plan, below, snapshot.controls if grows else ())
            if self._sent.get(number) == shown:
                continue
            if final and number >= len(self._messages) and room.ends_before(len(pages) - place):
                return number, self._begin(number)
            if number >= len(self._messages):
                self._post(number, shown, final=final)
                shown = shown if self._shows_plans else shown._replace(plan=None)
            if self._sent.get(number) != shown:
                self._update(number, shown)
        self._full = snapshot.text if fitting < len(pages) and not final else None
        early = final and fitting < len(pages) and not room.closing
        return self._first + fitting, self._begin(self._first + fitting) if early else None

    def _pages(self, snapshot: Snapshot, *, final: bool, most: int) -> tuple[Page, ...]:
        """The pages. While the app works, the text pauses: its end is shown too, unless the page may end earlier."""
        if snapshot.line and not final and card_places.may_stand(snapshot.text, self._places):
            pages = self._laid_out(snapshot.text, final=True, whole=False, most=most)
            limits = self._layout.rest if self._first or len(pages) > 1 else self._layout.first
            if (_size(pages[-1]) if pages else 0) < WINDOW * limits.room:
                return pages
        return self._laid_out(snapshot.text, final=final, whole=final, most=most)

    def _laid_out(self, text: str, *, final: bool, whole: bool, most: int) -> tuple[Page, ...]:
        """The first message keeps room for a plan; the others hold text to their end."""
        pages = partial(self._layout.pages, text, final=final, whole=whole)
        first, rest = self._layout.first, self._layout.rest
        if self._first:
            return pages(self._start, rest, most=most)
        found = pages(self._start, first, most=2)
        if len(found) < 2:  # noqa: PLR2004 - no second message
            return found
        return (found[0], *pages(found[0].end, rest, most=most - 1))

    def _plan(self, snapshot: Snapshot, page: Page, begin: int, *, is_last: bool) -> Mapping[str, Any] | None:
        """The work that began while the text of the page, which begins at `begin`, was written, as far as it fits."""
        if not self._shows_plans:
            return None
        begun = [card for card in snapshot.cards if begin <= card.at and (is_last or card.at < page.end)]
        return plan_block(begun, snapshot.plan, LIMITS.size - _size(page))

    def _post(self, number: int, look: _Look, *, final: bool) -> None:
        begin = self._begin(number)
        if not final and not self._messages:
            if self._would_be_too_rare():
                raise EditsTooRare(begin)
            self._share.join(UPDATE)
        try:
            if look.controls:
                posted = self._posting.post(look.page, begin, look.controls, above=_above(look))
            else:
                posted = self._posting.post_with(look.page, begin, look.below, above=_above(look))
        except Unfit as error:
            if away := self._without_tables():
                raise away from error
            if look.plan and self._shows_plans:
                self._shows_plans = False
                self._post(number, look._replace(plan=None), final=final)
                return
            raise WriterGone(begin) from error
        self._messages.append(posted.ts)
        # The post of an earlier attempt may show less, another plan or buttons: then the next edit follows.
        self._sent[number] = look if posted.page is look.page else _Look(posted.page, controls=_UNSURE)

    def _would_be_too_rare(self) -> bool:
        apart = self._share.interval(UPDATE)
        streams_sooner = self._may_stream and self._share.interval(APPEND) < apart
        return apart > (RARE if streams_sooner else RAREST)

    def _begin(self, number: int) -> int:
        before = self._sent.get(number - 1)
        return before.page.end if before else self._follows.shown

    def _update(self, number: int, look: _Look) -> None:
        """Overwrite one message. Sending the same text twice does no harm, so any failure may be tried again."""
        account = self._share.target.account
        self._blocks.send(account, look.below, lambda form: self._update_with(number, look, form))

    def _update_with(self, number: int, look: _Look, below: Blocks) -> None:
        ts, channel = self._messages[number], self._share.target.channel
        self._share.spend(UPDATE)
        arguments = page_arguments(look.page, below or look.controls, _above(look))
        try:
            self._api.update_message(channel, ts, patience=BRISK, acquired=True, **arguments)
        except SlackRefused as error:
            are_tables = self._posting.refused(error.error, look.page, has_below=bool(below))
            if are_tables and (away := self._without_tables()):
                raise away from error
            if below and error.error in UNFIT:
                raise BlockRefused(error.error) from error
            if error.error in UNFIT and look.plan and self._shows_plans:
                self._shows_plans = False
                self._update(number, look._replace(plan=None))
                return
            is_open = error.error in STREAM_OPEN and ts in self._follows.adopt  # our own posts are no streams
            if is_open:
                self._ends.stop(ts)
            if is_open or error.error in SLACK_TROUBLE:
                raise SlackAway from error
            raise self._gone(number) from error
        except SlackError as error:
            raise SlackAway(error.retry_after) from error
        self._ends.stopped(ts)
        self._sent[number] = look

    def _without_tables(self) -> SlackAway | None:
        """Lay the text out anew, with the next call, without the tables that were refused; None if there are none."""
        known = self._posting.fitting(LIMITS)
        if known == self._layout.rest:
            return None
        self._layout = _PageLayout(known)
        return SlackAway()

    def _gone(self, number: int) -> WriterGone:
        sent = self._sent.get(number)
        if sent:
            return WriterGone(sent.page.end)
        return WriterGone(self._follows.sure if not number and self._follows.adopt else self._begin(number))


def _above(look: _Look) -> list[Mapping[str, Any]]:
    return [look.plan] if look.plan else []


def _size(page: Page) -> int:
    """What the text of the page takes of a message."""
    headings = sum(map(blocks_of, page.parts)) // 2
    return sum(LIMITS.measure(part.text) for part in page.parts) + LIMITS.heading * headings
