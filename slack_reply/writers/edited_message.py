"""The answer as posts that are edited while the text grows: used where native streams are refused."""

import re
from dataclasses import replace

from errors import SlackError, SlackRefused
from plain_text import shortened
from slack_api import BRISK, SLACK_TROUBLE, STREAM_OPEN, UPDATE
from slack_reply.markdown import HEADING_SIZE, Limits, Markdown, Page, Reader, closed, counted, page_arguments
from slack_reply.markdown.pages import WINDOW, pages_after
from slack_reply.shared import RateShare, Slack
from slack_reply.snapshot import WHOLE, Room, Snapshot
from slack_reply.writer import Latest, SlackAway, Writer, WriterGone
from slack_reply.writers.card_places import may_stand
from slack_reply.writers.single_post import Posting, Unfit
from slack_reply.writers.stream_cleanup import StreamCleanup

# The page goes as blocks, since `text` takes less (docs/platform/slack.md#text-limits).
LIMITS = Limits(
    size=9000,
    measure=counted,
    tables=True,
    reserve=100,
    heading=HEADING_SIZE,
    by_row=True,
    data_tables=True,
)
LINE_LIMIT = 80
# If two edits would be further apart than these seconds, the answer is posted once, when it is complete. Readers would
# hardly see it grow, each edit slows all other answers of the workspace, and the last text may wait as long.
RAREST = 30.0

_MARKUP = re.compile(r"[*_~`<>\[\]|\\]")


class EditedMessage(Writer):
    """Posts each page once and edits it while it grows, at most every 3 s (docs/platform/slack.md#edit-rate).

    While the answer grows, a line above the last page says what the app does; without text there is no message.
    If too many answers are edited at the same time, the writer raises WriterGone and the answer is posted instead.
    `follows` comes from the previous writer: where the first page begins, and the messages to overwrite first.
    """

    method = "edit"
    pace = 3.0

    def __init__(
        self, slack: Slack, share: RateShare, posting: Posting, ends: StreamCleanup, follows: WriterGone
    ) -> None:
        super().__init__(follows.adopt)
        self._follows = follows
        self._api = slack.api
        self._share = share
        self._posting = posting
        self._ends = ends
        self._limits = posting.fitting(LIMITS)
        self._reader = Reader(self._limits)
        self._sent: dict[int, Page] = {}
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
            shown = page if final or page is not pages[-1] else _below(snapshot.line, closed(page))
            if self._sent.get(number) == shown:
                continue
            if final and number >= len(self._messages) and room.ends_before(len(pages) - place):
                return number, self._begin(number)
            if number >= len(self._messages):
                self._post(number, shown, final=final)
            if self._sent.get(number) != shown:
                self._update(number, shown)
        self._full = snapshot.text if fitting < len(pages) and not final else None
        early = final and fitting < len(pages) and not room.closing
        return self._first + fitting, self._begin(self._first + fitting) if early else None

    def _pages(self, snapshot: Snapshot, *, final: bool, most: int) -> tuple[Page, ...]:
        """The pages. While the app works, the text pauses: its end is shown too, unless the page may end earlier."""
        start = self._start
        if snapshot.line and not final and may_stand(snapshot.text):
            pages = pages_after(
                snapshot.text, start, self._limits, final=True, most=most, reader=self._reader
            )
            size = sum(LIMITS.measure(part.text) for part in pages[-1].parts) if pages else 0
            if size < WINDOW * LIMITS.room:
                return pages
        return pages_after(snapshot.text, start, self._limits, final=final, most=most, reader=self._reader)

    def _post(self, number: int, page: Page, *, final: bool) -> None:
        begin = self._begin(number)
        if not final and not self._messages:
            if self._share.interval(UPDATE) > RAREST:
                raise WriterGone(begin)
            self._share.join(UPDATE)
        try:
            posted = self._posting.post(page, begin)
        except Unfit as error:
            raise self._without_tables() or WriterGone(begin) from error
        self._messages.append(posted.ts)
        self._sent[number] = posted.page

    def _begin(self, number: int) -> int:
        before = self._sent.get(number - 1)
        return before.end if before else self._follows.shown

    def _update(self, number: int, page: Page) -> None:
        """Overwrite one message. Sending the same text twice does no harm, so any failure may be tried again."""
        ts, channel = self._messages[number], self._share.target.channel
        self._share.spend(UPDATE)
        try:
            self._api.update_message(channel, ts, patience=BRISK, acquired=True, **page_arguments(page))
        except SlackRefused as error:
            is_open = error.error in STREAM_OPEN and ts in self._follows.adopt  # our own posts are no streams
            if is_open:
                self._ends.stop(ts)
            if is_open or error.error in SLACK_TROUBLE:
                raise SlackAway from error
            known = self._posting.refused(error.error, page)
            raise (known and self._without_tables()) or self._gone(number) from error
        except SlackError as error:
            raise SlackAway(error.retry_after) from error
        self._ends.stopped(ts)
        self._sent[number] = page

    def _without_tables(self) -> SlackAway | None:
        """Lay the text out anew, with the next call, without the tables that were refused; None if there are none."""
        known = self._posting.fitting(LIMITS)
        if known == self._limits:
            return None
        self._limits, self._reader = known, Reader(known)
        return SlackAway()

    def _gone(self, number: int) -> WriterGone:
        sent = self._sent.get(number)
        if sent:
            return WriterGone(sent.end)
        return WriterGone(self._follows.sure if not number and self._follows.adopt else self._begin(number))


def _below(line: str, page: Page) -> Page:
    """The page with `line` above it, in italics and without characters that could be markup."""
    plain = " ".join(_MARKUP.sub(" ", line).split())
    if not plain:
        return page
    return replace(page, parts=(Markdown(f"_{shortened(plain, LINE_LIMIT)}_\n\n"), *page.parts))
