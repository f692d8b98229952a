"""Which process holds a turn, and whether that process is gone.

A process is named by where and when it was started, so that any other process of the same machine can look whether that
process still lives. Of a process on another machine a look says nothing: then Redis knows
(conversation_store/redis/process_leases.py), or the turn is left alone until it is older than any turn can be.
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
_STATE, _BORN = 0, 19  # fields 3 and 22 of /proc/<pid>/stat, counted behind the name
_DEAD = {"Z", "X", "x"}


class Fate(Enum):
    """What is known of a process."""

    LIVES = "lives"
    GONE = "gone"
    LIKELY_GONE = "likely gone"
    """As far as this machine shows; a lease on Redis knows better."""
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
        """The one we are in; where there is no /proc nobody can look for it."""
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
        """As it stands in the records."""
        return f"{self.machine}.{self.space}.{self.pid}.{self.born}"

    def fate_of(self, name: str, proc: Path = _PROC) -> Fate:
        """Look whether the process with this name lives.

        The same kernel and host name with another numbering of processes is most likely a container that was
        started again: what ran in it is gone. Or it is another container with a host name of the admin's making,
        which only Redis can tell.
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
    """The fields behind the process's name, which may hold anything; raises OSError for no such process."""
    return (proc / pid / "stat").read_text("utf-8", "replace").rpartition(")")[2].split()
