"""The control API: POST /_control/<name>, a JSON object in, JSON out; workspace.py is its client."""

import json
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Request, Response

from simulators.slack.control_acts import Acts
from simulators.slack.control_looks import Looks
from simulators.slack.control_setup import Setup
from simulators.slack.control_socket import Links
from simulators.slack.double import Double


class Control:
    """Finds the call by its name; bad arguments are answered 400 with their text."""

    def __init__(self, double: Double) -> None:
        self._calls: dict[str, Callable[..., Any]] = {}
        for desk in (Setup(double), Acts(double), Looks(double), Links(double)):
            names = (name for name in dir(desk) if not name.startswith("_"))
            self._calls.update({name: getattr(desk, name) for name in names})

    def serve(self, name: str, request: Request) -> Response:
        """Run one call."""
        call = self._calls.get(name)
        if call is None:
            return _answer({"error": f"no control call {name}"}, 404)
        try:
            return _answer(call(**json.loads(request.get_data() or b"{}")))
        except (ValueError, TypeError, LookupError, StopIteration) as error:
            return _answer({"error": repr(error)}, 400)


def _answer(result: Any, status: int = 200) -> Response:
    return Response(json.dumps(result), status, mimetype="application/json")
