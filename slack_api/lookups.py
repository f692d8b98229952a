"""What the bridge asks Slack."""

from collections.abc import Iterator, Mapping
from typing import Any

from json_fields import mapping_of, mappings_of, text_of
from slack_api.calls import Calls
from slack_api.identity import AuthInfo, UserInfo, auth_info, user_info
from slack_api.retry import HASTY, PATIENT, Patience

PAGE = 200  # messages asked for at once


class Lookups(Calls):
    """Calls that change nothing, so they are also repeated when no usable answer came."""

    def auth_test(self) -> AuthInfo:
        """Say whose token this is, and what it may do."""
        response = self.respond("auth.test", {}, PATIENT)
        return auth_info(response.data, response.headers)

    def user(self, user_id: str) -> UserInfo:
        """One user; `slack_api.users` remembers them, and took from the budget."""
        asked = {"user": user_id, "include_locale": "true"}
        answer = self.call("users.info", asked, patience=HASTY, granted=True)
        return user_info(user_id, answer.get("user"))

    def channel(self, channel: str, patience: Patience) -> Mapping[str, Any]:
        """What conversations.info knows of a channel."""
        answer = self.call("conversations.info", {"channel": channel}, patience=patience)
        return mapping_of(answer, "channel")

    def file(self, file_id: str) -> Mapping[str, Any]:
        """One file's full object, for the stubs of Slack Connect (field/slack.md §7)."""
        return mapping_of(self.call("files.info", {"file": file_id}), "file")

    def upload_url(self, name: str, size: int) -> tuple[str, str]:
        """Ask where to send `size` bytes; return that URL and the id of the file they will be."""
        answer = self.call("files.getUploadURLExternal", {"filename": name, "length": str(size)})
        return text_of(answer, "upload_url"), text_of(answer, "file_id")

    def replies(
        self, channel: str, thread_ts: str, *, oldest: str = "", most: int = 1000, metadata: bool = False
    ) -> Iterator[Mapping[str, Any]]:
        """Yield a thread's messages, oldest first and the root always first, page by page, at most `most`."""
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
            cursor = mapping_of(answer, "response_metadata").get("next_cursor")
            if not messages or not cursor:
                return
            asked["cursor"] = cursor
