"""The answer as plain posts, once it is complete: used where streams and edits are not wanted or not allowed."""

from slack_reply.markdown import HEADING_SIZE, Limits, Page, counted
from slack_reply.markdown.pages import pages_after
from slack_reply.room import WHOLE, Room
from slack_reply.writers.posting import Posting, Unfit
from slack_reply.writers.writer import CannotReply, Latest, Method, WriterGone

LIMITS = Limits(size=9000, measure=counted, tables=True, reserve=100, heading=HEADING_SIZE)
"""What a message of blocks holds (docs/platform/slack.md#message-size)."""
# Used after Slack refused a page: shorter messages, and tables as code; and at last short messages of plain text.
MODEST = Limits(size=2_900, measure=counted, tables=False, reserve=100, heading=HEADING_SIZE)
PLAIN = Limits(size=900, measure=counted, tables=False, reserve=100)
_PLAINER = {LIMITS: MODEST, MODEST: PLAIN}


class SinglePost:
    """Posts every page once, at the end. `start` is the offset in the source text at which the first page begins."""

    method: Method = "post"
    pace = float("inf")

    def __init__(self, posting: Posting, start: int = 0) -> None:
        self._posting = posting
        self._start = start
        self._messages: list[str] = []
        self._limits = LIMITS

    @property
    def messages(self) -> tuple[str, ...]:  # noqa: D102
        return tuple(self._messages)

    @property
    def message_ts(self) -> str:  # noqa: D102
        return self._messages[-1] if self._messages else ""

    def show(self, latest: Latest, room: Room = WHOLE) -> None:
        """Nothing is shown before the end."""

    def finish(self, latest: Latest, room: Room = WHOLE) -> int | None:  # noqa: D102
        text = latest().text
        while pages := pages_after(text, self._start, self._limits, final=True, most=room.messages + 1):
            fitting = room.fitting(len(self._messages), len(pages))
            for number, page in enumerate(pages[:fitting]):
                if room.ends_before(len(pages) - number):
                    return self._start
                if not self._post(page):
                    break  # lay the rest of the text out again
            else:
                return None if fitting == len(pages) or room.closing else self._start
        return None

    def give_way(self) -> WriterGone:  # noqa: D102
        raise TypeError("nobody comes after posts")

    def _post(self, page: Page) -> bool:
        """False when the page was refused, or a shorter page of an earlier attempt stands in its place."""
        try:
            posted = self._posting.post(page, self._start, plain=self._limits is PLAIN)
        except Unfit as error:
            plainer = _PLAINER.get(self._limits)
            if plainer is None:
                raise CannotReply(error.error) from error
            self._limits = plainer
            return False
        self._messages.append(posted.ts)
        self._start = posted.page.end
        return posted.page.end == page.end
