"""One process of the daemon: its environment, its log, the plugin processes below it."""

import contextlib
import math
import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO

import httpx
import psutil

from simulators.launch import die_with_parent
from tests.daemon.services import Services, free_port, listens, stop, wait_until

SERVER_KEY = "server-key-of-the-test"
INNER_KEY = "inner-key-of-the-test"
_START = 30.0


@dataclass(frozen=True, slots=True)
class Limits:
    """The daemon's two clocks in the wall's seconds (240 and 600 on a usual one)."""

    invocation: float = 240.0
    request: float = 600.0

    def scaled(self, scale: float) -> "Limits":
        return Limits(self.invocation * scale, self.request * scale)

    def environment(self) -> dict[str, str]:
        """The daemon counts the first in milliseconds, the second in whole seconds."""
        return {
            "DIFY_BACKWARDS_INVOCATION_READ_TIMEOUT": str(max(1, round(self.invocation * 1000))),
            "PLUGIN_MAX_EXECUTION_TIMEOUT": str(max(1, math.ceil(self.request))),
        }


@dataclass(frozen=True, slots=True)
class Programs:
    """What runs: the daemon, Dify's CLI for its migration, uv for the plugins' environments."""

    daemon: Path
    cli: Path
    uv: Path


@dataclass
class Node:
    """`start()` and `stop()` may be called in turn; the port, the folder and the log stay the same."""

    programs: Programs
    services: Services
    storage: Path
    folder: Path
    dify_url: str
    inner_key: str
    extra: dict[str, str]
    limits: Limits
    port: int = field(default_factory=free_port)
    debug_port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None
    _log: IO[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log_file(self) -> Path:
        return self.folder / "daemon.log"

    def prepare(self) -> None:
        """Folders, and the tables: a daemon from source or from the image doesn't make them by itself."""
        working = self.folder / "working"
        working.mkdir(parents=True, exist_ok=True)
        self._share_uv_cache(working)
        made = subprocess.run(
            [self.programs.cli, "migrate"],
            env=self._environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode != 0:
            raise RuntimeError(f"`{self.programs.cli.name} migrate` failed:\n{made.stdout}{made.stderr}")

    def start(self) -> None:
        """Returns once it listens; the plugins come later (their first heartbeat)."""
        self._log = self.log_file.open("ab")
        self._process = subprocess.Popen(
            [self.programs.daemon],
            env=self._environment(),
            cwd=self.folder,
            stdout=self._log,
            stderr=self._log,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - started from the main thread only
        )
        wait_until(self._is_up, _START, f"the daemon (its log: {self.log_file})")

    def another(self, folder: Path) -> "Node":
        """One more of a cluster: the same database and storage, own ports and an own working folder."""
        return replace(
            self, folder=folder, port=free_port(), debug_port=free_port(), _process=None, _log=None
        )

    def stop(self, *, crash: bool = False) -> None:
        """A daemon takes its plugins with it; `crash`: both by SIGKILL, as when a machine loses its power."""
        plugins = self.plugins()
        if self._process is not None:
            if crash:
                self._process.kill()
            else:
                stop(self._process)
            self._process.wait()
            self._process = None
        _kill(plugins)
        if self._log is not None:
            self._log.close()
            self._log = None

    def plugins(self) -> list[psutil.Process]:
        """The plugin processes (`python -m main`), not the uv and compile steps of an installation."""
        if self._process is None or self._process.poll() is not None:
            return []
        found: list[psutil.Process] = []
        for child in psutil.Process(self._process.pid).children():
            with contextlib.suppress(psutil.Error):
                if child.cmdline()[1:3] == ["-m", "main"]:
                    found.append(child)
        return found

    def log(self) -> str:
        """All it wrote so far, over restarts too."""
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    def open_requests(self) -> int:
        """How many HTTP requests it is answering, this one not counted."""
        health = httpx.get(f"{self.url}/health/check", trust_env=False).json()
        return int(health["active_requests"]) - 1

    def _is_up(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise RuntimeError(f"the daemon ended at once:\n{self.log()[-4000:]}")
        return listens(self.port)

    def _share_uv_cache(self, working: Path) -> None:
        """The daemon keeps uv's cache below its working folder, where each run would download it all anew."""
        asked = subprocess.run([self.programs.uv, "cache", "dir"], capture_output=True, text=True, check=True)
        cache = Path(asked.stdout.strip())
        cache.mkdir(parents=True, exist_ok=True)
        link = working / ".uv-cache"
        if not link.is_symlink():
            link.symlink_to(cache)

    def _environment(self) -> dict[str, str]:
        python = Path(sys.base_prefix) / "bin"
        # Without compiled files a plugin starts in 1.4 s instead of 0.7; the daemon holds requests for 6.
        ours = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        return {
            **ours,
            "PATH": f"{python}{os.pathsep}{os.environ['PATH']}",
            "SERVER_HOST": "127.0.0.1",
            "SERVER_PORT": str(self.port),
            "SERVER_KEY": SERVER_KEY,
            "DIFY_INNER_API_URL": self.dify_url,
            "DIFY_INNER_API_KEY": self.inner_key,
            "PLATFORM": "local",
            "PLUGIN_WORKING_PATH": str(self.folder / "working"),
            "PLUGIN_STORAGE_LOCAL_ROOT": str(self.storage),
            "PLUGIN_REMOTE_INSTALLING_HOST": "127.0.0.1",
            "PLUGIN_REMOTE_INSTALLING_PORT": str(self.debug_port),
            "DB_HOST": "127.0.0.1",
            "DB_PORT": str(self.services.postgres_port),
            "DB_USERNAME": self.services.postgres_user,
            "DB_PASSWORD": "any-fits",
            "DB_DATABASE": "dify_plugin",
            "REDIS_HOST": "127.0.0.1",
            "REDIS_PORT": str(self.services.redis_port),
            "FORCE_VERIFYING_SIGNATURE": "false",
            "PIP_MIRROR_AUTO_DETECT": "false",
            "UV_PATH": str(self.programs.uv),
            "PYTHON_INTERPRETER_PATH": sys.executable,
            **self.limits.environment(),
            **self.extra,
        }


def _kill(processes: list[psutil.Process]) -> None:
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(processes, timeout=5)
