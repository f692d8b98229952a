"""The answer as plain posts, once it is complete: used where streams and edits are not wanted or not allowed.

A post of unknown fate is searched in the thread before it is sent again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from errors import SlackError, SlackFateUnknown, SlackRefused
from json_fields import mapping_of, text_of
from slack_api import BRISK, CANNOT_POST, OF_TABLES, POST, SLACK_TROUBLE
from slack_reply.markdown import (
    HEADING_SIZE,
    Limits,
    Page,
    block_types,
    counted,
    page_arguments,
    plain_arguments,
)
from slack_reply.markdown.pages import pages_after
from slack_reply.optional_blocks import BlockRefused
from slack_reply.shared import RateShare, Slack
from slack_reply.snapshot import WHOLE, Blocks, Room
from slack_reply.writer import CannotReply, Latest, SlackAway, Writer, WriterGone

POST_RATE_LIMIT_TIMEOUT = 120.0  # seconds
EVENT_TYPE = "slack_bridge_answer"
LIMITS = Limits(
    size=9000,
    measure=counted,
    tables=True,
    reserve=100,
    heading=HEADING_SIZE,
    data_tables=True,
    whole=True,
)
"""What a message of blocks holds (docs/platform/slack.md#message-size)."""
# Used after Slack refused a page: shorter messages, and tables as code; and at last short messages of plain text.
MODEST = Limits(size=2_900, measure=counted, tables=False, reserve=100, heading=HEADING_SIZE, whole=True)
PLAIN = Limits(size=900, measure=counted, tables=False, reserve=100, whole=True)


class Unfit(Exception):
    """Slack refused the content of a post. The text is Slack's code."""


class UnfitBelow(Unfit, BlockRefused):
    """The same, perhaps for the sake of the blocks under the page."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A post in the thread. `page` is what it shows: less than was asked for if an earlier attempt was found."""

    ts: str
    page: Page


class Posting:
    """Posts pages of one answer, also for EditedMessage. The name of each attempt is in the metadata of its post.

    Any app may read the name. Attempts have names of their own, since the page may grow between two attempts.
    """

    def __init__(self, slack: Slack, share: RateShare) -> None:
        self._api = slack.api
        self._share = share
        self._written = slack.written
        self._tables = slack.tables
        self._blocks = slack.blocks
        self._target = share.target
        self._numbers = count()
        self._unsure: dict[int, dict[str, Page]] = {}  # by offset and name: attempts that may have arrived

    def post(
        self, page: Page, offset: int, below: Blocks = (), *, above: Blocks = (), plain: bool = False
    ) -> Posted:
        """Post the page, or find the post of an earlier call with this offset.

        `below` and `above` are blocks around the page. `plain`: the page goes as text of which Slack makes no blocks.

        Raises CannotReply when Slack accepts no message here, Unfit when Slack refuses this content, and SlackAway.
        Raises WriterGone with the end of the sent page if nothing can tell whether it arrived: the page is not sent
        again, since a page shown twice is worse.
        """
        arguments = plain_arguments(page) if plain else page_arguments(page, below, above)
        posted = self._found(offset) or self._posted(page, offset, arguments, has_below=bool(below))
        self._unsure.pop(offset, None)
        self._written.add(self._target.account, self._target.channel, posted.ts)
        return posted

    def post_with(
        self,
        page: Page,
        offset: int,
        forms: tuple[Blocks, ...],
        *,
        above: Blocks = (),
        plain: bool = False,
    ) -> Posted:
        """The same as `post`, with the first of these forms of blocks under the page that the workspace takes."""
        account = self._target.account
        return self._blocks.send(
            account,
            () if plain else forms,
            lambda form: self.post(page, offset, form, above=above, plain=plain),
        )

    def fitting(self, limits: Limits) -> Limits:
        """The limits with the tables that this workspace takes, as far as is known."""
        return self._tables.fitting(self._target.account, limits)

    @property
    def is_unsure(self) -> bool:
        """Whether a post may stand in the thread that was not found there yet."""
        return bool(self._unsure)

    def refused(self, error: str, page: Page, *, has_below: bool) -> bool:
        """Remember which tables of the page Slack refused; False if the page can't be laid out without these tables.

        No table is blamed if the blocks under the page may be what Slack refuses.
        """
        if has_below and error not in OF_TABLES:
            return False
        return self._tables.refused(self._target.account, error, block_types(page))

    def _posted(self, page: Page, offset: int, arguments: Mapping[str, Any], *, has_below: bool) -> Posted:
        target = self._target
        if not self._share.granted(POST, min(POST_RATE_LIMIT_TIMEOUT, self._share.patience), final=True):
            raise SlackAway
        name = f"{target.trigger_ts}:{offset}:{next(self._numbers)}"
        try:
            ts = self._api.post_message(
                target.channel,
                target.thread_ts,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"page": name}},
                patience=BRISK,
                acquired=True,
                **arguments,
            )
        except SlackRefused as error:
            if error.error in CANNOT_POST:
                raise CannotReply(error.error) from error
            if error.error not in SLACK_TROUBLE:
                are_tables = self.refused(error.error, page, has_below=has_below)
                raise (UnfitBelow if has_below and not are_tables else Unfit)(error.error) from error
        except SlackFateUnknown:
            pass
        except SlackError as error:
            raise SlackAway(error.retry_after) from error
        else:
            return Posted(ts, page)
        self._unsure.setdefault(offset, {})[name] = page
        if found := self._found(offset):
            return found
        raise SlackAway

    def _found(self, offset: int) -> Posted | None:
        """The post of an attempt of unknown fate. An attempt that is not found may still arrive and is kept."""
        target, tries = self._target, self._unsure.get(offset)
        if not tries:
            return None
        try:
            channel, thread_ts, oldest = target.channel, target.thread_ts, target.trigger_ts
            for message in self._api.replies(channel, thread_ts, oldest=oldest, metadata=True):
                payload = mapping_of(mapping_of(message, "metadata"), "event_payload")
                page = tries.get(str(payload.get("page")))
                if message.get("bot_id") and page:
                    return Posted(text_of(message, "ts"), page)
        except SlackRefused as error:
            if error.error in SLACK_TROUBLE:
                raise SlackAway from error
            *_, last = tries.values()
            raise WriterGone(last.end) from error
        except SlackError as error:
            raise SlackAway from error
        return None


