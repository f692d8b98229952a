"""Remote debugging: the plugin runs elsewhere and reaches its own endpoint by the URL that Slack calls."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol, cast

import pytest

from simulators.daemon.control import DaemonControl
from simulators.dify import script
from simulators.dify.control import DifyControl
from simulators.launch import ROOT, die_with_parent, launch, launched
from simulators.slack.workspace import Workspace
from simulators.stack import INNER_KEY, Stack
from tests.conversations.answers import flat, long_text
from tests.conversations.world import World

SCALE = 0.05


class DebugPort(Protocol):
    """A daemon that waits for a plugin under development; that plugin connects with the values in `environment`."""

    environment: dict[str, str]

    def ready(self) -> None: ...
    def add_hook(self, settings: dict[str, Any]) -> str: ...
    def change_hook(self, url: str, settings: dict[str, Any]) -> None: ...
    def paths(self) -> set[str]: ...
    def log(self) -> str: ...
    def stop(self) -> None: ...


class SimulatedDebugPort:
    """The debug port of the simulated daemon."""

    def __init__(self, dify_url: str) -> None:
        self._program = launch(
            "simulators.daemon",
            *("--plugin", str(ROOT), "--dify-url", dify_url, "--inner-key", INNER_KEY),
            *("--time-scale", str(SCALE), "--mode", "remote"),
        )
        self.environment = {
            "INSTALL_METHOD": "remote",
            "REMOTE_INSTALL_URL": self._program.told["remote"],
            "REMOTE_INSTALL_KEY": self._program.told["remote_key"],
        }
        self.control = DaemonControl(self._program.url)
        self._hooks = 0

    def ready(self) -> None:
        self.control.wait_ready()

    def paths(self) -> set[str]:
        return {one["path"] for one in self.control.requests()}

    def add_hook(self, settings: dict[str, Any]) -> str:
        self._hooks += 1
        return self.control.hook(f"remote{self._hooks}", settings)

    def change_hook(self, url: str, settings: dict[str, Any]) -> None:
        self.control.hook(url.rpartition("/")[2], settings)

    def log(self) -> str:
        return str(self.control.logs())

    def stop(self) -> None:
        self._program.stop()


def debug_port(dify_url: str) -> DebugPort:
    if os.environ.get("BRIDGE_DAEMON") != "real":
        return SimulatedDebugPort(dify_url)
    from tests.conversations.with_real_daemon import RealDebugPort

    return RealDebugPort(dify_url, SCALE)


def checkout(folder: Path, settings: dict[str, str]) -> Path:
    """The checkout under test, with an `.env` of its own."""
    for path in ROOT.iterdir():
        if not path.name.startswith("."):
            (folder / path.name).symlink_to(path)
    lines = [f"{name}={value}\n" for name, value in settings.items()]
    (folder / ".env").write_text("".join(lines))
    return folder


@pytest.fixture(scope="module")
def remote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world whose plugin is `python -m main`, connected as its `.env` says; `make remote` does nothing more."""
    scale = str(SCALE)
    with (
        launched("simulators.dify", "--time-scale", scale, "--inner-key", INNER_KEY) as dify,
        launched("simulators.slack", "--time-scale", scale) as slack,
        ExitStack() as undo,
    ):
        workspace = Workspace(slack.url)
        undo.callback(workspace.close)
        daemon = debug_port(dify.url)
        undo.callback(daemon.stop)
        environment = {"SLACK_API_URL": workspace.api_url, "SLACK_FILES_URL": slack.url, "TIME_SCALE": scale}
        plugin = subprocess.Popen(
            [sys.executable, "-m", "main"],
            cwd=checkout(tmp_path_factory.mktemp("checkout"), daemon.environment),
            env={name: value for name, value in os.environ.items() if name not in daemon.environment}
            | environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - started from the main thread only
        )
        undo.callback(plugin.wait)
        undo.callback(plugin.kill)
        daemon.ready()
        yield World(Stack(workspace, DifyControl(dify.url), daemon, SCALE), 1)  # type: ignore[arg-type]


def test_conversation_works_over_remote_debugging(remote: World) -> None:
    text = long_text(2000)
    remote.dify.script(script.say(text, seconds=60), remote.app_id)
    root = remote.ask("hello")
    [answer] = remote.answers(root)
    assert flat(answer.text) == flat(text)
    assert len({state.text for state in remote.states(answer.ts)}) >= 10
    remote.ask("and again", thread_ts=root)
    remote.answers(root, count=2)
    first, second = remote.dify.invocations()
    assert second["asked_conversation_id"] == first["conversation_id"]
    assert cast("DebugPort", remote.daemon).paths() == {"/slack/events", "/slack/turns"}
