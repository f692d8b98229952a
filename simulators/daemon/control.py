"""DaemonControl: sets up hooks of a running simulated daemon, breaks it, and reads what it saw."""

from typing import Any

from simulators.http1.control import ControlClient

Record = dict[str, Any]


class DaemonControl(ControlClient):
    """Client of `python -m simulators.daemon`.

    Waits take the wall's seconds and raise ControlError in vain.
    """

    def hook(self, hook_id: str, settings: Record) -> str:
        """Set up an endpoint, or change its settings; gives its base URL.

        ControlError for values Dify would refuse.
        """
        self.call("hook", hook_id=hook_id, settings=settings)
        return f"{self.url}/e/{hook_id}"

    def remove_hook(self, hook_id: str) -> bool:
        """Delete an endpoint."""
        return bool(self.call("remove_hook", hook_id=hook_id))

    def enable(self, hook_id: str, *, enabled: bool) -> None:
        """Switch an endpoint on or off."""
        self.call("enable", hook_id=hook_id, enabled=enabled)

    def wait_ready(self, count: int = 1, timeout: float = 30.0) -> None:
        """Wait for the first heartbeat of so many processes (remote: of the plugin that connects)."""

        def look() -> bool:
            found = self.processes()
            ready = sum(process["ready"] for process in found)
            return ready >= count if found else bool(self.call("ready"))

        self.until(look, timeout, f"{count} ready plugin processes; the journal says: {self.logs()[-5:]}")

    def processes(self) -> list[Record]:
        """Tell of each: number, pid, ready, rss (bytes), cpu (s), backlog (bytes), sessions, dropped_lines.

        Also beats (heartbeats so far) and longest_gap between two (the wall's seconds; the SDK's are 10 s).
        """
        found: list[Record] = self.call("processes")
        return found

    def rss(self) -> int:
        """Resident bytes of all plugin processes."""
        return sum(process["rss"] for process in self.processes())

    # breaking it

    def kill_plugin(self, index: int | None = 0) -> list[int]:
        """Kill -9 one process, None: all of them; they come back by themselves. Gives the pids."""
        found: list[int] = self.call("kill_plugin", index=index)
        return found

    def hold_plugin(self, index: int = 0, *, held: bool = True) -> None:
        """Freeze a process (SIGSTOP), or let it go on."""
        self.call("hold", index=index, held=held)

    def restart_delay(self, seconds: float) -> None:
        """Design seconds between a process's death and the start of the next one."""
        self.call("restart_delay", seconds=seconds)

    def restart_plugin(self, processes: int | None = None) -> None:
        """Replace all processes now, by so many."""
        self.call("restart_plugin", count=processes)

    def restart_daemon(self, down_seconds: float = 0.0, processes: int | None = None) -> None:
        """Drop all connections and sessions, kill the plugin, start again.

        Refused meanwhile for `down_seconds` of design.
        """
        try:
            self.call("restart_daemon", down_seconds=down_seconds, processes=processes)
        except OSError:
            return  # its own connection is dropped with the others

    def refuse(
        self, path: str = "/slack/turns", how: str = "status", *, times: int | None = None, **more: Any
    ) -> None:
        """Fault for the next `times` requests (None: all) on a path; how: status, reset, hang, late, orphan.

        More: status, body, seconds (design). See faults.RequestFault.
        """
        self.call("request_fault", path=path, how=how, left=times, **more)

    def storage_fault(
        self, mode: str, seconds: float = 0.0, *, ops: tuple[str, ...] = (), times: int | None = None
    ) -> None:
        """mode: slow (design seconds), fail, full, silent; "" ends all. ops: get, set, del, exist."""
        self.call("storage_fault", mode=mode, seconds=seconds, ops=list(ops), times=times)

    def storage_latency(self, read: float = 0.0007, write: float = 0.0024, keys: str = "") -> None:
        """Design seconds per call; the defaults are the real daemon's. Only for keys that begin so."""
        self.call("storage_latency", read=read, write=write, keys=keys)

    def storage_limit(self, size: int) -> None:
        """Change the quota, bytes."""
        self.call("storage_limit", size=size)

    def cancel_calls(self) -> None:
        """End the reverse calls of all open requests with "context canceled" (daemon#787)."""
        self.call("cancel_calls")

    def execution_limit(self, seconds: float) -> None:
        """Change PLUGIN_MAX_EXECUTION_TIMEOUT, design seconds, for answers that begin from now on."""
        self.call("execution_limit", seconds=seconds)

    def clear_faults(self) -> None:
        """End all faults."""
        self.call("clear_faults")

    # looking at it

    def sessions(self) -> list[Record]:
        """Open sessions: session_id, hook_id, path, process, began, calls."""
        found: list[Record] = self.call("sessions")
        return found

    def wait_idle(self, timeout: float = 30.0) -> None:
        """Wait until no session is open."""
        self.until(lambda: not self.sessions(), timeout, "no open session")

    def requests(self, path: str = "", since: int = 0) -> list[Record]:
        """The fields of requests_log.Entry of each request."""
        found: list[Record] = self.call("requests", since=since, path=path)
        return found

    def logs(self, kind: str | None = None, since: float = 0.0) -> list[Record]:
        """What the plugin wrote: kind log (level, message, timestamp), error, stderr, stdout (text).

        Daemon: notes.
        """
        found: list[Record] = self.call("logs", kind=kind, since=since)
        return found

    def stats(self) -> Record:
        """Cpu (s used by the daemon), at, sessions, served (reverse calls by type)."""
        found: Record = self.call("stats")
        return found

    def storage(self) -> Record:
        """Counted and limit (bytes), keys (name to size)."""
        found: Record = self.call("storage")
        return found

    def storage_calls(self, hook_id: str) -> list[Record]:
        """The calls that requests to a hook made, in order: path (of the request), op, key."""
        found: list[Record] = self.call("storage_calls")
        return [one for one in found if one["hook_id"] == hook_id]

    def storage_get(self, key: str) -> bytes:
        """Read a key past the plugin."""
        return bytes.fromhex(self.call("storage_get", key=key))

    def storage_set(self, key: str, value: bytes) -> None:
        """Write a key past the plugin."""
        self.call("storage_set", key=key, value=value.hex())
