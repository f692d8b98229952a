"""Dify's Service API: routes, keys and errors of one workspace; runs are in `service_runs.py`.

Source: docs/platform/dify-service-api.md, by the anchors below.
"""

import hashlib
import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from clock import Clock
from simulators.dify.apps import App, Refused
from simulators.dify.conversations import Conversations
from simulators.dify.end_users import EndUser, EndUsers
from simulators.dify.forms import FlowRuns
from simulators.dify.invocations import Invocations
from simulators.dify.scripts import Scripts
from simulators.dify.service_messages import ServiceMessages
from simulators.dify.service_runs import ServiceRuns, ServiceState
from simulators.dify.speech import SpeechToText
from simulators.dify.uploads import read_form, stored
from simulators.dify.versions import NEWEST
from simulators.http1.server import Exchange

PREFIX = "/v1"
CHATS = {"chat", "agent-chat", "advanced-chat", "agent"}
_STOP = re.compile(r"(?:chat-messages|completion-messages|workflows/tasks)/([^/]+)/stop")
_FORM = re.compile(r"form/human_input/([^/]+)")
_END_USER = re.compile(r"end-users/([^/]+)")
_EVENTS = re.compile(r"workflow/([^/]+)/events")
_RUN = re.compile(r"workflows/run/([^/]+)")
_RATE = re.compile(r"messages/([^/]+)/feedbacks")
_SUGGESTED = re.compile(r"messages/([^/]+)/suggested")
_NO_KEY = "Authorization header must be provided and start with 'Bearer'"


def key_of(app_id: str) -> str:
    """The app's key. Real keys are random."""
    return f"app-{hashlib.sha256(app_id.encode()).hexdigest()[:24]}"


