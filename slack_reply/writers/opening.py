"""How a native stream is started, and what is done when Slack refuses or does not answer."""

from collections.abc import Mapping
from typing import Any

from errors import SlackError, SlackFateUnknown, SlackRefused, SlackUnreachable
from json_fields import mappings_of, text_of
from slack_api import RECIPIENT_MISSING, SLACK_TROUBLE, START, SlackApi
from slack_reply.writers.native_support import NativeSupport
from slack_reply.writers.rate_share import RateShare
from slack_reply.writers.streamed_message import Chunks
from slack_reply.writers.writer import ReplyTarget, SlackAway, WriterGone
from slack_reply.writers.written import Written

# Seconds. Starts are tier 2: 20 a minute for the whole workspace. A first text does not wait for one; a next page may.
NEXT_PAGE_TIMEOUT = 20.0


class Opening:
    """Opens streams for one answer."""

    def __init__(
        self, api: SlackApi, share: RateShare, support: NativeSupport, written: Written, target: ReplyTarget
    ) -> None:
        self._api = api
        self._share = share
        self._support = support
        self._written = written
        self._target = target
        self._lost: list[Chunks] = []  # the chunks of starts of unknown fate
        self._unsure = False  # a start has been lost, and Slack could not be asked about it yet

    def earlier(self) -> str:
        """The stream of a lost start about which Slack could not be asked yet; "" if none. Raises SlackAway."""
        return self._look() if self._unsure else ""

    def stray(self) -> str:
        """The stream of a lost start that took effect after Slack had been asked; "" if none. Raises SlackAway."""
        return self._look() if self._lost else ""

    def start(self, chunks: Chunks, offset: int, *, first: bool) -> str:
        """Open a stream with these chunks and return its ts.

        Raises WriterGone(offset) when the answer must continue by edits, and SlackAway.
        """
        granted = self._share.try_take(START) if first else self._share.granted(START, NEXT_PAGE_TIMEOUT)
        if not granted:
            raise WriterGone(offset)
        ts = self._started(chunks, offset)
        self._written.add(self._target.account, self._target.channel, ts)
        return ts

    def _started(self, chunks: Chunks, offset: int) -> str:
        try:
            return self._call(chunks)
        except SlackRefused as error:
            self._support.refused(self._target, error.error)
            if error.error not in SLACK_TROUBLE:
                raise WriterGone(offset) from error
        except SlackFateUnknown:
            pass
        except SlackUnreachable as error:
            raise SlackAway from error
        except SlackError as error:
            raise WriterGone(offset) from error
        self._lost.append(chunks)
        self._unsure = True
        found = self._look()
        if not found:
            raise WriterGone(offset)
        return found

    def _call(self, chunks: Chunks) -> str:
        """The call names the recipient in channels; in DMs only if Slack asks for a recipient.

        Source: docs/platform/slack.md#stream-recipients.
        """
        target = self._target
        try:
            return self._api.start_stream(
                target.channel,
                target.thread_ts,
                None if target.is_dm else target.user,
                None if target.is_dm else target.user_team,
                chunks,
                acquired=True,
            )
        except SlackRefused as error:
            if not target.is_dm or error.error not in RECIPIENT_MISSING:
                raise
        return self._api.start_stream(target.channel, target.thread_ts, target.user, target.user_team, chunks)

    def _look(self) -> str:
        """The stream that a start of unknown fate may have left: our newest message after the question.

        Another answer of this thread may also be newer than the question, if the question waited for that answer. The
        answers of this process are known (Written), and those of other processes show other text. A message that
        cannot be told apart is not taken: text shown twice is better than an overwritten answer.
        Raises SlackAway when Slack cannot be asked now. Without access to the history nothing is found.
        """
        target, found = self._target, ""
        try:
            for message in self._api.replies(target.channel, target.thread_ts, oldest=target.trigger_ts):
                ts = text_of(message, "ts")
                if ts > target.trigger_ts and self._may_be_ours(message) and not self._known(ts):
                    found = ts
        except SlackRefused as error:
            if error.error in SLACK_TROUBLE:
                raise SlackAway from error
        except SlackError as error:
            raise SlackAway from error
        self._unsure = False
        if found:
            self._lost.clear()
            self._written.add(target.account, target.channel, found)
        return found

    def _known(self, ts: str) -> bool:
        return self._written.knows(self._target.account, self._target.channel, ts)

    def _may_be_ours(self, message: Mapping[str, Any]) -> bool:
        bot = self._target.bot_user
        ours = message.get("user") == bot if bot else bool(message.get("bot_id"))
        return ours and any(looks_like(chunks, message) for chunks in self._lost)


def looks_like(chunks: Chunks, message: Mapping[str, Any]) -> bool:
    """Whether a message shows these chunks: it has exactly their cards, and its text begins like theirs."""
    cards = [(chunk["id"], chunk["title"]) for chunk in chunks if chunk["type"] == "task_update"]
    blocks = mappings_of(message, "blocks")
    shown = [
        (block.get("task_id"), block.get("title")) for block in blocks if block.get("type") == "task_card"
    ]
    text = text_of(message, "text")
    if any(chunk["type"] == "markdown_text" for chunk in chunks):
        return shown == cards and reads_like(chunks, text)
    titles = "".join(title for _, title in cards)
    return bool(cards) and shown == cards and _letters(text) in {"", _letters(titles)}


def reads_like(chunks: Chunks, text: str) -> bool:
    """Whether a text shows these chunks; False if the chunks have no letter or digit to compare.

    Slack returns its own form of Markdown, so only the letters and digits before the first link are compared.
    """
    said = "".join(str(chunk["text"]) for chunk in chunks if chunk["type"] == "markdown_text")
    plain, link, _ = said.partition("[")
    ours, theirs = _letters(plain), _letters(text)
    whole = not link and all(chunk["type"] == "markdown_text" for chunk in chunks)
    return bool(ours) and (theirs == ours if whole else theirs.startswith(ours))


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
