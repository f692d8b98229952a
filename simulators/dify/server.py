"""Dify's inner API: routes, the key, one call each (docs/platform/dify.md#inner-api); beside it the Service API."""

import json
from typing import Any

import gevent

from clock import Clock
from simulators.dify import events
from simulators.dify.apps import App, Refused, check_call
from simulators.dify.conversations import Conversations
from simulators.dify.events import Run
from simulators.dify.files import TOOLS_PATH, UPLOAD_PATH, Files
from simulators.dify.forms import FlowRuns
from simulators.dify.frames import event_frame
from simulators.dify.invocations import Invocation, Invocations
from simulators.dify.player import STREAM_HEAD, Compiled, Player
from simulators.dify.scripts import Scripts
from simulators.dify.secrets import opt_and_answer
from simulators.dify.service_api import PREFIX, ServiceApi
from simulators.http1.server import Exchange

INNER = "/inner/api/"
FORM_PATH = "/api/form/human_input/"
"""Dify's web app answers a form there, without a key (docs/platform/dify-service-api.md#form-answers)."""


class Dify:
    """One workspace."""

    def __init__(self, clock: Clock, inner_key: str) -> None:
        self.clock = clock
        self.apps: dict[str, App] = {}
        self.scripts = Scripts()
        self.conversations = Conversations()
        self.invocations = Invocations()
        self.files = Files("")
        self.flows = FlowRuns(clock)
        self.service = ServiceApi(
            clock, self.apps, self.scripts, self.conversations, self.invocations, self.flows
        )
        self.down = ""
        self.version = "1.17.0"
        self.fetch_errors_in_band = True
        self.foreign_uploads = False
        self.decrypted = 0
        self._key = inner_key
        self._routes = {
            "invoke/app": self._invoke,
            "fetch/app/info": self._fetch,
            "invoke/encrypt": self._encrypt,
            "upload/file/request": self._upload_request,
        }

    def answer(self, exchange: Exchange) -> None:
        """Answer one HTTP request."""
        request = exchange.request
        try:
            if request.path.startswith(INNER):
                self._inner(exchange)
            elif request.path == PREFIX or request.path.startswith(f"{PREFIX}/"):
                self.service.answer(exchange)
            elif request.path.startswith(FORM_PATH) and request.method == "POST":
                self.flows.submit_openly(request.path.removeprefix(FORM_PATH), _body(exchange))
                exchange.reply_json(200, {})
            elif request.path == UPLOAD_PATH and request.method == "POST":
                exchange.reply_json(201, self.files.take(request))
            elif request.path.startswith(TOOLS_PATH):
                found = self.files.serve(request, self.clock.wall(1.0))
                exchange.reply(200, found.content, [("Content-Type", found.mimetype)])
            elif request.path == "/health":  # docs/platform/dify.md#version-of-a-running-dify
                exchange.reply_json(200, {"pid": 1, "status": "ok", "version": self.version})
            else:
                exchange.reply_json(404, Refused("Not found", 404, "not_found").body())
        except Refused as refusal:
            exchange.reply_json(refusal.status, refusal.body())

    def _inner(self, exchange: Exchange) -> None:
        request = exchange.request
        route = self._routes.get(request.path.removeprefix(INNER).strip("/"))
        if route is None or request.get("x-inner-api-key") != self._key:
            raise Refused("The requested URL was not found on the server.", 404, "not_found")
        if self.down:
            raise Refused("Internal Server Error", 500, "unknown")
        route(exchange)

    def _app(self, app_id: str) -> App:
        app = self.apps.get(app_id)
        if app is None:
            raise Refused("app not found")
        return app

    def _invoke(self, exchange: Exchange) -> None:
        record = self.invocations.begin(_body(exchange))
        greenlet: Any = gevent.getcurrent()
        outcome = "cancelled"
        exchange.watch(lambda: greenlet.kill(block=False))
        try:
            outcome = self._run(exchange, record)
        except Refused:
            outcome = "refused"
            raise
        except gevent.GreenletExit:
            exchange.gone = True
        finally:
            exchange.unwatch()
            self.invocations.end(record, "cancelled" if exchange.gone else outcome)

    def _run(self, exchange: Exchange, record: Invocation) -> str:
        app = self._app(record.app_id)
        # From 1.16 on the user who invokes may own none of the uploads (docs/platform/dify.md#tool-file-owner)
        check_call(app, record.query, record.inputs, set() if self.foreign_uploads else self.files.ids)
        if record.response_mode == "blocking" and app.mode == "agent-chat":
            raise Refused("Agent Chat App does not support blocking mode")
        if app.mode in {"chat", "agent-chat", "advanced-chat"}:
            conversation = self.conversations.open(app.app_id, app.mode, record.asked_conversation_id)
            conversation.turns += 1
            record.conversation_id = conversation.conversation_id
        run = Run(app.mode, record.conversation_id, self._declared(app, record.inputs))
        record.message_id = run.message_id
        script = self.scripts.choose(app.app_id, record.query)
        if record.response_mode == "blocking":
            return self._block(exchange, run, record)

        def pauses(told: list[events.Event], rest: Compiled) -> None:
            self.flows.pause(run, record.app_id, "", record, told, rest)

        return Player(exchange, run, record, self.clock, pauses=pauses).play(script)

    @staticmethod
    def _declared(app: App, inputs: dict[str, Any]) -> dict[str, Any]:
        """Keys that the form does not declare are dropped silently (docs/platform/dify.md#files-in)."""
        names = {variable["variable"] for _, variable in app.variables()}
        return {name: value for name, value in inputs.items() if name in names}

    @staticmethod
    def _block(exchange: Exchange, run: Run, record: Invocation) -> str:
        run.text = f"You said: {record.query}"
        exchange.start(200, STREAM_HEAD)
        exchange.write(event_frame(events.blocking(run)))
        exchange.finish()
        return "done"

    def _fetch(self, exchange: Exchange) -> None:
        try:
            info = self._app(_body(exchange).get("app_id", "")).info()
        except Refused as refusal:
            if not self.fetch_errors_in_band:
                raise
            exchange.reply_json(200, {"data": None, "error": str(refusal)})
            return
        exchange.reply_json(200, {"data": {"data": info}, "error": ""})

    def _encrypt(self, exchange: Exchange) -> None:
        opt, answer = opt_and_answer(exchange.request.body or b"{}")
        self.decrypted += opt == "decrypt"
        exchange.reply_json(200, answer)

    def _upload_request(self, exchange: Exchange) -> None:
        exchange.reply_json(200, {"data": {"url": self.files.upload_url(_body(exchange))}, "error": ""})


def _body(exchange: Exchange) -> Any:
    """The JSON of the request."""
    return json.loads(exchange.request.body or b"{}")
