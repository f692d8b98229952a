"""One plugin process of the local runtime: spawned as the real daemon spawns it, watched, reaped."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import gevent
from gevent.socket import wait_read

from simulators.daemon.journal import Journal
from simulators.daemon.peer import Peer
from simulators.launch import die_with_parent

# The wall's seconds, for the SDK's heartbeats know no scale: docs/platform/dify.md#process-restart.
SILENCE_LIMIT = 120.0
LOOK_EVERY = 30.0


@dataclass(frozen=True, slots=True)
class Launch:
    """What to run: folder of the plugin, interpreter, entry point and the whole environment."""

    folder: Path
    python: str
    environment: dict[str, str]
    entrypoint: str = "main"


class Process:
    """A running plugin; ready after its first heartbeat, gone when its stdout ends."""

    def __init__(
        self,
        number: int,
        launch: Launch,
        journal: Journal,
        on_ready: Callable[["Process"], None],
        on_gone: Callable[["Process"], None],
    ) -> None:
        self.number = number
        self.ready = False
        self.gone = False
        self._journal = journal
        self._on_ready = on_ready
        self._on_gone = on_gone
        self._popen = subprocess.Popen(  # noqa: S603 - the plugin under test
            [launch.python, "-m", launch.entrypoint],
            cwd=launch.folder,
            env=launch.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread only; no orphan may stay behind
        )
        self.pid = self._popen.pid
        fds = (_of(self._popen.stdout).fileno(), _of(self._popen.stdin).fileno())
        self.peer = Peer(number, fds, journal, self._heartbeat, self._ended)
        self._stderr = gevent.spawn(self._read_stderr)
        self._monitor = gevent.spawn(self._watch)
        journal.note("daemon", number, text="started", pid=self.pid)

    def _heartbeat(self) -> None:
        if not self.ready:
            self.ready = True
            self._journal.note("daemon", self.number, text="ready")
            self._on_ready(self)

    def _watch(self) -> None:
        while True:
            gevent.sleep(LOOK_EVERY)
            if time.monotonic() - self.peer.heard > SILENCE_LIMIT:
                self._journal.note("daemon", self.number, text="silent for too long")
                self.signal(signal.SIGKILL)

    def _read_stderr(self) -> None:
        fd = _of(self._popen.stderr).fileno()
        os.set_blocking(fd, False)
        rest = b""
        while True:
            try:
                data = os.read(fd, 1 << 16)
            except BlockingIOError:
                wait_read(fd)
                continue
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                if line:
                    self._journal.note("stderr", self.number, text=line.decode(errors="replace"))

    def _ended(self, reason: str) -> None:
        """Stdout has ended: the process is killed and reaped, whatever it thinks of that."""
        self.gone = True
        self.signal(signal.SIGKILL)
        while self._popen.poll() is None:
            gevent.sleep(0.005)
        self._journal.note("daemon", self.number, text="gone", reason=reason, code=self._popen.returncode)
        self._stderr.join(timeout=0.2)
        self._stderr.kill()
        self._monitor.kill()
        self.peer.pump.stop()
        for stream in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            _of(stream).close()
        self._on_gone(self)

    def signal(self, number: int) -> None:
        """Send a signal, if there still is a process."""
        with contextlib.suppress(ProcessLookupError):
            self._popen.send_signal(number)

    def memory(self) -> int:
        """Resident bytes; 0 when gone."""
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        return 0

    def cpu(self) -> float:
        """Seconds of processor time used so far; 0 when gone."""
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        return 0.0


def _of(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("a process without pipes")
    return stream