class ServiceApi:
    """`odd` is what every call gets instead of an answer, as (status, body, headers); None: nothing is odd.

    `revoked` are apps whose key was deleted, `switched_off` those whose API is off.
    """

    def __init__(
        self,
        clock: Clock,
        apps: dict[str, App],
        scripts: Scripts,
        conversations: Conversations,
        invocations: Invocations,
        flows: FlowRuns,
    ) -> None:
        self.state = ServiceState()
        self.revoked: set[str] = set()
        self.switched_off: set[str] = set()
        self.odd: tuple[int, str, list[tuple[str, str]]] | None = None
        self.end_users = EndUsers(clock)
        self.seen: list[dict[str, str]] = []
        self._apps = apps
        self._conversations = conversations
        self.messages = ServiceMessages(clock)
        self.speech = SpeechToText(clock)
        self.runs = ServiceRuns(clock, self.state, scripts, conversations, invocations, self.messages, flows)
        self.flows = flows

    def reset(self) -> None:
        """Back to the newest version, with no fault and no record of calls."""
        self.state.version, self.odd = NEWEST, None
        self.revoked.clear()
        self.switched_off.clear()
        self.seen.clear()
        self.runs.reset()
        self.flows.reset()
        self.messages.reset()
        self.speech.reset()

    def answer(self, exchange: Exchange) -> None:
        """Answer one request below /v1. Raises Refused."""
        request = exchange.request
        path = request.path.removeprefix(PREFIX).strip("/")
        self.seen.append(
            {"method": request.method, "path": path, "authorization": request.get("authorization")}
        )
        if self.odd:
            status, body, headers = self.odd
            exchange.reply(status, body.encode(), headers)
            return
        if not path:  # docs/platform/dify-service-api.md#version-and-kind
            exchange.reply_json(
                200,
                {"welcome": "Dify OpenAPI", "api_version": "v1", "server_version": self.state.version.name},
            )
            return
        self._route(path, request.method)(exchange, self._app(request.get("authorization")))

    def _route(self, path: str, method: str) -> Callable[[Exchange, App], None]:
        plain: dict[tuple[str, str], Callable[[Exchange, App], None]] = {
            ("GET", "info"): self._info,
            ("GET", "parameters"): self._parameters,
            ("GET", "messages"): self._messages,
            ("POST", "files/upload"): self._upload,
            ("POST", "audio-to-text"): self._hear,
        }
        if (method, path) in plain:
            return plain[method, path]
        if method == "POST" and path in {"chat-messages", "completion-messages", "workflows/run"}:
            return lambda exchange, app: self._run(exchange, app, path)
        for wanted, pattern, handler in self._named():
            if method == wanted and (found := pattern.fullmatch(path)):
                return partial(handler, name=found[1])
        raise Refused("The requested URL was not found on the server.", 404, "not_found")

    def _named(self) -> list[tuple[str, re.Pattern[str], Callable[..., None]]]:
        """The routes that hold a name in their path."""
        since_forms: list[tuple[str, re.Pattern[str], Callable[..., None]]] = [
            ("POST", _FORM, self._form),
            ("GET", _EVENTS, self._events),
        ]
        return [
            ("POST", _STOP, self._stop),
            ("GET", _END_USER, self._end_user),
            ("GET", _RUN, self._run_now),
            ("POST", _RATE, self._rate),
            ("GET", _SUGGESTED, self._suggested),
            *(since_forms if self.state.version.forms else []),
        ]

    def _form(self, exchange: Exchange, app: App, name: str) -> None:
        """An answer to a form (docs/platform/dify-service-api.md#form-answers); any end user may give it."""
        body = self._json(exchange)
        user = self._user(app, body.get("user"))
        self.flows.submit(self.flows.form(name, app.app_id), body, user.session_id)
        exchange.reply_json(200, {})

    def _events(self, exchange: Exchange, app: App, name: str) -> None:
        """The events of a run (docs/platform/dify-service-api.md#run-events)."""
        query = {field: values[0] for field, values in parse_qs(exchange.request.query).items()}
        owner = self._user(app, query.get("user"))
        self.flows.listen(exchange, self.flows.run_of(name, app.app_id, owner.row_id))

    def _run_now(self, exchange: Exchange, app: App, name: str) -> None:
        """How a run is now; no user is asked for."""
        found = self.flows.run_of(name, app.app_id)
        outputs = found.last["data"]["outputs"] if found.last else {}
        exchange.reply_json(200, {"id": name, "status": found.status, "outputs": outputs, "error": None})

    def _app(self, authorization: str) -> App:
        """The app of the key (docs/platform/dify-service-api.md#service-errors)."""
        scheme, _, key = authorization.partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise Refused(_NO_KEY, 401, "unauthorized")
        app = next((app for app in self._apps.values() if key_of(app.app_id) == key), None)
        if app is None or app.app_id in self.revoked:
            raise Refused("Access token is invalid", 401, "unauthorized")
        if app.app_id in self.switched_off:
            raise Refused("The app's API service has been disabled.", 403, "forbidden")
        return app

    def _user(self, app: App, user: Any) -> EndUser:
        if not isinstance(user, str) or not user:
            raise Refused("Arg user must be provided.")
        return self.end_users.get_or_create(app.app_id, user)

    @staticmethod
    def _info(exchange: Exchange, app: App) -> None:
        exchange.reply_json(
            200, {"name": app.app_id, "description": "", "tags": [], "mode": app.mode, "author_name": "A"}
        )

    @staticmethod
    def _parameters(exchange: Exchange, app: App) -> None:
        if not app.published:
            raise Refused("App unavailable, please check your app configurations.", 400, "app_unavailable")
        exchange.reply_json(200, app.parameters_dict())

    def _messages(self, exchange: Exchange, app: App) -> None:
        query = {name: values[0] for name, values in parse_qs(exchange.request.query).items()}
        owner = self._user(app, query.get("user"))
        if self._conversations.owned(app.app_id, owner.row_id, query.get("conversation_id", "")) is None:
            raise Refused("Conversation Not Exists.", 404, "not_found")
        exchange.reply_json(200, {"limit": 20, "has_more": False, "data": []})

    def _rate(self, exchange: Exchange, app: App, name: str) -> None:
        body = self._json(exchange)
        self.messages.rate(app, self._user(app, body.pop("user", None)), name, body)
        exchange.reply_json(200, {"result": "success"})

    def _suggested(self, exchange: Exchange, app: App, name: str) -> None:
        query = {field: values[0] for field, values in parse_qs(exchange.request.query).items()}
        found = self.messages.suggested(app, self._user(app, query.get("user")), name)
        exchange.reply_json(200, {"result": "success", "data": found})

    def _end_user(self, exchange: Exchange, app: App, name: str) -> None:
        found = self.end_users.by_id(name)
        if found is None or found.app_id != app.app_id:
            raise Refused("End user not found.", 404, "end_user_not_found")
        exchange.reply_json(200, {"id": found.row_id, "app_id": found.app_id, "session_id": found.session_id})

    def _upload(self, exchange: Exchange, app: App) -> None:
        form = read_form(exchange.request)
        upload = stored(form, self._user(app, form.user).row_id)
        self.state.uploads.append(upload)
        exchange.reply_json(201, upload.answer())

    def _hear(self, exchange: Exchange, app: App) -> None:
        form = read_form(exchange.request)
        text = self.speech.text(app, self._user(app, form.user), form, self.state.version)
        exchange.reply_json(200, {"text": text})

    def _stop(self, exchange: Exchange, app: App, name: str) -> None:
        user = self._user(app, self._json(exchange).get("user"))
        self.runs.stop(name, user)
        exchange.reply_json(200, {"result": "success"})

    def _run(self, exchange: Exchange, app: App, path: str) -> None:
        body = self._json(exchange)
        user = self._user(app, body.get("user"))
        self._fits(app, path, body)
        self.runs.run(exchange, app, user, body)

    def _fits(self, app: App, path: str, body: dict[str, Any]) -> None:
        """The checks of each route, before the run (docs/platform/dify-service-api.md#routes-by-kind)."""
        if path == "chat-messages" and app.mode not in CHATS - ({"agent"} - self._agents()):
            raise Refused("Please check if your app mode matches the right API route.", 400, "not_chat_app")
        if path == "workflows/run" and app.mode != "workflow":
            raise Refused(
                "Please check if your app mode matches the right API route.", 400, "not_workflow_app"
            )
        if path == "completion-messages" and app.mode != "completion":
            raise Refused("App unavailable, please check your app configurations.", 400, "app_unavailable")
        if not isinstance(body.get("inputs"), dict) or (path == "chat-messages" and "query" not in body):
            raise Refused("2 validation errors for Payload\ninputs\n  Field required [type=missing]")
        if not app.published:
            raise Refused("Workflow not published")

    def _agents(self) -> set[str]:
        return {"agent"} if self.state.version.agents else set()

    @staticmethod
    def _json(exchange: Exchange) -> dict[str, Any]:
        if not exchange.request.get("content-type").startswith("application/json"):
            raise Refused("Did not attempt to load JSON data", 415, "unsupported_media_type")
        found = json.loads(exchange.request.body or b"{}")
        return found if isinstance(found, dict) else {}
