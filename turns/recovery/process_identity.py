"""Names the process that holds a turn, and tells whether that process is gone.

The name says where and when the process was started, so that any other process of the same machine can check whether
that process still lives. For a process on another machine, Redis tells (conversation_store/redis/leases.py);
without Redis, the turn is left alone until it is older than any turn can be.
"""

import hashlib
import os
import platform
import uuid
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Self

_PROC = Path("/proc")
_PARTS = 4
_STATE, _BORN = 0, 19  # fields 3 and 22 of /proc/<pid>/stat, counted from 0 after the name
_DEAD = {"Z", "X", "x"}


class Fate(Enum):
    """What is known of a process."""

    LIVES = "lives"
    GONE = "gone"
    LIKELY_GONE = "likely gone"
    """This machine shows no such process; a lease on Redis is more certain."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """A process. `machine` is a kernel and a host name, `space` the container's own numbering of processes."""

    machine: str
    space: str
    pid: str
    born: str

    @classmethod
    def here(cls, proc: Path = _PROC) -> Self:
        """The process that we are in. Without /proc, no other process can check whether it lives."""
        try:
            boot = (proc / "sys/kernel/random/boot_id").read_text("ascii").strip()
            space = str((proc / "self/ns/pid").readlink())
            born = _stat(proc, "self")[_BORN]
        except (OSError, ValueError, IndexError):
            return cls("", "", "", uuid.uuid4().hex[:16])
        machine = hashlib.sha256(f"{boot} {platform.node()}".encode()).hexdigest()[:12]
        return cls(machine, "".join(filter(str.isdigit, space)), str(os.getpid()), born)

    @property
    def name(self) -> str:
        """The name in the records."""
        return f"{self.machine}.{self.space}.{self.pid}.{self.born}"

    def fate_of(self, name: str, proc: Path = _PROC) -> Fate:
        """Check whether the process with this name lives.

        If kernel and host name are the same but the numbering of processes is another one, the container was most
        likely started again, and its old processes are gone. But another container may have the same host name, set by
        the admin; only Redis can tell.
        """
        parts = name.split(".")
        if name == self.name:
            return Fate.LIVES
        if len(parts) != _PARTS or not self.machine or parts[0] != self.machine:
            return Fate.UNKNOWN
        _, space, pid, born = parts
        if space != self.space:
            return Fate.LIKELY_GONE
        try:
            fields = _stat(proc, str(int(pid)))
        except ValueError:
            return Fate.UNKNOWN
        except OSError:
            return Fate.GONE
        return (
            Fate.LIVES if fields[_BORN : _BORN + 1] == [born] and fields[_STATE] not in _DEAD else Fate.GONE
        )


def _stat(proc: Path, pid: str) -> list[str]:
    """The fields after the process's name, which may hold any characters. Raises OSError if there is no process."""
    return (proc / pid / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
