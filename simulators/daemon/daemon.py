"""The simulated plugin daemon, put together."""

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clock import Clock
from simulators.daemon import answers
from simulators.daemon.declaration import from_folder
from simulators.daemon.dify_api import DifyApi
from simulators.daemon.faults import Faults
from simulators.daemon.hooks import Hooks
from simulators.daemon.journal import Journal
from simulators.daemon.local_runtime import LocalRuntime
from simulators.daemon.remote_runtime import RemoteRuntime
from simulators.daemon.reverse import Reverse
from simulators.daemon.server import JSON, Endpoints
from simulators.daemon.starting import Execute, Fork, Launch
from simulators.daemon.storage import Storage
from simulators.http1.server import Exchange


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line says; limits in design seconds, as the daemon's environment sets them."""

    plugin: Path
    dify_url: str
    inner_key: str
    python: str
    environment: dict[str, str]
    storage_dir: Path
    processes: int = 1
    remote: bool = False
    remote_port: int = 0
    remote_key: str = ""
    tenant_id: str = "00000000-0000-0000-0000-000000000001"
    read_limit: float = 240.0
    execution_limit: float = 600.0
    restart_delay: float = 3.0
    warm: bool = False


class Daemon:
    """One node with one plugin."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.journal = Journal()
        self.faults = Faults()
        self.runtime = self._remote() if settings.remote else self._local()
        limit = clock.wall(settings.read_limit)
        self.dify = DifyApi(settings.dify_url, settings.inner_key, settings.tenant_id, limit)
        self.hooks = Hooks(self.dify)
        self.reverse = Reverse(self.runtime, self.dify, self.faults, clock)
        execution_limit = clock.wall(settings.execution_limit)
        self.endpoints = Endpoints(self.runtime, self.hooks, self.faults, self._invoke, execution_limit)
        self.endpoints.scale = clock.wall(1.0)
        self.down = False

    def _local(self) -> LocalRuntime:
        launch = Launch(self.settings.plugin, self.settings.python, self.settings.environment)
        return LocalRuntime(
            from_folder(launch.folder),
            Fork(launch) if self.settings.warm else Execute(launch),
            self.settings.processes,
            self.clock,
            self.journal,
            self.settings.restart_delay,
        )

    def _remote(self) -> RemoteRuntime:
        return RemoteRuntime(
            self.settings.remote_port, self.settings.remote_key or str(uuid.uuid4()), self.journal
        )

    @property
    def storage(self) -> Storage:
        """The plugin's own; made when its name and quota are known."""
        if self.reverse.storage is None:
            declaration = self.runtime.declaration
            if declaration is None:
                raise RuntimeError("no plugin has connected")
            folder = self.settings.storage_dir / self.settings.tenant_id / declaration.plugin_id
            self.reverse.storage = Storage(folder, declaration.storage_limit, self.clock)
        return self.reverse.storage

    def _invoke(self, session: Any, data: dict[str, Any]) -> None:
        if data.get("type") == "storage":
            _ = self.storage
        self.reverse.begin(session, data)

    def answer(self, exchange: Exchange) -> None:
        """Answer one request, whatever its path."""
        if self.down:
            exchange.abort(reset=True)
        elif exchange.request.path.startswith("/e/"):
            self.endpoints.answer(exchange)
        elif exchange.request.path == "/health/check":
            exchange.reply_json(200, {"status": "ok"})
        else:
            exchange.reply(404, answers.NO_ROUTE, JSON)
