"""The methods of the Web API that the bridge calls, typed. Texts and blocks go out as they are given."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypedDict, Unpack

from errors import SlackError, SlackFateUnknown, SlackRefused
from json_fields import id_of, mapping_of, mappings_of, text_of
from slack_api.identity import AuthInfo, UserInfo, auth_info, user_info
from slack_api.rate_limit import (
    APPEND,
    EPHEMERAL,
    GROUP_USERS,
    GROUPS,
    OPEN_VIEW,
    POST,
    PUBLISH,
    SET_STATUS,
    START,
    STOP,
    UPDATE,
    USER,
)
from slack_api.retry import BRISK, HASTY, PATIENT, Patience
from slack_api.web import Calls

PAGE = 200  # messages of a thread that are asked for at once
LISTED = 999  # channels or users that are asked for at once (docs/platform/slack.md#finding-by-name)

type Objects = Sequence[Mapping[str, Any]]  # blocks, or chunks of a stream


class Content(TypedDict, total=False):
    """What a message holds: `markdown_text` alone, or `text` and `blocks`, where one of the two may be missing."""

    markdown_text: str | None
    text: str | None
    blocks: Objects | None
    metadata: Mapping[str, Any] | None


class SlackApi(Calls):
    """One bot token's calls. A client is cheap to build: `pool` holds the connections and `budget` the rates.

    `patience` and `acquired` are those of `Calls`. Where a text grows old while it waits, the default patience is
    short: its caller has a newer text by then, or acquires the call first, reads the text then and says `acquired`.
    """

    def start_stream(
        self,
        channel: str,
        thread_ts: str,
        recipient_user_id: str | None,
        recipient_team_id: str | None,
        chunks: Objects,
        *,
        acquired: bool = False,
    ) -> str:
        """Open a native stream; return its ts. Only a DM needs no recipient (docs/platform/slack.md#stream-methods).

        Tasks, if some come, are shown as one plan: that is fixed at the start (docs/platform/slack.md#stream-chunks).
        """
        arguments = {
            "channel": channel,
            "thread_ts": thread_ts,
            "recipient_user_id": recipient_user_id,
            "recipient_team_id": recipient_team_id,
            "task_display_mode": "plan",
            "chunks": chunks,
        }
        return _ts(START, self.call(START, arguments, BRISK, acquired))

    def append_stream(
        self, channel: str, ts: str, chunks: Objects, *, patience: Patience = BRISK, acquired: bool = False
    ) -> None:
        """Add to an open stream; never two calls at a time for one `ts`."""
        self.call(APPEND, {"channel": channel, "ts": ts, "chunks": chunks}, patience, acquired)

    def stop_stream(
        self,
        channel: str,
        ts: str,
        chunks: Objects = (),
        *,
        blocks: Objects = (),
        patience: Patience = PATIENT,
        acquired: bool = False,
    ) -> None:
        """Add the last chunks to a stream and close it; `blocks` come below its text."""
        arguments = {"channel": channel, "ts": ts, "chunks": chunks or None, "blocks": blocks or None}
        self.call(STOP, arguments, patience, acquired)

    def post_message(
        self,
        channel: str,
        thread_ts: str = "",
        *,
        patience: Patience = PATIENT,
        acquired: bool = False,
        **content: Unpack[Content],
    ) -> str:
        """Post a message without unfurled links and return its ts.

        Where the root of the thread was deleted, Slack puts the message into the channel. Then it is deleted at once,
        and `thread_not_found` is raised (docs/platform/slack.md#posting-into-a-deleted-thread).
        """
        place = {"channel": channel, "thread_ts": thread_ts or None}
        arguments = {**place, "unfurl_links": False, "unfurl_media": False, **content}
        answer = self.call(POST, arguments, patience, acquired)
        ts, posted = _ts(POST, answer), mapping_of(answer, "message")
        if thread_ts and posted and not posted.get("thread_ts"):
            with suppress(SlackError):
                self.delete_message(channel, ts)
            raise SlackRefused(POST, "thread_not_found")
        return ts

    def post_ephemeral(self, channel: str, user: str, text: str, thread_ts: str = "") -> None:
        """Show a text to one member alone (docs/platform/slack.md#ephemeral-messages).

        The text stands in the channel, or in the thread whose root is `thread_ts`.
        """
        arguments = {"channel": channel, "user": user, "text": text, "thread_ts": thread_ts or None}
        self.call(EPHEMERAL, arguments, HASTY)

    def update_message(
        self,
        channel: str,
        ts: str,
        *,
        patience: Patience = BRISK,
        acquired: bool = False,
        **content: Unpack[Content],
    ) -> None:
        """Replace a message. `blocks=[]` removes those of a stream (docs/platform/slack.md#stream-repair)."""
        self.call(UPDATE, {"channel": channel, "ts": ts, **content}, patience, acquired)

    def delete_message(self, channel: str, ts: str) -> None:
        """Delete a message of the bot."""
        self.call("chat.delete", {"channel": channel, "ts": ts})

    def set_status(
        self, channel: str, thread_ts: str, status: str, loading_messages: Sequence[str] = ()
    ) -> None:
        """Show a status line, until a post, 2 minutes or an empty one (docs/platform/slack.md#thread-status)."""
        arguments = {
            "channel_id": channel,
            "thread_ts": thread_ts,
            "status": status,
            "loading_messages": loading_messages or None,
        }
        self.call(SET_STATUS, arguments, BRISK)

    def upload_url(self, name: str, size: int) -> tuple[str, str]:
        """Ask where to send `size` bytes; return that URL and the id of the file to be."""
        answer = self.call("files.getUploadURLExternal", {"filename": name, "length": str(size)})
        return text_of(answer, "upload_url"), text_of(answer, "file_id")

    def complete_upload(self, file_id: str, title: str, channel: str, thread_ts: str) -> None:
        """Share an uploaded file in a thread. Slack does not tell the ts of its message."""
        arguments = {
            "files": json.dumps([{"id": file_id, "title": title}]),
            "channel_id": channel,
            "thread_ts": thread_ts or None,
        }
        self.call("files.completeUploadExternal", arguments)

    def auth_test(self) -> AuthInfo:
        """Ask whose token this is, and what it may do."""
        response = self.respond("auth.test", {})
        return auth_info(response.data, response.headers)

    def app_of(self, bot_id: str) -> str:
        """The id of the app behind a bot (docs/platform/slack.md#self-check-calls)."""
        return id_of(mapping_of(self.call("bots.info", {"bot": bot_id}, HASTY), "bot"), "app_id")

    def user(self, user_id: str) -> UserInfo:
        """Ask about one user; `slack_api.lookups` remembers them, and acquires the call from the budget."""
        answer = self.call(USER, {"user": user_id, "include_locale": "true"}, HASTY, acquired=True)
        return user_info(user_id, answer.get("user"))

    def channel(self, channel: str, patience: Patience) -> Mapping[str, Any]:
        """Ask what conversations.info knows of a channel."""
        return mapping_of(self.call("conversations.info", {"channel": channel}, patience), "channel")

    def channels(self, types: str, pages: int) -> Iterator[Mapping[str, Any]]:
        """Yield the channels of these types that are not archived, from at most so many pages of LISTED."""
        return self._listed(
            "conversations.list", "channels", {"types": types, "exclude_archived": "true"}, pages
        )

    def people(self, pages: int) -> Iterator[Mapping[str, Any]]:
        """Yield all users, from at most so many pages of LISTED."""
        return self._listed("users.list", "members", {}, pages)

    def user_of_email(self, email: str) -> str:
        """The id of the person with this address."""
        return id_of(mapping_of(self.call("users.lookupByEmail", {"email": email}, HASTY), "user"), "id")

    def _listed(
        self, method: str, member: str, asked: Mapping[str, Any], pages: int
    ) -> Iterator[Mapping[str, Any]]:
        cursor: object = None
        for _ in range(pages):
            answer = self.call(method, {**asked, "limit": str(LISTED), "cursor": cursor}, HASTY)
            yield from mappings_of(answer, member)
            cursor = mapping_of(answer, "response_metadata").get("next_cursor")
            if not cursor:
                return

    def user_groups(self, team_id: str = "") -> Sequence[tuple[str, str]]:
        """The handle and the id of each user group. An organisation's token needs the workspace `team_id`."""
        answer = self.call(GROUPS, {"team_id": team_id or None})
        return [
            (text_of(group, "handle"), text_of(group, "id")) for group in mappings_of(answer, "usergroups")
        ]

    def users_of_group(self, group_id: str, team_id: str = "") -> Sequence[str]:
        """The ids of all members of a user group."""
        answer = self.call(GROUP_USERS, {"usergroup": group_id, "team_id": team_id or None})
        users = answer.get("users")
        return [user for user in users if isinstance(user, str)] if isinstance(users, list) else []

    def open_view(self, trigger_id: str, view: Mapping[str, Any]) -> None:
        """Open a modal; a trigger id is good for 3 s, once (docs/platform/slack.md#trigger-ids)."""
        self.call(OPEN_VIEW, {"trigger_id": trigger_id, "view": json.dumps(view)}, BRISK)

    def publish_home(self, user: str, view: Mapping[str, Any]) -> None:
        """Show this view in the user's Home tab (docs/platform/slack.md#home-tab)."""
        self.call(PUBLISH, {"user_id": user, "view": json.dumps(view)})

    def file(self, file_id: str) -> Mapping[str, Any]:
        """Ask for one whole file object."""
        return mapping_of(self.call("files.info", {"file": file_id}), "file")

    def message(self, channel: str, ts: str) -> Mapping[str, Any]:
        """One message, which may be a reply and then names its thread; empty if Slack does not give it.

        Source: docs/platform/slack.md#reaction-events. The root of the thread may come before it.
        """
        span = {"oldest": ts, "latest": ts, "inclusive": "true", "limit": "2"}
        answer = self.call("conversations.replies", {"channel": channel, "ts": ts, **span})
        return next((found for found in mappings_of(answer, "messages") if text_of(found, "ts") == ts), {})

    def replies(
        self, channel: str, thread_ts: str, *, oldest: str = "", most: int = 1000, metadata: bool = False
    ) -> Iterator[Mapping[str, Any]]:
        """Yield at most `most` messages of a thread, oldest first and the root before all; each page is one call."""
        asked: dict[str, Any] = {
            "channel": channel,
            "ts": thread_ts,
            "limit": str(min(PAGE, most)),
            "oldest": oldest or None,
            "include_all_metadata": "true" if metadata else None,
        }
        left = most
        while left > 0:
            answer = self.call("conversations.replies", asked)
            messages = mappings_of(answer, "messages")
            yield from messages[:left]
            left -= len(messages)
            asked["cursor"] = mapping_of(answer, "response_metadata").get("next_cursor")
            if not messages or not asked["cursor"]:
                return


def _ts(method: str, answer: Mapping[str, Any]) -> str:
    ts = text_of(answer, "ts")
    if not ts:
        raise SlackFateUnknown(method, "an answer without ts")
    return ts
