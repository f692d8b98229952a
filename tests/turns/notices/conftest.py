"""A process's services before a simulated Slack in the test's own process, and one request of a hook."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from conversation_store import ProcessStores
from provider import Environment, Settings
from simulators.slack.options import Options
from simulators.slack.server import SlackServer
from simulators.slack.workspace import Workspace
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from turns import EndpointRequest, Services


@dataclass
class Around:
    """`slack` is the workspace as a test sees it."""

    slack: Workspace
    services: Services

    def endpoint(self, **settings: Any) -> EndpointRequest:
        """One request of the hook with these settings."""
        session = SimpleNamespace(app=None, file=None, storage=FakeDifyStorage())
        chosen = Settings(app_id="app", bot_token=self.slack.token, **settings)
        return EndpointRequest("hook", "http://h/e/hook/slack/events", chosen, session)


@pytest.fixture
def around() -> Iterator[Around]:
    clock = FakeClock()
    server = SlackServer(Options(patience_floor=5.0), clock)
    server.start()
    workspace = Workspace(server.url)
    env = Environment(slack_api_url=workspace.api_url)
    yield Around(workspace, Services(clock, env, "here", ProcessStores(clock)))
    workspace.close()
    server.stop()
