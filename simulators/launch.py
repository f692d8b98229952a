"""Starts a simulator as a program: `with launched("simulators.dify", "--inner-key", "k") as dify`."""

import ctypes
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
STOP_SECONDS = 5.0
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True, slots=True)
class Running:
    """A simulator that listens; `told` is its whole first line (a remote daemon's holds `remote` too)."""

    url: str
    told: dict[str, Any]
    process: "subprocess.Popen[str]"

    def stop(self) -> None:
        """Ask it to end, then make it end."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


def die_with_parent() -> None:
    """Let no orphan stay behind, even of a killed parent; to be run in the new process. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Make this process the parent of what its children leave behind. Linux only."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def launch(module: str, *arguments: str) -> Running:
    """Start `python -m module arguments` and wait for its first line, {"url": ...}.

    It is in a group of its own: a Ctrl-C in the terminal is its starter's to handle. Raises RuntimeError.
    """
    process = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
        preexec_fn=die_with_parent,  # noqa: PLW1509 - started from the main thread only
    )
    line = process.stdout.readline() if process.stdout is not None else ""
    if not line:
        raise RuntimeError(f"{module} did not start: code {process.wait()}, {' '.join(arguments)}")
    told = json.loads(line)
    return Running(told["url"], told, process)


@contextmanager
def launched(module: str, *arguments: str) -> Iterator[Running]:
    """Start and, at the end, stop."""
    running = launch(module, *arguments)
    try:
        yield running
    finally:
        running.stop()
