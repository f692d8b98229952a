"""What a test of the wire holds: one daemon with the wire plugin in it, the simulated Dify behind it."""

import json
import re
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import httpx

from simulators.dify.control import DifyControl


class Daemon(Protocol):
    """The part of RealDaemon and of the simulated daemon's control that these tests use."""

    @property
    def cancels(self) -> bool: ...
    def hook(self, hook_id: str, settings: dict[str, Any]) -> str: ...
    def enable(self, hook_id: str, *, enabled: bool) -> None: ...
    def kill_plugin(self) -> Any: ...
    def restart_daemon(self, *, wait: bool = True) -> None: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer with the seconds of its head and of its end; `broken` names what cut it."""

    status: int
    headers: dict[str, str]
    body: bytes
    head: float
    end: float
    broken: str = ""

    def json(self) -> Any:
        return json.loads(self.body)

    def refusal(self) -> tuple[int, int, str]:
        """(HTTP status, code, message) of the daemon's own errors, whose message is JSON once more."""
        told = self.json()
        return self.status, told["code"], json.loads(told["message"])["message"]


@dataclass
class Wire:
    """`plugin(path, …)` is a request to the wire plugin; `journal(tag)` what it noted."""

    daemon: Daemon
    dify: DifyControl
    base: str
    journal_file: Path
    read_timeout: float
    request_limit: float
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(32))

    def plugin(self, path: str, *, method: str = "POST", patience: float = 30.0, **content: Any) -> Answer:
        """`patience`: how long the client waits for each read before it hangs up."""
        begun = time.monotonic()
        url = content.pop("base", self.base) + path
        got = bytearray()
        status, headers, head, broken = 0, {}, 0.0, ""
        try:
            with (
                httpx.Client(trust_env=False, timeout=patience) as client,
                client.stream(method, url, **content) as response,
            ):
                status, headers, head = response.status_code, dict(response.headers), time.monotonic() - begun
                for part in response.iter_raw():
                    got += part
        except httpx.HTTPError as error:
            broken = type(error).__name__
        return Answer(status, headers, bytes(got), head, time.monotonic() - begun, broken)

    def later(self, path: str, **content: Any) -> "Future[Answer]":
        """The same in the background."""
        return self._pool.submit(lambda: self.plugin(path, **content))

    def ask(self, app: str, **more: Any) -> dict[str, Any]:
        """One invocation through the plugin: its events, and the error's text without addresses."""
        told = self.plugin("/ask", json={"app": app, **more}).json()
        told["error"] = without_addresses(told["error"])
        return dict(told)

    def journal(self, tag: str) -> list[dict[str, Any]]:
        """What the plugin noted under this tag so far."""
        if not self.journal_file.exists():
            return []
        notes = [json.loads(line) for line in self.journal_file.read_text(encoding="utf-8").splitlines()]
        return [note for note in notes if note.get("tag") == tag]

    def verdict(self, tag: str, seconds: float) -> dict[str, Any]:
        """How the plugin's invocation ended, once it has."""

        def ended() -> list[dict[str, Any]]:
            return [note for note in self.journal(tag) if "seconds" in note]

        until(lambda: bool(ended()), seconds, f"the end of {tag}")
        return ended()[0]


def until(look: Callable[[], bool], seconds: float, what: str) -> None:
    """Looks every 50 ms; AssertionError names what did not come."""
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end, f"{what}: not within {seconds:g} s"
        time.sleep(0.05)


def without_addresses(text: str) -> str:
    """Loopback addresses and folders differ from run to run."""
    return re.sub(r"(open|stat) \S+/", r"\1 …/", re.sub(r"127\.0\.0\.1:\d+", "ADDRESS", text))
