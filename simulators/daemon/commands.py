"""What the control API of the simulated daemon can do; `control.DaemonControl` is its typed client."""

import os
import time
from collections.abc import Callable
from typing import Any

import gevent

from simulators.daemon.daemon import Daemon
from simulators.daemon.faults import RequestFault, StorageFault
from simulators.daemon.local_runtime import LocalRuntime
from simulators.http1.server import HttpServer


def commands(daemon: Daemon, server: HttpServer) -> dict[str, Callable[..., Any]]:
    """Name the commands."""
    return _hooks(daemon) | _life(daemon, server) | _looks(daemon) | _troubles(daemon)


def _hooks(daemon: Daemon) -> dict[str, Callable[..., Any]]:
    def hook(hook_id: str, settings: dict[str, Any]) -> None:
        daemon.hooks.set(hook_id, settings, daemon.runtime.declaration)

    def enable(hook_id: str, enabled: bool) -> None:
        found = daemon.hooks.get(hook_id)
        if found is None:
            raise KeyError(hook_id)
        found.enabled = enabled

    return {"hook": hook, "enable": enable, "remove_hook": daemon.hooks.remove}


def _local(daemon: Daemon) -> LocalRuntime:
    if not isinstance(daemon.runtime, LocalRuntime):
        raise TypeError("only with the local runtime")
    return daemon.runtime


def _life(daemon: Daemon, server: HttpServer) -> dict[str, Callable[..., Any]]:
    def restart_daemon(down_seconds: float, processes: int | None) -> None:
        """Drop every connection but the control API's; no plugin is known until its first heartbeat."""
        daemon.down = True
        daemon.runtime.restart(processes)
        for session in list(daemon.endpoints.sessions.values()):
            session.close()
        server.drop_all()
        gevent.spawn_later(daemon.clock.wall(down_seconds), setattr, daemon, "down", False)

    def processes() -> list[dict[str, Any]]:
        if not isinstance(daemon.runtime, LocalRuntime):
            return []
        return [
            {
                "number": process.number,
                "pid": process.pid,
                "ready": process.ready,
                "rss": process.memory(),
                "cpu": process.cpu(),
                "backlog": process.peer.pump.backlog,
                "sessions": len(process.peer.listeners),
                "dropped_lines": process.peer.dropped,
                "beats": process.peer.beats,
                "longest_gap": process.peer.longest_gap,
            }
            for process in daemon.runtime.processes
        ]

    def hold(index: int, held: bool) -> None:
        _local(daemon).hold(index, held=held)

    def restart_delay(seconds: float) -> None:
        _local(daemon).restart_delay = seconds

    return {
        "kill_plugin": lambda index: _local(daemon).kill(index),
        "hold": hold,
        "restart_delay": restart_delay,
        "restart_plugin": daemon.runtime.restart,
        "restart_daemon": restart_daemon,
        "processes": processes,
        "ready": lambda: daemon.runtime.launched,
    }


def _looks(daemon: Daemon) -> dict[str, Callable[..., Any]]:
    def stats() -> dict[str, Any]:
        times = os.times()
        return {
            "cpu": times.user + times.system,
            "at": time.time(),
            "sessions": len(daemon.endpoints.sessions),
            "served": daemon.reverse.served,
        }

    def storage() -> dict[str, Any]:
        return {
            "counted": daemon.storage.counted,
            "limit": daemon.storage.limit,
            "keys": daemon.storage.keys(),
        }

    return {
        "sessions": lambda: [session.as_json() for session in daemon.endpoints.sessions.values()],
        "requests": daemon.endpoints.log.as_json,
        "clear_requests": daemon.endpoints.log.clear,
        "logs": daemon.journal.entries,
        "clear_logs": daemon.journal.clear,
        "stats": stats,
        "storage": storage,
        "storage_calls": lambda: list(daemon.reverse.stored),
        "storage_get": lambda key: daemon.storage.get(key).hex(),
        "storage_set": lambda key, value: daemon.storage.set(key, bytes.fromhex(value)),
    }


def _troubles(daemon: Daemon) -> dict[str, Callable[..., Any]]:
    def storage_fault(mode: str, seconds: float, ops: list[str], times: int | None) -> None:
        if mode:
            daemon.faults.storage.append(StorageFault(mode, seconds, tuple(ops), times))
        else:
            daemon.faults.storage.clear()

    def request_fault(path: str, how: str, **more: Any) -> None:
        daemon.faults.requests.append(RequestFault(path, how, **more))

    def cancel_calls() -> None:
        for session in list(daemon.endpoints.sessions.values()):
            session.cancel_calls()

    def execution_limit(seconds: float) -> None:
        daemon.endpoints.limit(daemon.clock.wall(seconds))

    def storage_latency(read: float, write: float, keys: str = "") -> None:
        daemon.reverse.latency = {"get": read, "exist": read, "set": write, "del": write}
        daemon.reverse.slow_keys = keys

    def storage_limit(size: int) -> None:
        daemon.storage.limit = size

    return {
        "storage_fault": storage_fault,
        "request_fault": request_fault,
        "storage_latency": storage_latency,
        "storage_limit": storage_limit,
        "cancel_calls": cancel_calls,
        "execution_limit": execution_limit,
        "clear_faults": daemon.faults.clear,
    }
