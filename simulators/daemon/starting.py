"""The two ways to start a plugin process: as the real daemon does, or, sooner, as a fork of a warm process."""

import os
import socket
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from simulators.launch import adopt_orphans, die_with_parent

PROGRAM = Path(__file__).parent / "warm_process.py"


@dataclass(frozen=True, slots=True)
class Launch:
    """What to run: folder of the plugin, interpreter, entry point and the whole environment."""

    folder: Path
    python: str
    environment: dict[str, str]
    entrypoint: str = "main"


class Child(Protocol):
    """What is asked of a started process: the part of `subprocess.Popen` that both ways have."""

    pid: int
    returncode: int | None
    stdin: IO[bytes] | None
    stdout: IO[bytes] | None
    stderr: IO[bytes] | None

    def poll(self) -> int | None:
        """The exit code, once the process has ended and is reaped."""

    def send_signal(self, sig: int) -> None:
        """Send a signal; nothing if it is reaped."""


class Start(Protocol):
    """Starts a plugin process."""

    def __call__(self) -> Child:
        """A new process, with pipes as its stdin, stdout and stderr."""


class Execute:
    """Executes `python -m main`, as the real daemon does."""

    def __init__(self, launch: Launch) -> None:
        self._launch = launch

    def __call__(self) -> Child:
        """A new process."""
        return subprocess.Popen(  # noqa: S603 - the plugin under test
            [self._launch.python, "-m", self._launch.entrypoint],
            cwd=self._launch.folder,
            env=self._launch.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread only; no orphan may stay behind
        )


class Fork:
    """Forks a warm process, which has imported what the plugin imports, but has run nothing of the plugin.

    The new process has the plugin's folder and environment, and it is a child of this one. Its command line alone
    differs from an executed one's. Linux only. Waits until the warm process is ready; raises RuntimeError if it ends.
    """

    def __init__(self, launch: Launch) -> None:
        adopt_orphans()
        self._socket, theirs = socket.socketpair()
        with theirs:
            self._warm = subprocess.Popen(  # noqa: S603 - our own
                [launch.python, str(PROGRAM), str(theirs.fileno()), launch.entrypoint],
                cwd=launch.folder,
                env=launch.environment,
                stdin=subprocess.PIPE,  # pipes, as the forks have
                stdout=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread only; no orphan may stay behind
            )
        self._answer()

    def _answer(self) -> bytes:
        answer = self._socket.recv(20)
        if not answer:
            raise RuntimeError(f"the warm process has ended: code {self._warm.wait()}")
        return answer

    def __call__(self) -> Child:
        """A new process, in some milliseconds."""
        (stdin, to_stdin), (from_stdout, stdout), (from_stderr, stderr) = os.pipe(), os.pipe(), os.pipe()
        socket.send_fds(self._socket, [b"f"], [stdin, stdout, stderr])
        for theirs in (stdin, stdout, stderr):
            os.close(theirs)
        pid = int(self._answer())
        return Forked(
            pid,
            os.fdopen(to_stdin, "wb", 0),
            os.fdopen(from_stdout, "rb", 0),
            os.fdopen(from_stderr, "rb", 0),
        )


@dataclass
class Forked:
    """A forked process, as `subprocess.Popen` shows an executed one."""

    pid: int
    stdin: IO[bytes] | None
    stdout: IO[bytes] | None
    stderr: IO[bytes] | None
    returncode: int | None = field(default=None, init=False)

    def poll(self) -> int | None:
        """Reap it, if it has ended; then its exit code, minus the signal if one ended it."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def send_signal(self, sig: int) -> None:
        """Send a signal, unless it is reaped: its pid may be another's by then."""
        if self.poll() is None:
            os.kill(self.pid, sig)
