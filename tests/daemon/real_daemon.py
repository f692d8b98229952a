"""A real plugin daemon with a package in it, under the names of simulators.daemon.control.DaemonControl.

What only a simulator can do (refuse requests, fail in its storage, tell each request) is not here.
"""

import os
import re
import shutil
import signal
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self

import httpx
import psutil

from tests.daemon.management import Endpoint, Management
from tests.daemon.missing import MissingPieceError, check_all, given_binary, program
from tests.daemon.node import INNER_KEY, SERVER_KEY, Limits, Node, Programs
from tests.daemon.services import Services, require_services, wait_until

Record = dict[str, Any]

_INSTALL = 600.0
_READY = 60.0
_OLDEST = (0, 5, 3)
_CANCELS = (0, 6, 7)
# What the daemon answers while no process of the plugin has sent a heartbeat (docs/platform/dify.md#first-heartbeat).
_NOT_YET = "no available node"
_TELLING = re.compile(r"\d{4}-\d\d-\d\dT\S+ (WARN |ERROR |INFO .*plugin instance log )")
_LONGEST_LINE = 4000


def programs_from_environment() -> Programs:
    """What `make test-daemon DAEMON=… CLI=…` names; MissingPieceError lists everything that is not there."""
    daemon, cli = os.environ.get("DAEMON", ""), os.environ.get("CLI", "") or shutil.which("dify") or ""

    def the_daemon() -> Path:
        return given_binary(daemon, "DAEMON", "the binary dify-plugin-daemon")

    def the_cli() -> Path:
        return given_binary(cli, "CLI", "the binary of Dify's CLI, whose `migrate` prepares the database")

    check_all([the_daemon, the_cli, _uv, require_services])
    return Programs(daemon=the_daemon(), cli=the_cli(), uv=_uv())


def _uv() -> Path:
    ours = Path(__file__).parents[2] / ".tools" / "bin" / "uv"
    if ours.exists():
        return ours.resolve()
    return program("uv", "the daemon builds the plugin's environment with it: pip install uv")


def is_older(version: str, than: tuple[int, ...]) -> bool:
    """A build without a version in it counts as the newest."""
    parts = version.split(".")
    return parts[0].isdecimal() and tuple(int(part) for part in parts if part.isdecimal()) < than


def require_known(version: str) -> None:
    """Refuses one older than any that was measured; a build without a version in it is taken as it is."""
    if is_older(version, _OLDEST):
        oldest = ".".join(map(str, _OLDEST))
        raise MissingPieceError(f"DAEMON is of version {version}: {oldest} or later is needed")


