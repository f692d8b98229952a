"""The answer as plain posts, once it is complete: used where streams and edits are not wanted or not allowed."""

from slack_reply.markdown import Limits, Page
from slack_reply.markdown.pages import pages_after
from slack_reply.snapshot import WHOLE, Room
from slack_reply.writers.posting import Posting, Unfit
from slack_reply.writers.writer import CannotReply, Latest, Writer

# markdown_text takes 12,000 characters a message (docs/platform/slack.md#markdown-text).
LIMITS = Limits(size=11_500, measure=len, tables=True, reserve=100)
# Used after Slack refused a page: shorter messages, and tables as code.
MODEST = Limits(size=2_900, measure=len, tables=False, reserve=100)


class SinglePost(Writer):
    """Posts every page once, at the end. `start` is the offset in the source text at which the first page begins."""

    method = "post"
    pace = float("inf")

    def __init__(self, posting: Posting, start: int = 0) -> None:
        super().__init__()
        self._posting = posting
        self._start = start
        self._limits = LIMITS

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

    def give_way(self) -> None:  # noqa: D102
        return None

    def _post(self, page: Page) -> bool:
        """False when the page was refused, or a shorter page of an earlier attempt stands in its place."""
        try:
            posted = self._posting.post(page, self._start)
        except Unfit as error:
            if self._limits is MODEST:
                raise CannotReply(str(error)) from error
            self._limits = MODEST
            return False
        self._messages.append(posted.ts)
        self._start = posted.page.end
        return posted.page.end == page.end
