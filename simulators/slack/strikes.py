"""What a fault does to the answer."""

import json

from werkzeug.wrappers import Response

from clock import Clock
from simulators.slack.faults import Fault
from simulators.slack.messages import Json

HTML = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Something went wrong</body></html>"


class Dropped(Exception):
    """The connection is to be closed without an answer."""


def strike(fault: Fault, clock: Clock) -> Response | None:
    """The answer in the place of the real one; None when that follows, late. Raises Dropped."""
    if fault.kind == "stall":
        clock.sleep(fault.seconds)
        return None
    if fault.kind == "drop":
        raise Dropped
    if fault.kind == "error":
        return json_answer({"ok": False, "error": fault.error})
    if fault.kind == "rate_limited":
        return rate_limited(fault.retry_after)
    if fault.kind == "status":
        return Response("upstream trouble", fault.status, mimetype="text/plain")
    return Response(HTML, 200, mimetype="text/html")


def outcome(fault: Fault) -> str:
    """The word for it in the log of calls; nothing for a stall, whose call has an outcome of its own."""
    words = {"error": fault.error, "rate_limited": "429", "status": str(fault.status), "drop": "dropped"}
    return words.get(fault.kind, "" if fault.kind == "stall" else fault.kind)


def rate_limited(retry_after: float | None) -> Response:
    """HTTP 429, `Retry-After`, and a body of its own (docs/platform/slack.md#rate-refusals)."""
    response = json_answer({"ok": False, "error": "ratelimited"}, 429)
    if retry_after is not None:
        response.headers["Retry-After"] = f"{retry_after:g}"
    return response


def json_answer(answer: Json, status: int = 200) -> Response:
    """Slack says most things, refusals too, with HTTP 200."""
    return Response(json.dumps(answer), status, mimetype="application/json")