class SinglePost(Writer):
    """Posts every page once, at the end. `start` is the offset in the source text at which the first page begins."""

    method = "post"
    pace = float("inf")

    def __init__(self, posting: Posting, start: int = 0) -> None:
        super().__init__()
        self._posting = posting
        self._start = start
        self._limits = posting.fitting(LIMITS)

    def show(self, latest: Latest, room: Room = WHOLE) -> None:
        """Nothing is shown before the end."""

    def leave_off(self) -> WriterGone:  # noqa: D102
        return WriterGone(self._start)

    def finish(self, latest: Latest, room: Room = WHOLE) -> int | None:  # noqa: D102
        snapshot = latest()
        text = snapshot.text
        while pages := pages_after(text, self._start, self._limits, final=True, most=room.messages + 1):
            fitting = room.fitting(len(self._messages), len(pages))
            for number, page in enumerate(pages[:fitting]):
                if room.ends_before(len(pages) - number):
                    return self._start
                if not self._post(page, snapshot.below if page is pages[-1] else ()):
                    break  # lay the rest of the text out again
            else:
                return None if fitting == len(pages) or room.closing else self._start
        return None

    def _post(self, page: Page, below: tuple[Blocks, ...]) -> bool:
        """False when the page was refused, or a shorter page of an earlier attempt stands in its place."""
        try:
            posted = self._posting.post_with(page, self._start, below, plain=self._limits is PLAIN)
        except Unfit as error:
            if self._limits == PLAIN:
                raise CannotReply(str(error)) from error
            self._limits = self._plainer()
            return False
        self._messages.append(posted.ts)
        self._start = posted.page.end
        return posted.page.end == page.end

    def _plainer(self) -> Limits:
        """The limits after a refusal: without the tables that were refused, else for shorter and plainer messages."""
        if self._limits == MODEST:
            return PLAIN
        known = self._posting.fitting(LIMITS)
        return MODEST if known == self._limits else known
