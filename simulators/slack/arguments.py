"""A Web API call's arguments, however the client encoded them."""

import json
from typing import Any

from werkzeug.wrappers import Request

from simulators.slack.messages import Json
from simulators.slack.refusals import Refused


class Arguments:
    """Slack takes a query, a form or JSON; in the first two, structures are JSON texts."""

    def __init__(self, values: Json) -> None:
        self.values = values

    def has(self, name: str) -> bool:
        """Given and not null."""
        return self.values.get(name) is not None

    def text(self, name: str, default: str = "") -> str:
        """A text argument; numbers are taken as Slack takes them."""
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, (dict, list)):
            raise Refused(
                "invalid_arguments", response_metadata={"messages": [f"[ERROR] {name} must be a string"]}
            )
        return str(value)

    def need(self, name: str) -> str:
        """A text argument that must be there."""
        value = self.text(name)
        if not value:
            raise Refused(
                "invalid_arguments",
                response_metadata={"messages": [f"[ERROR] missing required field: {name}"]},
            )
        return value

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        try:
            return int(self.text(name, str(default)))
        except ValueError:
            raise Refused("invalid_arguments") from None

    def flag(self, name: str) -> bool:
        """Slack's many ways to say yes."""
        return self.text(name).lower() in {"1", "true"}

    def structure(self, name: str, error: str = "invalid_arguments") -> Any:
        """A list or an object, given as such or as JSON text; None when absent."""
        value = self.values.get(name)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise Refused(error) from None
        if value is not None and not isinstance(value, (dict, list)):
            raise Refused(error)
        return value


def read_arguments(request: Request) -> tuple[Arguments, str]:
    """The arguments, and the token taken out of them or of the Authorization header."""
    values: Json = dict(request.args.items())
    if request.mimetype == "application/json":
        try:
            body = json.loads(request.get_data() or b"{}")
        except ValueError:
            raise Refused("invalid_json") from None
        if not isinstance(body, dict):
            raise Refused("json_not_object")
        values.update(body)
    else:
        values.update(request.form.items())
    in_body = str(values.pop("token", "") or "")
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return Arguments(values), token.strip() if kind.lower() == "bearer" else in_body
