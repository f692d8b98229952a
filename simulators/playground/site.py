"""The page over HTTP: its files, the state feed, and one address for what people do.

Only this machine's own page may act: the `Host` must be a loopback address, and an act carries a header that no other
site can send without asking first.
"""

import json
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import gevent
from werkzeug.wrappers import Request, Response

from simulators.playground.acts import PageActs
from simulators.playground.behind import Behind
from simulators.playground.feed import events
from simulators.playground.hood import Hood
from simulators.playground.switches import Switches
from simulators.playground.workspace_view import WorkspaceView
from simulators.slack.double import Double
from simulators.slack.messages import Json

PAGE = Path(__file__).parent / "page"
HEADER = "X-Playground"
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
TABLES = frozenset({"messages", "statuses", "hood", "homes"})
SAFE: Mapping[str, str] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }
)


class Site:
    """What lies under `/playground/`."""

    def __init__(self, double: Double) -> None:
        self._double = double
        self._view = WorkspaceView(double)
        self._hood = Hood(double)
        self._switches = Switches(double)
        self._acts = PageActs(double, self._hood, self._switches)

    def serve(self, path: str, request: Request) -> Response:
        """One request."""
        if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
            return self._safe(Response("only for this machine", 403))
        if request.method == "POST":
            return self._safe(self._post(path, request))
        if path == "feed":
            feed = events(self._double.world.changes, self.state, TABLES, gevent.sleep)
            return self._safe(Response(feed, mimetype="text/event-stream"))
        return self._safe(_file(path or "index.html"))

    def state(self) -> Json:
        """Everything that the page shows."""
        behind = self._acts.behind
        return {
            "hello": self._view.hello() | {"acts": self._acts.names},
            "channels": self._view.channels(),
            "messages": self._view.messages(),
            "statuses": self._view.statuses(),
            "homes": self._view.homes(),
            "modals": self._view.modals(),
            "hood": self._hood.look(behind),
            "budget": _rounded(self._double.web_api.budget()),
            "switches": self._switches.state(),
            "behind": behind.state() if behind else None,
            "plugin": self._hood.plugin,
        }

    def _post(self, path: str, request: Request) -> Response:
        if request.headers.get(HEADER) != "1":
            return _answer({"error": f"without the header {HEADER}"}, 403)
        try:
            told = json.loads(request.get_data() or b"{}")
            if path == "behind":
                self._acts.behind = Behind.read(told)
                return _answer({})
            return _answer(self._acts.run(path.removeprefix("act/"), told))
        except (ValueError, TypeError, LookupError, RuntimeError) as error:
            return _answer({"error": str(error) or type(error).__name__}, 400)

    @staticmethod
    def _safe(response: Response) -> Response:
        response.headers.update(SAFE)
        return response


def _file(name: str) -> Response:
    """A file of the page; its folder holds nothing else, and no folders."""
    known = {one.name: one for one in PAGE.iterdir()}
    if name not in known:
        return Response("not found", 404)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(known[name].read_bytes(), mimetype=kind)


def _answer(result: Any, status: int = 200) -> Response:
    return Response(json.dumps(result), status, mimetype="application/json")


def _rounded(budget: Mapping[str, tuple[float, float]]) -> list[Json]:
    return [
        {"name": name, "left": int(level), "most": int(size)}
        for name, (level, size) in sorted(budget.items())
    ]
