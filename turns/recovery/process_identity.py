"""Names the process that holds a turn, and tells whether that process is gone.

The name says where and when the process was started, so any other process of the same machine can check whether that
process lives. For other machines Redis tells, or else the turn is left alone until it is older than any turn can be.
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
_STATE, _BORN = 0, 19  # fields 3 and 22 of /proc/<pid>/stat, counted from 0 after the name
_DEAD = {"Z", "X", "x"}


class Fate(Enum):
    """What is known of a process."""

    LIVES = "lives"
    GONE = "gone"
    LIKELY_GONE = "likely gone"  # this machine shows no such process; a lease on Redis is more certain
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
        """What is known of the process with this name.

        On the same machine, another numbering of processes most likely means that the container was started again. But
        an admin may have given another container the same host name; only Redis can tell.
        """
        if name == self.name:
            return Fate.LIVES
        try:
            machine, space, pid, born = name.split(".")
            if not self.machine or machine != self.machine:
                return Fate.UNKNOWN
            if space != self.space:
                return Fate.LIKELY_GONE
            fields = _stat(proc, str(int(pid)))
        except ValueError:
            return Fate.UNKNOWN
        except OSError:
            return Fate.GONE
        lives = fields[_BORN : _BORN + 1] == [born] and fields[_STATE] not in _DEAD
        return Fate.LIVES if lives else Fate.GONE


def _stat(proc: Path, pid: str) -> list[str]:
    """The fields after the process's name, which may hold any characters. Raises OSError if there is no process."""
    return (proc / pid / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
