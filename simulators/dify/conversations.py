"""Who owns which conversation: over reverse invocation the DEFAULT-USER, whoever asks; else an end user of the app.

Source: docs/platform/dify.md#conversation-ownership, docs/platform/dify-service-api.md#foreign-conversations.
"""

import uuid
from dataclasses import dataclass

from simulators.dify.apps import Refused


@dataclass(slots=True)
class Conversation:
    """`end_user` is the row that owned it when it began."""

    conversation_id: str
    app_id: str
    end_user: str
    turns: int = 0


class Conversations:
    """All of a workspace."""

    def __init__(self) -> None:
        self._known: dict[str, Conversation] = {}
        self._end_user = "DEFAULT-USER"

    def open(self, app_id: str, mode: str, wanted: str) -> Conversation:
        """Continue or begin; an unknown id is refused with an empty message, not so by a chatflow.

        Source: docs/platform/dify.md#lost-conversations.
        """
        found = self._known.get(wanted)
        if found is not None and (found.app_id, found.end_user) == (app_id, self._end_user):
            return found
        if wanted and mode != "advanced-chat":
            raise Refused("")
        return self.begin(app_id, self._end_user)

    def owned(self, app_id: str, end_user: str, wanted: str) -> Conversation | None:
        """The conversation if it is this end user's own."""
        found = self._known.get(wanted)
        return found if found and (found.app_id, found.end_user) == (app_id, end_user) else None

    def begin(self, app_id: str, end_user: str) -> Conversation:
        """Begin one."""
        new = Conversation(str(uuid.uuid4()), app_id, end_user)
        self._known[new.conversation_id] = new
        return new

    def forget(self, conversation_id: str) -> bool:
        """Delete one, as a member of the workspace can in Dify's logs."""
        return self._known.pop(conversation_id, None) is not None

    def change_owner(self) -> None:
        """Do what an upgrade over #38098 does: all conversations so far belong to another end user.

        Source: docs/platform/dify.md#lost-conversations.
        """
        self._end_user = str(uuid.uuid4())

    def list(self) -> list[Conversation]:
        """All of them, oldest first."""
        return list(self._known.values())
