"""How a native stream is started, and what is done when Slack refuses or does not answer."""

from collections.abc import Mapping
from typing import Any

from errors import SlackError, SlackFateUnknown, SlackRefused, SlackUnreachable
from json_fields import text_of
from slack_api import RECIPIENT_MISSING, SLACK_TROUBLE, START, THREAD_GONE
from slack_reply.shared import RateShare, Slack
from slack_reply.writer import CannotReply, SlackAway, WriterGone
from slack_reply.writers.plan import cards_of
from slack_reply.writers.streamed_message import Chunks, tables_in

# Seconds. Starts are tier 2: 20 a minute for the whole workspace. A first text does not wait for one; a next page may.
NEXT_PAGE_TIMEOUT = 20.0


class Opening:
    """Opens streams for one answer."""

    def __init__(self, slack: Slack, share: RateShare) -> None:
        self._api = slack.api
        self._share = share
        self._support = slack.support
        self._tables = slack.tables
        self._written = slack.written
        self._target = share.target
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

        Raises WriterGone(offset) when the answer must continue by edits, CannotReply when the thread is gone, and
        SlackAway.
        """
        granted = self._share.try_take(START) if first else self._share.granted(START, NEXT_PAGE_TIMEOUT)
        if not granted:
            raise WriterGone(offset)
        try:
            return self._remembered(self._call(chunks))
        except SlackRefused as error:
            self._support.refused(self._target, error.error)
            self._tables.refused(self._target.account, error.error, tables_in(chunks))
            if error.error in THREAD_GONE:
                raise CannotReply(error.error) from error
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
        if found := self._look():
            return found
        raise WriterGone(offset)

    def _call(self, chunks: Chunks) -> str:
        """The call names the recipient in channels; in DMs only if Slack asks for a recipient.

        Source: docs/platform/slack.md#stream-recipients.
        """
        target = self._target
        channel, thread_ts, user, team = target.channel, target.thread_ts, target.user, target.user_team
        if target.channel_type != "im":
            return self._api.start_stream(channel, thread_ts, user, team, chunks, acquired=True)
        try:
            return self._api.start_stream(channel, thread_ts, None, None, chunks, acquired=True)
        except SlackRefused as error:
            if error.error not in RECIPIENT_MISSING:
                raise
        return self._api.start_stream(channel, thread_ts, user, team, chunks)

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
                known = self._written.knows(target.account, target.channel, ts)
                if ts > target.trigger_ts and not known and self._may_be_ours(message):
                    found = ts
        except SlackRefused as error:
            if error.error in SLACK_TROUBLE:
                raise SlackAway from error
        except SlackError as error:
            raise SlackAway from error
        self._unsure = False
        if found:
            self._lost.clear()
        return self._remembered(found) if found else ""

    def _remembered(self, ts: str) -> str:
        self._written.add(self._target.account, self._target.channel, ts)
        return ts

    def _may_be_ours(self, message: Mapping[str, Any]) -> bool:
        bot = self._target.bot_user
        ours = message.get("user") == bot if bot else bool(message.get("bot_id"))
        return ours and any(looks_like(chunks, message) for chunks in self._lost)


def looks_like(chunks: Chunks, message: Mapping[str, Any]) -> bool:
    """Whether a message shows these chunks: it has exactly their cards, and its text begins like theirs."""
    cards = [(chunk["id"], chunk["title"]) for chunk in chunks if chunk["type"] == "task_update"]
    blocks = cards_of(message)
    text = text_of(message, "text")
    if cards != [(block.get("task_id"), block.get("title")) for block in blocks]:
        return False
    if any(chunk["type"] == "markdown_text" for chunk in chunks):
        return reads_like(chunks, text)
    return bool(cards) and _letters(text) in {"", _letters("".join(title for _, title in cards))}


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