@dataclass
class RealDaemon:
    """`start()` starts everything it needs, `stop()` ends it; a restart keeps ports, hooks and storage."""

    folder: Path
    services: Services
    nodes: list[Node]
    management: Management
    identifier: str = ""
    _hooks: dict[str, Endpoint] = field(default_factory=dict)

    @property
    def cancels(self) -> bool:
        """Whether the end of a request ends the run that it began (docs/platform/dify.md#abandoned-streams)."""
        return not is_older(self.management.version(), _CANCELS)

    @classmethod
    def start(
        cls,
        package: Path | None,
        dify_url: str,
        *,
        environment: Mapping[str, str] | None = None,
        inner_key: str = INNER_KEY,
        limits: Limits | None = None,
        programs: Programs | None = None,
    ) -> Self:
        """Starts servers and a node and installs the package, whose process gets `environment`.

        Without a package it waits for `expect_remote`.
        """
        programs = programs or programs_from_environment()
        services = Services.start()
        folder = Path(tempfile.mkdtemp(prefix="bridge-daemon-"))
        node = Node(
            programs=programs,
            services=services,
            storage=folder / "storage",
            folder=folder / "node-1",
            dify_url=dify_url,
            inner_key=inner_key,
            extra=dict(environment or {}),
            limits=limits or Limits(),
        )
        daemon = cls(folder, services, [node], Management(node.url, SERVER_KEY))
        try:
            node.prepare()
            node.start()
            require_known(daemon.management.version())
            if package is not None:
                daemon.identifier = daemon.management.install(package, _INSTALL)
        except BaseException:
            daemon.stop()
            raise
        return daemon

    @property
    def url(self) -> str:
        """The first node's."""
        return self.nodes[0].url

    @property
    def debug_port(self) -> int:
        """Where a plugin connects for remote debugging, with `management.debugging_key()`."""
        return self.nodes[0].debug_port

    def expect_remote(self) -> None:
        """Wait until a plugin has connected there; hooks are its own then."""
        wait_until(lambda: bool(self.management.installed()), _READY, "a plugin that connects")
        [self.identifier] = self.management.installed()

    # its endpoints

    def hook(self, hook_id: str, settings: Record) -> str:
        """Set up an endpoint, or change its settings; its base URL, in which stands the daemon's own id."""
        if hook_id in self._hooks:
            self.management.update_endpoint(self._hooks[hook_id], dict(settings))
        else:
            self._hooks[hook_id] = self.management.add_endpoint(self.identifier, hook_id, dict(settings))
            self.wait_ready()
        return self.base(hook_id)

    def base(self, hook_id: str, node: int = 0) -> str:
        """The endpoint's URL at one of the nodes."""
        return f"{self.nodes[node].url}/e/{self._hooks[hook_id].hook_id}"

    def remove_hook(self, hook_id: str) -> bool:
        """Delete an endpoint."""
        endpoint = self._hooks.pop(hook_id, None)
        if endpoint is not None:
            self.management.remove_endpoint(endpoint)
        return endpoint is not None

    def enable(self, hook_id: str, *, enabled: bool) -> None:
        """Switch an endpoint on or off."""
        self.management.switch_endpoint(self._hooks[hook_id], on=enabled)

    # its processes

    def processes(self) -> list[Record]:
        """Number, pid, rss (bytes) and cpu (s) of each process of the plugin: one per node."""
        return [
            {
                "number": number,
                "pid": process.pid,
                "rss": process.memory_info().rss,
                "cpu": sum(process.cpu_times()[:2]),
            }
            for number, node in enumerate(self.nodes)
            for process in node.plugins()
        ]

    def rss(self) -> int:
        """Resident bytes of all plugin processes."""
        return sum(process["rss"] for process in self.processes())

    def wait_ready(self, count: int = 1, timeout: float = _READY) -> None:
        """Wait for the plugin's first heartbeat on so many nodes; asks for a path that no endpoint has."""
        for node in range(count):
            for hook_id in list(self._hooks)[:1]:
                asked = partial(_serves, self.base(hook_id, node))
                wait_until(asked, timeout, "the plugin behind the daemon", pause=0.2)

    def kill_plugin(self, index: int = 0) -> int:
        """SIGKILL to one process, which comes back by itself within 6 s of the wall. Gives the pid."""
        process = self._plugin(index)
        process.kill()
        psutil.wait_procs([process], timeout=_READY)
        return int(process.pid)

    def hold_plugin(self, index: int = 0, *, held: bool = True) -> None:
        """Freeze a process (SIGSTOP), or let it go on."""
        self._plugin(index).send_signal(signal.SIGSTOP if held else signal.SIGCONT)

    def restart_plugin(self, processes: int | None = None) -> None:
        """Kill all processes and wait for the next; more of them than nodes: a node for each."""
        for index in range(len(self.nodes)):
            self.kill_plugin(index)
        for _ in range((processes or 0) - len(self.nodes)):
            self.add_node()
        self.wait_ready(len(self.nodes))

    def restart_daemon(self, *, crash: bool = False, wait: bool = True, limits: Limits | None = None) -> None:
        """End all nodes, gently or by SIGKILL, and start them; `wait`: until every node's plugin answers."""
        for node in self.nodes:
            node.stop(crash=crash)
        for node in self.nodes:
            node.limits = limits or node.limits
            node.start()
        if wait:
            self.wait_ready(len(self.nodes))

    def add_node(self) -> str:
        """One more daemon on the same database, with a plugin process of its own (a cluster); its URL."""
        node = self.nodes[0].another(self.folder / f"node-{len(self.nodes) + 1}")
        node.prepare()
        node.start()
        self.nodes.append(node)
        self.wait_ready(len(self.nodes))
        return node.url

    def wait_idle(self, timeout: float = 30.0) -> None:
        """Wait until no node has an open request but the one that asks."""
        wait_until(lambda: all(node.open_requests() == 0 for node in self.nodes), timeout, "no open request")

    def log(self) -> str:
        """The plugin's own log lines, and the daemon's warnings and errors; `node.log()` has all."""
        return "\n".join(line for node in self.nodes for line in telling(node.log()))

    def stop(self) -> None:
        """Ends everything; the folder with the logs stays if KEEP_DAEMON_FOLDER is set."""
        self.management.close()
        for node in self.nodes:
            node.stop()
        self.services.stop()
        if not os.environ.get("KEEP_DAEMON_FOLDER"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def _plugin(self, node: int) -> psutil.Process:
        wait_until(lambda: bool(self.nodes[node].plugins()), _READY, "a process of the plugin")
        return self.nodes[node].plugins()[0]


def telling(log: str) -> list[str]:
    """The lines of a daemon's log about the plugin or a failure, without Go's tracebacks."""
    lines = (line for line in log.splitlines() if _TELLING.match(line))
    return [line.partition(" traceback=")[0][:_LONGEST_LINE] for line in lines]


def _serves(base: str) -> bool:
    with httpx.Client(trust_env=False, timeout=_READY) as client:
        return _NOT_YET not in client.get(f"{base}/-/not-there").text
