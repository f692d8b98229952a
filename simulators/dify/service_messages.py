"""Messages of the Service API: who owns them, how they are rated, and which questions Dify suggests after them.

Source: docs/platform/dify-service-api.md#feedback, docs/platform/dify-service-api.md#suggested-questions.
"""

from dataclasses import dataclass
from typing import Any

from clock import Clock
from simulators.dify.apps import App, Refused
from simulators.dify.end_users import EndUser

RATINGS = {"like", "dislike"}
MISSING = "Message Not Exists."


@dataclass(slots=True)
class AnsweredMessage:
    """One message of an end user. `rating` is like, dislike or "" for none."""

    message_id: str
    app_id: str
    owner: EndUser
    rating: str = ""
    content: str | None = None


class ServiceMessages:
    """All messages of runs over the Service API. `suggestions` is what a model would suggest after each of them."""

    def __init__(self, clock: Clock) -> None:
        self.suggestions: list[str] = []
        self.seconds = 0.0  # design seconds that the model takes
        self.rated: list[dict[str, Any]] = []
        self._clock = clock
        self._known: dict[str, AnsweredMessage] = {}

    def reset(self) -> None:
        """No suggestions, and no record of ratings; the messages stay."""
        self.suggestions, self.seconds = [], 0.0
        self.rated.clear()

    def begin(self, app: App, user: EndUser, message_id: str) -> None:
        """Note the message of a run. A workflow has no messages."""
        if app.mode != "workflow":
            self._known[message_id] = AnsweredMessage(message_id, app.app_id, user)

    def rate(self, app: App, user: EndUser, message_id: str, body: dict[str, Any]) -> None:
        """One vote per message, and the last one counts; null takes it away. Raises Refused."""
        message, rating, content = (
            self._owned(app, user, message_id),
            body.get("rating"),
            body.get("content"),
        )
        if rating is not None and rating not in RATINGS:
            raise Refused("1 validation error for MessageFeedbackPayload\nrating\n  Input should be 'like'")
        if content is not None and not isinstance(content, str):
            raise Refused(
                "1 validation error for MessageFeedbackPayload\ncontent\n  Input should be a string"
            )
        if rating is None and not message.rating:
            raise Refused("rating cannot be None when feedback not exists")
        message.rating, message.content = rating or "", content
        self.rated.append({"message_id": message_id, "user": user.session_id, **body})

    def suggested(self, app: App, user: EndUser, message_id: str) -> list[str]:
        """What the model suggests. Raises Refused where the app has suggestions off."""
        self._owned(app, user, message_id)
        if not (app.parameters_dict()["suggested_questions_after_answer"] or {}).get("enabled"):
            raise Refused("Suggested Questions Is Disabled.", 400, "bad_request")
        self._clock.sleep(self.seconds)
        return list(self.suggestions)

    def list(self) -> "list[dict[str, Any]]":
        """The vote of each message that has one, the oldest message first."""
        return [
            {
                "message_id": one.message_id,
                "app_id": one.app_id,
                "rating": one.rating,
                "content": one.content,
            }
            for one in self._known.values()
            if one.rating
        ]

    def _owned(self, app: App, user: EndUser, message_id: str) -> AnsweredMessage:
        found = self._known.get(message_id)
        if found is None or found.app_id != app.app_id or found.owner != user:
            raise Refused(MISSING, 404, "not_found")
        return found
