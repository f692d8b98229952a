"""PostgreSQL and Redis for the daemon: own instances on loopback, on free ports, gone with the run."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Self

from simulators.launch import die_with_parent
from tests.daemon.missing import MissingPieceError, debian_postgres, program

_START = 30.0
_STOP = 10.0


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """True if something accepts connections there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def wait_until(ready: Callable[[], bool], seconds: float, what: str, *, pause: float = 0.05) -> None:
    """Polls; TimeoutError names what did not come."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {seconds:.0f} s")
        time.sleep(pause)


def stop(process: subprocess.Popen[bytes], seconds: float = _STOP) -> None:
    """Asks a process to end, then makes it."""
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
    if process.poll() is None:
        process.kill()
    process.wait()


def require_services() -> None:
    """MissingPieceError unless both servers are installed."""
    _postgres_programs()
    _redis_program()


def _postgres_programs() -> Path:
    programs = debian_postgres()
    if programs is None:
        raise MissingPieceError("PostgreSQL is not installed: apt-get install postgresql")
    return programs


def _redis_program() -> Path:
    return program("redis-server", "apt-get install redis-server")


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as the user that its Debian package made."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError as error:
        raise MissingPieceError(
            "running as root needs the user `postgres`: apt-get install postgresql"
        ) from error


def _run_as(user: str | None) -> dict[str, Any]:
    return {} if user is None else {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


@dataclass
class Services:
    """One PostgreSQL (any password fits its one user) and one Redis."""

    folder: Path
    postgres_port: int = field(default_factory=free_port)
    redis_port: int = field(default_factory=free_port)
    postgres_user: str = "dify"
    _processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    _logs: list[IO[bytes]] = field(default_factory=list)

    @classmethod
    def start(cls) -> Self:
        """Starts both and returns once both accept connections."""
        require_services()
        # Not below a test's own folder: the user postgres must be able to walk into it.
        services = cls(Path(tempfile.mkdtemp(prefix="bridge-services-")))
        try:
            services.folder.chmod(0o755)
            services._start_postgres()
            services._start_redis()
        except BaseException:
            services.stop()
            raise
        return services

    def stop(self) -> None:
        """Ends both and removes their data."""
        while self._processes:
            stop(self._processes.pop())
        while self._logs:
            self._logs.pop().close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def redis_url(self, database: int = 0) -> str:
        """For the bridge's own `redis_url` setting; the daemon uses database 0."""
        return f"redis://127.0.0.1:{self.redis_port}/{database}"

    def _start_postgres(self) -> None:
        programs, user = _postgres_programs(), _unprivileged()
        data = self.folder / "postgres"
        data.mkdir(mode=0o700)
        if user is not None:
            shutil.chown(data, user)
        made = subprocess.run(
            [
                *(programs / "initdb", "-D", data, "-U", self.postgres_user, "--auth=trust"),
                *("--encoding=UTF8", "--locale=C", "--no-sync"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            **_run_as(user),
        )
        if made.returncode != 0:
            raise RuntimeError(f"initdb failed: {made.stderr}")
        options = {
            "listen_addresses": "127.0.0.1",
            "port": self.postgres_port,
            "unix_socket_directories": "",
            "fsync": "off",
        }
        settings = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self._spawn("postgres", [programs / "postgres", "-D", data, *settings], user)
        # It accepts connections before it answers them; the daemon's migration would find it "starting up".
        ready: list[str | Path] = [
            programs / "pg_isready",
            "-q",
            "-h",
            "127.0.0.1",
            "-p",
            str(self.postgres_port),
            "-U",
            self.postgres_user,
        ]
        wait_until(lambda: subprocess.run(ready, check=False).returncode == 0, _START, "PostgreSQL")

    def _start_redis(self) -> None:
        options = {"--bind": "127.0.0.1", "--port": self.redis_port, "--save": "", "--dir": self.folder}
        words = [str(word) for pair in options.items() for word in pair]
        self._spawn("redis", [_redis_program(), *words], None)
        wait_until(lambda: listens(self.redis_port), _START, "Redis")

    def _spawn(self, name: str, command: Sequence[str | Path], user: str | None) -> None:
        log = (self.folder / f"{name}.log").open("wb")
        self._logs.append(log)
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            cwd="/",
            preexec_fn=die_with_parent,  # noqa: PLW1509 - started from the main thread only
            **_run_as(user),
        )
        self._processes.append(process)
