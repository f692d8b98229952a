"""One post in the thread, made once: a post of unknown fate is looked for before it is made again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from errors import SlackError, SlackFateUnknown, SlackRateLimited, SlackRefused
from json_fields import mapping_of, text_of
from slack_api import BRISK, CANNOT_POST, POST, SLACK_TROUBLE, SlackApi
from slack_reply.markdown import Page, page_arguments
from slack_reply.writers.rate_share import RateShare
from slack_reply.writers.writer import CannotReply, ReplyTarget, SlackAway, WriterGone
from slack_reply.writers.written import Written

type Blocks = Sequence[Mapping[str, Any]]

POST_RATE_LIMIT_TIMEOUT = 120.0
EVENT_TYPE = "slack_bridge_answer"


class Unfit(Exception):
    """Slack refused this content: too long, or a block it does not like. `error` is its code."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True, slots=True)
class Posted:
    """A post that is there. `page` is what it shows: less than was asked for when an earlier try was found."""

    ts: str
    page: Page


class Posting:
    """Posts the pages of one answer. Each carries metadata that tells it apart: anyone may read it (no secrets).

    Each try has a name of its own, since what the page shows grows from one try to the next.
    """

    def __init__(self, api: SlackApi, share: RateShare, written: Written, place: ReplyTarget) -> None:
        self._api = api
        self._share = share
        self._written = written
        self._place = place
        self._numbers = count()
        self._unsure: dict[int, dict[str, Page]] = {}  # by offset and name: tries that may have arrived

    def post(self, page: Page, offset: int, below: Blocks = ()) -> Posted:
        """The page as a message, or what an earlier call with this offset left; `below` are blocks under it.

        Raises CannotReply when Slack takes nothing here, Unfit when it does not take this, SlackAway, and WriterGone
        with the end of what was sent when nobody can tell whether it arrived: it is left at that, since twice is
        worse.
        """
        posted = self._found(offset) or self._posted(page, offset, below)
        self._unsure.pop(offset, None)
        self._written.add(self._place.account, self._place.channel, posted.ts)
        return posted

    def _posted(self, page: Page, offset: int, below: Blocks) -> Posted:
        place = self._place
        patience = min(POST_RATE_LIMIT_TIMEOUT, self._share.patience)
        if not self._share.granted(POST, patience, final=True, channel=place.channel):
            raise SlackAway
        name = f"{place.trigger_ts}:{offset}:{next(self._numbers)}"
        try:
            ts = self._api.post_message(
                place.channel,
                place.thread_ts,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"page": name}},
                patience=BRISK,
                acquired=True,
                **page_arguments(page, below),
            )
        except SlackRefused as error:
            if error.error in CANNOT_POST:
                raise CannotReply(error.error) from error
            if error.error not in SLACK_TROUBLE:
                raise Unfit(error.error) from error
        except SlackRateLimited as error:
            raise SlackAway(error.retry_after) from error
        except SlackFateUnknown:
            pass
        except SlackError as error:
            raise SlackAway from error
        else:
            return Posted(ts, page)
        self._unsure.setdefault(offset, {})[name] = page
        found = self._found(offset)
        if not found:
            raise SlackAway
        return found

    def _found(self, offset: int) -> Posted | None:
        """What a try of unknown fate left. One that is not there now may still come: it is looked for again."""
        place, tries = self._place, self._unsure.get(offset)
        if not tries:
            return None
        try:
            for message in self._api.replies(
                place.channel, place.thread_ts, oldest=place.trigger_ts, metadata=True
            ):
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
