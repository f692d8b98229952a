"""The daemon's HTTP side: /e/<hook>/<path> in, a session, chunks out (docs/platform/dify.md#endpoint-answers)."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from simulators.daemon import answers
from simulators.daemon.dify_api import CallFailed
from simulators.daemon.faults import Faults, RequestFault
from simulators.daemon.hooks import Hook, Hooks
from simulators.daemon.lines import request_line
from simulators.daemon.raw_request import raw_request
from simulators.daemon.requests_log import Entry, RequestsLog
from simulators.daemon.runtime import Runtime, WriteFailed
from simulators.daemon.session import Session
from simulators.http1.server import Exchange

METHODS = frozenset({"HEAD", "POST", "GET", "PUT", "DELETE", "OPTIONS"})
JSON = [("Content-Type", "application/json; charset=utf-8")]


class Refusal(Exception):
    """An answer of the daemon's own, instead of the plugin's."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


class Endpoints:
    """Serves the hooks. `execution_limit`.

    The wall's seconds from a response's first body byte (600 of design).
    """

    def __init__(
        self,
        runtime: Runtime,
        hooks: Hooks,
        faults: Faults,
        on_invoke: Callable[[Session, dict[str, Any]], None],
        execution_limit: float,
    ) -> None:
        self.log = RequestsLog()
        self.sessions: dict[str, Session] = {}
        self._runtime = runtime
        self._hooks = hooks
        self._faults = faults
        self._on_invoke = on_invoke
        self._limit = execution_limit
        self.scale = 1.0

    def limit(self, seconds: float) -> None:
        """Kill answers that begin from now on so many seconds of the wall after their first byte."""
        self._limit = seconds

    def answer(self, exchange: Exchange) -> None:
        """Answer one request under /e/."""
        request = exchange.request
        hook_id, slash, rest = request.path.removeprefix("/e/").partition("/")
        if request.method not in METHODS:
            exchange.reply(404, answers.NO_ROUTE, JSON)
            return
        if not slash:
            status = 301 if request.method == "GET" else 307
            exchange.reply(status, b"", [("Location", f"/e/{quote(hook_id)}/")])
            return
        entry = self.log.begin(hook_id, request.method, "/" + rest)
        try:
            self._serve(exchange, entry)
        except Refusal as refusal:
            if exchange.gone:
                self.log.end(entry, "left")
                return
            entry.status = refusal.status
            exchange.reply(refusal.status, refusal.body, JSON)
            self.log.end(entry, "error")
        finally:
            self.log.end(entry, "dropped")

    def _serve(self, exchange: Exchange, entry: Entry) -> None:
        fault = self._faults.for_request(entry.path)
        if fault is not None and fault.how in {"status", "reset", "hang"}:
            self._refuse(exchange, entry, fault)
            return
        hook = self._hooks.get(entry.hook_id)
        if hook is None:
            raise Refusal(404, answers.UNKNOWN_HOOK)
        if not hook.enabled:
            raise Refusal(404, answers.DISABLED_HOOK)
        declaration = self._runtime.declaration
        if not self._runtime.launched or declaration is None:
            raise Refusal(404, answers.NO_NODE)
        exchange.watch(_nothing)
        raw = raw_request(exchange.request, hook.hook_id, entry.path)
        try:
            settings = self._hooks.opened(hook, declaration)
        except CallFailed as error:
            raise Refusal(500, answers.error_body(str(error))) from error
        if exchange.has_left():  # while its settings were opened: the plugin never sees it
            self.log.end(entry, "left")
        else:
            self._run(exchange, entry, hook, raw, settings, fault)

    def _refuse(self, exchange: Exchange, entry: Entry, fault: RequestFault) -> None:
        if fault.how == "status":
            entry.status = fault.status
            exchange.reply(fault.status, fault.body.encode(), JSON)
        elif fault.how == "reset":
            exchange.abort(reset=True)
        else:
            _wait_for_client(exchange, None)
        self.log.end(entry, "refused")

    def _run(
        self,
        exchange: Exchange,
        entry: Entry,
        hook: Hook,
        raw: bytes,
        settings: dict[str, Any],
        fault: RequestFault | None,
    ) -> None:
        session = Session(hook.hook_id, hook.endpoint_id, entry.path, self._on_invoke)
        self.sessions[session.session_id] = session
        exchange.watch(session.leave if fault is None or fault.how != "orphan" else _nothing)
        line = request_line(session.session_id, hook.endpoint_id, raw, settings)
        try:
            session.process = entry.process = self._runtime.begin(session, line)
            del line
            left = fault is not None and session.hold(fault.seconds * self.scale)
            self.log.end(entry, "left" if left else self._relay(exchange, entry, session))
        except WriteFailed as error:
            raise Refusal(500, answers.error_body(str(error))) from error
        finally:
            session.close()
            self._runtime.end(session.session_id)
            del self.sessions[session.session_id]

    def _relay(self, exchange: Exchange, entry: Entry, session: Session) -> str:
        """Pass the answer on; its head waits for the first body chunk, and with that the 600 s begin."""
        status, deadline = 200, 0.0
        headers: dict[str, str] = {}
        while True:
            left = max(0.0, deadline - time.monotonic()) if session.streaming else None
            kind, data = session.next(left)
            if kind == "stream":
                status = data.get("status") or status
                headers |= data.get("headers") or {}
                result = data.get("result")
                if result is None:
                    continue
                if not session.streaming:
                    session.begin_streaming()
                    deadline = time.monotonic() + self._limit
                    self._start(exchange, entry, status, headers)
                body = bytes.fromhex(result)
                entry.bytes_out += len(body)
                exchange.write(body)
            else:
                return self._end(exchange, entry, session, kind, data, (status, headers))

    @staticmethod
    def _start(exchange: Exchange, entry: Entry, status: int, headers: dict[str, str]) -> None:
        entry.status = status
        entry.first_byte = time.time()
        exchange.start(status, headers.items())

    def _end(
        self,
        exchange: Exchange,
        entry: Entry,
        session: Session,
        kind: str,
        data: dict[str, Any],
        head: tuple[int, dict[str, str]],
    ) -> str:
        if kind == "gone":
            return "complete" if exchange.satisfied else "left"
        if kind == "timeout":
            exchange.write(answers.KILLED)
            return "killed"
        if kind == "error":
            text = answers.plugin_error(data.get("error_type", ""), data.get("message", ""), data.get("args"))
            if not session.streaming:
                raise Refusal(500, answers.error_body(text))
            exchange.write(text.encode())
            return "error"
        if not session.streaming:
            self._start(exchange, entry, *head)
        return "complete"


def _nothing() -> None:
    """Only let the exchange notice."""


def _wait_for_client(exchange: Exchange, seconds: float | None) -> None:
    """Wait until the client leaves, at most so long."""
    session = Session("", "", "", lambda *_: None)
    exchange.watch(session.leave)
    session.next(seconds)
    exchange.unwatch()
