"""A double of Slack in the test's own process, and an app that listens to its events."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from gevent.event import Event
from gevent.pywsgi import WSGIServer
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from werkzeug.wrappers import Request, Response

from simulators.slack.options import Options
from simulators.slack.server import SlackServer
from simulators.slack.workspace import ANNA, GENERAL, Workspace
from tests.fake_clock import FakeClock


@dataclass
class Slack:
    server: SlackServer
    workspace: Workspace
    client: WebClient
    clock: FakeClock

    def ask(self, text: str = "hello", channel: str = GENERAL) -> str:
        return self.workspace.say(channel, ANNA, text)

    def stream(self, thread: str, text: str = "", channel: str = GENERAL) -> str:
        chunks = [{"type": "markdown_text", "text": text}] if text else []
        answer = self.client.chat_startStream(
            channel=channel,
            thread_ts=thread,
            recipient_user_id=ANNA,
            recipient_team_id=self.workspace.team_id,
            chunks=chunks,
        )
        return str(answer["ts"])

    def append(self, ts: str, text: str, channel: str = GENERAL) -> None:
        self.client.chat_appendStream(
            channel=channel, ts=ts, chunks=[{"type": "markdown_text", "text": text}]
        )


def sent(slack: Slack, number: int) -> list[dict[str, Any]]:
    """The bodies of the first `number` deliveries, once all were answered."""

    def done() -> bool:
        deliveries = slack.workspace.deliveries()
        return len(deliveries) == number and all(one.state != "pending" for one in deliveries)

    slack.workspace.wait_for(done)
    return [one.body for one in slack.workspace.deliveries()]


def refusal(call: Callable[[], object]) -> str:
    """The error code a call is refused with."""
    with pytest.raises(SlackApiError) as caught:
        call()
    return str(caught.value.response["error"])


def scoped(*scopes: str, events: tuple[str, ...] = ()) -> str:
    """A manifest with these scopes and events alone."""
    bot_events = "".join(f"\n      - {event}" for event in events) or " []"
    listed = "".join(f"\n      - {scope}" for scope in scopes) or " []"
    return f"oauth_config:\n  scopes:\n    bot:{listed}\nsettings:\n  event_subscriptions:\n    bot_events:{bot_events}"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def slack(clock: FakeClock) -> Iterator[Slack]:
    server = SlackServer(Options(patience_floor=5.0), clock)
    server.start()
    workspace = Workspace(server.url)
    client = WebClient(workspace.token, base_url=workspace.api_url, retry_handlers=[])
    yield Slack(server, workspace, client, clock)
    workspace.close()
    server.stop()


@dataclass
class App:
    """Answers 200 unless `answers` says otherwise, one after the other; an Event holds its answer back."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    answers: list[Response | Event] = field(default_factory=list)

    def __call__(self, environ, start_response):  # type: ignore[no-untyped-def]
        request = Request(environ)
        self.bodies.append(request.get_data())
        self.requests.append(request)
        answer = self.answers.pop(0) if self.answers else Response("")
        if isinstance(answer, Event):
            answer.wait()
            answer = Response("late")
        return answer(environ, start_response)


@pytest.fixture
def app(slack: Slack) -> Iterator[App]:
    app = App()
    http = WSGIServer(("127.0.0.1", 0), app, log=None, error_log=None)
    http.start()
    app.url = f"http://127.0.0.1:{http.server_port}"
    slack.workspace.configure(
        events_url=f"{app.url}/events",
        interactions_url=f"{app.url}/interactions",
        commands_url=f"{app.url}/commands",
    )
    yield app
    http.stop(timeout=0.1)
