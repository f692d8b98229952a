"""The three wires with the plugin between them, running: for the tests, the demo and the benchmarks."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol, Self

from simulators.daemon.control import DaemonControl
from simulators.dify.control import DifyControl
from simulators.launch import ROOT, Running, launch
from simulators.slack.workspace import Workspace

INNER_KEY = "inner-key-of-the-simulators"
MANIFEST = ROOT / "docs" / "slack-app-manifest.yaml"
Environment = Mapping[str, str]
Settings = dict[str, Any]


class Daemon(Protocol):
    """What is asked of the daemon, be it simulated or real."""

    @property
    def cancels(self) -> bool:
        """Whether the end of a request ends the run that it began (docs/platform/dify.md#abandoned-streams)."""

    def add_hook(self, settings: Settings) -> str:
        """A new endpoint with these settings; gives its base URL, `…/e/<hook>`."""

    def change_hook(self, url: str, settings: Settings) -> None:
        """All settings anew."""

    def kill_plugin(self) -> None:
        """Kill -9; it comes back by itself."""

    def restart(self) -> None:
        """The daemon itself goes and comes back; returns when the plugin answers."""

    def log(self) -> str:
        """What the plugin and the daemon wrote."""

    def stop(self) -> None:
        """End everything it started."""


class SimulatedDaemon:
    """`python -m simulators.daemon` with this checkout; `scale`: wall seconds per design second.

    `plugin`: the folder of another plugin. `execution_limit`: design seconds after which a request that has begun to
    answer is dropped, `read_limit` those after which an app's answer is cut. `warm`: processes are forked from one that
    has done their imports, which saves each of them a second and a half of computing.
    """

    def __init__(
        self,
        dify_url: str,
        scale: float,
        env: Environment,
        *,
        processes: int = 1,
        mode: str = "local",
        execution_limit: float = 600.0,
        read_limit: float = 240.0,
        warm: bool = False,
        plugin: Path = ROOT,
    ) -> None:
        pairs = [part for name, value in env.items() for part in ("--env", f"{name}={value}")]
        self._program = launch(
            "simulators.daemon",
            *("--plugin", str(plugin), "--dify-url", dify_url, "--inner-key", INNER_KEY),
            *("--time-scale", str(scale), "--processes", str(processes), "--mode", mode, *pairs),
            *("--execution-limit", str(execution_limit), "--read-limit", str(read_limit)),
            *(["--warm"] if warm else []),
        )
        self.control = DaemonControl(self._program.url)
        self._hooks = 0
        self.cancels = True

    def ready(self, processes: int = 1) -> None:
        """Wait until so many plugin processes answer."""
        self.control.wait_ready(processes)

    def add_hook(self, settings: Settings) -> str:
        """A new endpoint; its base URL."""
        self._hooks += 1
        return self.control.hook(f"hook{self._hooks:04d}", settings)

    def change_hook(self, url: str, settings: Settings) -> None:
        """All settings anew."""
        self.control.hook(url.rpartition("/")[2], settings)

    def kill_plugin(self) -> None:
        """Kill -9; it comes back by itself."""
        self.control.kill_plugin()

    def restart(self) -> None:
        """The daemon drops everything and starts again."""
        self.control.restart_daemon()
        self.control.wait_ready()

    def log(self) -> str:
        """What the plugin and the daemon wrote, a line of JSON each."""
        return "\n".join(json.dumps(entry) for entry in self.control.logs())

    def stop(self) -> None:
        """End the program, and with it the plugin."""
        self._program.stop()


type MakesDaemon = Callable[[str, float, dict[str, str]], Daemon]


def _ready(
    dify_url: str, scale: float, env: dict[str, str], *, processes: int, mode: str = "local", warm: bool
) -> Daemon:
    """A simulated daemon whose plugin answers. The daemon is ended if the plugin does not."""
    daemon = SimulatedDaemon(dify_url, scale, env, processes=processes, mode=mode, warm=warm)
    with ExitStack() as undo:
        undo.callback(daemon.stop)
        daemon.ready(processes)
        undo.pop_all()
    return daemon


@dataclass
class Stack:
    """Everything running. Each user of it brings an app, a hook and a channel of its own."""

    slack: Workspace
    dify: DifyControl
    daemon: Daemon
    scale: float
    env: dict[str, str] = field(default_factory=dict)
    """What the plugin must know of Slack, and the scale."""
    programs: list[Running] = field(default_factory=list)

    @classmethod
    def start(
        cls,
        scale: float,
        *,
        processes: int = 1,
        mode: str = "local",
        tiers: bool = False,
        warm: bool = False,
        slack_program: Sequence[str] = ("simulators.slack",),
        real: MakesDaemon | None = None,
    ) -> Self:
        """Start all of it and wait until the plugin answers; what was started is ended if that fails.

        `tiers`: whether Slack enforces its rate limits. `warm`: see `SimulatedDaemon`. `slack_program`: the module that
        simulates Slack, and more arguments for it. `real` makes another daemon than the simulated one from Dify's URL,
        the scale and the plugin's environment.
        """
        with ExitStack() as undo:

            def started(module: str, *arguments: str) -> Running:
                program = launch(module, "--time-scale", str(scale), *arguments)
                undo.callback(program.stop)
                return program

            dify = started("simulators.dify", "--inner-key", INNER_KEY)
            module, *more = slack_program
            slack = started(module, "--tiers", "on" if tiers else "off", "--manifest", str(MANIFEST), *more)
            workspace = Workspace(slack.url)
            env = {"SLACK_API_URL": workspace.api_url, "SLACK_FILES_URL": slack.url, "TIME_SCALE": str(scale)}
            make = real or partial(_ready, processes=processes, mode=mode, warm=warm)
            daemon = make(dify.url, scale, env)
            undo.callback(daemon.stop)
            stack = cls(workspace, DifyControl(dify.url), daemon, scale, env, [dify, slack])
            undo.pop_all()
        return stack

    def beside(self, processes: int, real: MakesDaemon | None = None) -> "Stack":
        """Another daemon with so many warm processes of the plugin, at the same Slack and Dify.

        `real`: see `start`. The new stack must be stopped before this one.
        """
        make = real or partial(_ready, processes=processes, warm=True)
        daemon = make(self.dify.url, self.scale, self.env)
        return Stack(self.slack, self.dify, daemon, self.scale, self.env)

    def stop(self) -> None:
        """End everything that was started."""
        self.daemon.stop()
        if self.programs:
            self.slack.close()
        for program in self.programs:
            program.stop()
