"""What the bridge writes. Text and blocks go out as given: whoever calls has escaped them."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from errors import SlackFateUnknown
from slack_api.calls import Calls
from slack_api.retry import BRISK, PATIENT, Patience

type Chunks = Sequence[Mapping[str, Any]]
type Blocks = Sequence[Mapping[str, Any]]


class Writes(Calls):
    """Calls that change what the workspace sees.

    Where a text grows old while it waits, the default patience is short: the caller has a newer one. Or it takes from
    the budget first, reads the text then, and says so: `granted`.
    """

    def start_stream(
        self,
        channel: str,
        thread_ts: str,
        recipient_user_id: str | None,
        recipient_team_id: str | None,
        chunks: Chunks,
        *,
        patience: Patience = BRISK,
        granted: bool = False,
    ) -> str:
        """Open a native stream, return its ts. Both recipients, or neither in a DM (field/slack.md §4.2)."""
        arguments = {
            "channel": channel,
            "thread_ts": thread_ts,
            "recipient_user_id": recipient_user_id,
            "recipient_team_id": recipient_team_id,
            "chunks": list(chunks),
        }
        answer = self.call("chat.startStream", arguments, patience=patience, granted=granted)
        return _ts("chat.startStream", answer)

    def append_stream(
        self,
        channel: str,
        ts: str,
        chunks: Chunks,
        *,
        patience: Patience = BRISK,
        granted: bool = False,
    ) -> None:
        """Add to an open stream; never two at a time for one `ts`."""
        arguments = {"channel": channel, "ts": ts, "chunks": list(chunks)}
        self.call("chat.appendStream", arguments, patience=patience, granted=granted)

    def stop_stream(
        self,
        channel: str,
        ts: str,
        chunks: Chunks = (),
        blocks: Blocks = (),
        metadata: Mapping[str, Any] | None = None,
        *,
        patience: Patience = PATIENT,
        granted: bool = False,
    ) -> None:
        """Close a stream; `blocks` appear at its bottom."""
        arguments = {
            "channel": channel,
            "ts": ts,
            "chunks": list(chunks) or None,
            "blocks": list(blocks) or None,
            "metadata": metadata,
        }
        self.call("chat.stopStream", arguments, patience=patience, granted=granted)

    def post_message(
        self,
        channel: str,
        thread_ts: str = "",
        *,
        markdown_text: str | None = None,
        text: str | None = None,
        blocks: Blocks | None = None,
        metadata: Mapping[str, Any] | None = None,
        patience: Patience = PATIENT,
        granted: bool = False,
    ) -> str:
        """Post once, return its ts; unfurling is off. `markdown_text` goes alone, `text` also with blocks."""
        arguments = {
            "channel": channel,
            "thread_ts": thread_ts or None,
            "unfurl_links": False,
            "unfurl_media": False,
            **_content(markdown_text, text, blocks, metadata),
        }
        answer = self.call("chat.postMessage", arguments, patience=patience, granted=granted)
        return _ts("chat.postMessage", answer)

    def update_message(
        self,
        channel: str,
        ts: str,
        *,
        markdown_text: str | None = None,
        text: str | None = None,
        blocks: Blocks | None = None,
        metadata: Mapping[str, Any] | None = None,
        patience: Patience = BRISK,
        granted: bool = False,
    ) -> None:
        """Replace a message. A streamed one keeps its blocks without `blocks=[]` (field/slack.md §4.3)."""
        arguments = {"channel": channel, "ts": ts, **_content(markdown_text, text, blocks, metadata)}
        self.call("chat.update", arguments, patience=patience, granted=granted)

    def delete_message(self, channel: str, ts: str) -> None:
        """Take one of our own messages away."""
        self.call("chat.delete", {"channel": channel, "ts": ts})

    def set_status(
        self, channel: str, thread_ts: str, status: str, loading_messages: Sequence[str] = ()
    ) -> None:
        """Show the status line of a thread; "" clears it, a post too, and 2 minutes (field/slack.md §5)."""
        arguments = {
            "channel_id": channel,
            "thread_ts": thread_ts,
            "status": status,
            "loading_messages": list(loading_messages) or None,
        }
        self.call("assistant.threads.setStatus", arguments, patience=BRISK)

    def complete_upload(
        self, file_id: str, title: str, channel: str, thread_ts: str, comment: str = ""
    ) -> None:
        """Share an uploaded file into a thread; its message's ts is not told (field/slack.md §7)."""
        arguments = {
            "files": json.dumps([{"id": file_id, "title": title}]),
            "channel_id": channel,
            "thread_ts": thread_ts or None,
            "initial_comment": comment or None,
        }
        self.call("files.completeUploadExternal", arguments)


def _content(
    markdown_text: str | None,
    text: str | None,
    blocks: Blocks | None,
    metadata: Mapping[str, Any] | None,
) -> dict[str, Any]:
    return {
        "markdown_text": markdown_text,
        "text": text,
        "blocks": None if blocks is None else list(blocks),
        "metadata": metadata,
    }


def _ts(method: str, answer: Mapping[str, Any]) -> str:
    ts = answer.get("ts")
    if not isinstance(ts, str) or not ts:
        raise SlackFateUnknown(method, "an answer without ts")
    return ts
