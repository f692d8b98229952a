"""Ends an answer that no process writes any more: its process died, and the rest of the text is lost."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from errors import SlackRefused
from json_fields import mappings_of, text_of
from slack_api import CANNOT_POST, PATIENT, SLACK_TROUBLE, STOP_STANDS, STOPPED, STREAM_OVER, SlackApi
from slack_reply.buttons import is_stop_button
from slack_reply.footer import with_footer
from slack_reply.markdown import FALLBACK_LIMIT
from slack_reply.writers import cards_of

LONGEST = 4000  # bytes of text that chat.update takes (docs/platform/slack.md#text-limits)
WHOLE_TEXT = (
    FALLBACK_LIMIT - 4
)  # bytes: a longer text beside blocks may be only the beginning of what they show
_RUNNING = {"pending", "in_progress"}
MOST = 400  # messages of a thread that are read to find those of the answer


class _Untold(Exception):
    """The message takes no note, but is complete otherwise: the note needs a post of its own."""


@dataclass(frozen=True, slots=True)
class Remains:
    """What is known of the answer to the message `trigger_ts`.

    `message_ts` is the answer's first message, "" if none was recorded. Every message of ours later than `after`,
    and earlier than `before` if that is set, belongs to the answer. `streamed`: the message may be an open stream.
    """

    channel: str
    thread_ts: str
    trigger_ts: str
    message_ts: str
    after: str
    streamed: bool
    before: str = ""


@dataclass(frozen=True, slots=True)
class Interrupted:
    """Puts `note` under the visible answer, or posts it if nothing is visible. `bot_id` is ours, "" if unknown.

    Where the thread's history may be read, a second call does not show the note a second time.
    """

    api: SlackApi
    bot_id: str
    note: str

    def end(self, remains: Remains) -> str:
        """The ts of the message that shows the note; "" if nothing can be written there.

        Raises SlackError when Slack was out of reach; the caller tries again later.
        """
        try:
            return self._noted(remains) or self.api.post_message(
                remains.channel, remains.thread_ts, markdown_text=self.note
            )
        except SlackRefused as error:
            if error.error in CANNOT_POST:
                return ""
            raise

    def close(self, remains: Remains, streams: Iterable[str], *, old: bool) -> None:
        """Stop the streams of an answer that is complete; no text is added.

        `old`: a stream that Slack calls over has expired instead of being stopped, so its message is repaired
        (docs/platform/slack.md#stream-lifetime). Raises SlackError when Slack was out of reach, or in trouble.
        """
        over = [ts for ts in streams if self._stop_only(remains.channel, ts) in STREAM_OVER]
        if over and old:
            with suppress(SlackRefused):  # history is not granted: the text of the messages is not known
                for message in self._thread(remains):
                    if message.get("ts") in over and "text" in message:
                        self._rewrite(remains.channel, message, note="")

    def _stop_only(self, channel: str, ts: str) -> str:
        """Slack's error code if Slack refused the stop, else "". Raises SlackRefused for SLACK_TROUBLE."""
        try:
            self.api.stop_stream(channel, ts)
        except SlackRefused as error:
            if error.error in SLACK_TROUBLE:
                raise
            return error.error
        return ""

    def _noted(self, remains: Remains) -> str:
        """The ts of the answer's newest message, with the note in it; "" if no message can show the note."""
        *earlier, message = self._messages(remains)
        if not message:
            return ""
        for one in filter(None, earlier) if remains.streamed else ():
            self._stop_only(remains.channel, str(one["ts"]))
        try:
            shown = (
                self.note in str(message.get("text") or "")
                or (remains.streamed and self._stop(remains.channel, message))
                # An expired stream of cards alone has no text, and is broken until it is edited
                or ("text" in message and self._rewrite(remains.channel, message, note=self.note))
            )
        except _Untold:
            return ""
        return str(message["ts"]) if shown else ""

    def _messages(self, remains: Remains) -> Sequence[Mapping[str, Any]]:
        """The messages of the answer, the newest last; the first is empty if the record names no message.

        The answer may have continued in later messages while the recorded message still waited for its stop.
        """
        found: list[Mapping[str, Any]] = [{"ts": remains.message_ts} if remains.message_ts else {}]
        behind = max(remains.message_ts, remains.after)
        with suppress(SlackRefused):  # history is not granted
            for message in self._thread(remains):
                ts = text_of(message, "ts")
                ours = bool(self.bot_id) and message.get("bot_id") == self.bot_id
                if ts == remains.message_ts:
                    found[0] = message
                elif ours and ts > behind and not (remains.before and ts >= remains.before):
                    found.append(message)
        return found

    def _thread(self, remains: Remains) -> Iterator[Mapping[str, Any]]:
        return self.api.replies(remains.channel, remains.thread_ts, oldest=remains.trigger_ts, most=MOST)

    def _stop(self, channel: str, message: Mapping[str, Any]) -> bool:
        """End the cards, add the note, and stop the stream; False if the stream takes no more text.

        Cards are ended before the stop; a stop for a member of another organisation ends the stream and brings no
        note (docs/platform/slack.md#stream-end): _Untold is raised.
        """
        ts, text = str(message["ts"]), _under(str(message.get("text") or ""), self.note)
        try:
            if cards := _cards_left(message):
                self.api.append_stream(channel, ts, [_failed(card) for card in cards], patience=PATIENT)
            self.api.stop_stream(channel, ts, [{"type": "markdown_text", "text": text}])
        except SlackRefused as error:
            if error.error in STOP_STANDS:
                raise _Untold from error
            if error.error in CANNOT_POST:
                raise
            if error.error in STOPPED:
                return True  # a member stopped the stream on purpose
            with suppress(SlackRefused):
                self._stop_only(channel, ts)  # the stream must not stay open even if Slack refuses the note
            return False
        return True

    def _rewrite(self, channel: str, message: Mapping[str, Any], *, note: str) -> bool:
        """Update the message to its own content with the note, if any, under it; False if Slack refuses."""
        ts, known = str(message["ts"]), str(message["text"] or "")
        text = f"{known}\n\n_{note}_".lstrip() if note else known
        below = [{"type": "context", "elements": [{"type": "mrkdwn", "text": note}]}] if note else []
        blocks = message.get("blocks")
        ways: list[list[Mapping[str, Any]]] = []
        if isinstance(blocks, list) and blocks:
            left = [block for block in blocks if not (isinstance(block, Mapping) and is_stop_button(block))]
            ways.append([*map(_ended, left), *below])
        if len(known.encode()) <= WHOLE_TEXT and len(text.encode()) <= LONGEST:
            # An expired stream keeps its blocks otherwise (docs/platform/slack.md#stream-repair)
            ways.append([])
        shown = text.encode()[-LONGEST:].decode(errors="ignore")
        for way in ways:
            try:
                self.api.update_message(channel, ts, text=shown, blocks=way, patience=PATIENT)
            except SlackRefused as error:
                if error.error in CANNOT_POST:
                    raise
            else:
                return True
        return False


def _cards_left(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The task cards of the message that still look unfinished; none if its blocks are not known."""
    return [card for card in cards_of(message) if card.get("status") in _RUNNING]


def _ended(block: Any) -> Any:
    """A block in which no task runs any more: a card, or a plan with its tasks."""
    if not isinstance(block, Mapping):
        return block
    if block.get("type") == "plan":
        tasks = [
            {**task, "status": "error"} if task.get("status") in _RUNNING else task
            for task in mappings_of(block, "tasks")
        ]
        return {**block, "tasks": tasks}
    is_card = block.get("type") == "task_card" and block.get("status") in _RUNNING
    return {**block, "status": "error"} if is_card else block


def _failed(card: Mapping[str, Any]) -> dict[str, Any]:
    title = str(card.get("title") or "…")
    return {"type": "task_update", "id": str(card.get("task_id", "")), "title": title, "status": "error"}


def _under(text: str, note: str) -> str:
    """The text to append so that `text` ends with the note; an open code block is closed first."""
    shown = text.rstrip()
    whole = with_footer(shown, [note], (), "", str)
    return whole[len(shown) :] if shown else f"\n\n{whole.strip()}"
