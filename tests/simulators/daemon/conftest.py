"""One Dify and one daemon with the fixture plugin for all tests of this folder, reset before each."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulators.daemon.control import DaemonControl
from simulators.dify.control import DifyControl
from simulators.launch import Running, launched

PLUGIN = Path(__file__).parent / "fixture_plugin"
KEY = "inner"
SETTINGS = {"app": {"app_id": "chatbot"}, "secret": "s3cret"}


@dataclass
class Stage:
    dify: DifyControl
    daemon: DaemonControl
    hook: str

    def post(
        self, path: str, body: Any = b"", timeout: float = 15.0, headers: dict[str, str] | None = None
    ) -> Any:
        """(status, headers, body)."""
        data = (
            body
            if isinstance(body, bytes)
            else body.encode()
            if isinstance(body, str)
            else json.dumps(body).encode()
        )
        request = urllib.request.Request(self.hook + path, data, headers or {}, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    def run(self, action: str, body: Any = b"") -> Any:
        """The JSON of an action's answer."""
        return json.loads(self.post(f"/run/{action}", body)[2])

    def ask(self, **arguments: Any) -> list[dict[str, Any]]:
        """The events that the plugin's SDK gave, an exception as {"raised": text}."""
        lines = self.post("/run/ask", {"query": "hello", **arguments})[2].splitlines()
        assert lines[0] == b"{}"
        return [json.loads(line) for line in lines[1:]]


def daemon_arguments(dify: Running, *more: str) -> list[str]:
    return [
        "--inner-key",
        KEY,
        "--dify-url",
        dify.url,
        "--plugin",
        str(PLUGIN),
        "--time-scale",
        "0.02",
        *more,
    ]


@pytest.fixture(scope="session")
def dify_program() -> Iterator[Running]:
    with launched("simulators.dify", "--inner-key", KEY, "--time-scale", "0.02") as running:
        yield running


@pytest.fixture(scope="session")
def daemon_program(dify_program: Running) -> Iterator[Running]:
    more = ("--read-limit", "40", "--execution-limit", "75", "--env", "EXTRA=more")
    with started(dify_program, *more) as running:
        yield running


@contextmanager
def started(dify: Running, *more: str) -> Iterator[Running]:
    """A daemon with these further arguments, once it has a process of the plugin."""
    with launched("simulators.daemon", *daemon_arguments(dify, *more)) as running:
        DaemonControl(running.url).wait_ready()
        yield running


def ready(dify: Running, daemon: Running) -> Stage:
    """The stage of a daemon of its own, whose process a test before may have ended."""
    stage = prepared(dify, daemon)
    stage.daemon.wait_ready()
    return stage


def prepared(dify: Running, daemon: Running) -> Stage:
    control = DifyControl(dify.url)
    control.reset()
    control.app("chatbot", "chat")
    control.down("")
    control.files_url(dify.url)
    plugin = DaemonControl(daemon.url)
    plugin.clear_faults()
    plugin.call("clear_requests")
    plugin.call("clear_logs")
    return Stage(control, plugin, plugin.hook("hook", SETTINGS))


@pytest.fixture
def stage(dify_program: Running, daemon_program: Running) -> Stage:
    return prepared(dify_program, daemon_program)
