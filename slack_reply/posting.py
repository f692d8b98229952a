"""One post in the thread, made once: a post of unknown fate is looked for before it is made again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from errors import SlackError, SlackFateUnknown, SlackRateLimited, SlackRefused
from slack_api.client import SlackApi
from slack_api.outcome import CANNOT_POST, SLACK_TROUBLE
from slack_api.retry import BRISK
from slack_api.tiers import POST
from slack_reply.parts import Page
from slack_reply.share import Share
from slack_reply.slack_form import page_arguments
from slack_reply.writer import CannotReply, Place, SlackAway, WriterGone
from slack_reply.written import Written

type Blocks = Sequence[Mapping[str, Any]]

POST_PATIENCE = 120.0
EVENT_TYPE = "slack_bridge_answer"


class Unfit(Exception):
    """Slack refused this content: too long, or a block it does not like. `error` is its code."""

    def __init__(self, error: str) -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True, slots=True)
class Posted:
    """A post that is there; `page` is None when an earlier try of it was found, with what was known then."""

    ts: str
    page: Page | None


class Posting:
    """Posts the pages of one answer. Each carries metadata that tells it apart: anyone may read it (no secrets)."""

    def __init__(self, api: SlackApi, share: Share, written: Written, place: Place) -> None:
        self._api = api
        self._share = share
        self._written = written
        self._place = place
        self._unsure: set[str] = set()  # pages that may have arrived

    def post(self, page: Page, offset: int, below: Blocks = ()) -> Posted:
        """The page as a message, or what an earlier call with this offset left; `below` are blocks under it.

        Raises CannotReply when Slack takes nothing here, Unfit when it does not take this, SlackAway, and
        WriterGone(page.end) when it was sent and nobody can tell whether it arrived: it is left at that, since twice
        is worse.
        """
        name = f"{self._place.trigger_ts}:{offset}"
        found = self._find(name, page) if name in self._unsure else ""
        posted = Posted(found, None) if found else self._post(page, name, below)
        self._written.add(self._place.channel, posted.ts)
        return posted

    def _post(self, page: Page, name: str, below: Blocks) -> Posted:
        place = self._place
        if not self._share.granted(POST, POST_PATIENCE, final=True, channel=place.channel):
            raise SlackAway
        try:
            ts = self._api.post_message(
                place.channel,
                place.thread_ts,
                metadata={"event_type": EVENT_TYPE, "event_payload": {"page": name}},
                patience=BRISK,
                granted=True,
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
        self._unsure.add(name)
        found = self._find(name, page)
        if not found:
            raise SlackAway
        return Posted(found, page)

    def _find(self, name: str, page: Page) -> str:
        """The ts of the page's post; "" when it is not there."""
        place = self._place
        try:
            for message in self._api.replies(
                place.channel, place.thread_ts, oldest=place.trigger_ts, metadata=True
            ):
                payload = (message.get("metadata") or {}).get("event_payload") or {}
                if message.get("bot_id") and payload.get("page") == name:
                    return str(message.get("ts", ""))
        except SlackRefused as error:
            if error.error in SLACK_TROUBLE:
                raise SlackAway from error
            raise WriterGone(page.end) from error
        except SlackError as error:
            raise SlackAway from error
        self._unsure.discard(name)
        return ""
