"""One plugin process of the local runtime: started, watched, reaped."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import gevent
from gevent.socket import wait_read

from simulators.daemon.journal import Journal
from simulators.daemon.peer import Peer
from simulators.daemon.starting import Start

# The wall's seconds, for the SDK's heartbeats know no scale: docs/platform/dify.md#process-restart.
SILENCE_LIMIT = 120.0
LOOK_EVERY = 30.0
PROCESS_CLOCK = 2  # what clock_getcpuclockid(3) adds to a process, on Linux


class Process:
    """A running plugin; ready after its first heartbeat, gone when its stdout ends."""

    def __init__(
        self,
        number: int,
        start: Start,
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
        self._child = start()
        self.pid = self._child.pid
        fds = (_of(self._child.stdout).fileno(), _of(self._child.stdin).fileno())
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
        fd = _of(self._child.stderr).fileno()
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
        while self._child.poll() is None:
            gevent.sleep(0.005)
        self._journal.note("daemon", self.number, text="gone", reason=reason, code=self._child.returncode)
        self._stderr.join(timeout=0.2)
        self._stderr.kill()
        self._monitor.kill()
        self.peer.pump.stop()
        for stream in (self._child.stdin, self._child.stdout, self._child.stderr):
            _of(stream).close()
        self._on_gone(self)

    def signal(self, number: int) -> None:
        """Send a signal, if there still is a process."""
        with contextlib.suppress(ProcessLookupError):
            self._child.send_signal(number)

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
            return time.clock_gettime(~self.pid << 3 | PROCESS_CLOCK)  # exact: /proc counts in hundredths
        return 0.0


def _of(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise RuntimeError("a process without pipes")
    return stream
