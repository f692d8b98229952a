"""Under the hood: what went between Slack, the plugin and Dify, as lines of a log that change until they are over."""

import time
from collections.abc import Iterator

from simulators.http1.control import ControlError
from simulators.playground.behind import Behind
from simulators.slack.calls import CallRecord
from simulators.slack.deliveries import Delivery
from simulators.slack.double import Double
from simulators.slack.messages import Json

KEPT = 300  # lines
SHOWN = 60  # characters of a text
BETWEEN = 0.2  # wall seconds between two looks at the daemon and at Dify
QUIET = {"apps.connections.open"}
TEXTS = ("text", "markdown_text", "status", "name")


class Hood:
    """Each line: id, at (wall epoch), lane, title, detail, state (running, good, bad).

    The lanes are event (Slack to the plugin), turn (the plugin to itself), dify, and slack (the plugin to Slack).
    `plugin` is what `Behind.plugin` gave last.
    """

    def __init__(self, double: Double) -> None:
        self._double = double
        self._lines: dict[str, Json] = {}
        self._since = {"requests": 0, "invocations": 0}
        self._asked = 0.0
        self.plugin: Json = {"ready": False, "pid": 0}

    def note(self, key: str, at: float, title: str, status: int, ms: float) -> None:
        """What Slack sent for a press, a command or a modal, and how the plugin answered."""
        state = "good" if 200 <= status < 300 else "bad"
        self._put(key, at, "event", title, f"ack {status} after {ms:.0f} ms" if status else "no ack", state)

    def look(self, behind: Behind | None) -> dict[str, Json]:
        """All lines by their id, after a look at the three simulators."""
        for delivery in self._double.deliveries.records[-KEPT:]:
            self._delivery(delivery)
        calls = list(self._double.calls.select())[-KEPT:]
        for call in calls:
            if call.method not in QUIET:
                self._call(call)
        if behind is not None and time.monotonic() - self._asked > BETWEEN:
            self._asked = time.monotonic()
            self.plugin = behind.plugin()
            try:
                self._requests(behind)
                self._invocations(behind)
            except (ControlError, OSError):
                pass  # the daemon restarts
        for key in sorted(self._lines, key=lambda key: float(self._lines[key]["at"]))[:-KEPT]:
            del self._lines[key]
        return dict(self._lines)

    def _put(self, key: str, at: float, lane: str, title: str, detail: str, state: str) -> None:
        line = {"id": key, "at": at, "lane": lane, "title": title, "detail": detail, "state": state}
        self._lines[key] = line

    def _delivery(self, delivery: Delivery) -> None:
        if not delivery.attempts:
            return
        told = []
        for attempt in delivery.attempts:
            name = f"retry {attempt.number}: " if attempt.number else ""
            if attempt.status or attempt.failure:
                told.append(f"{name}ack {attempt.status or attempt.failure} after {attempt.ms:.0f} ms")
            else:
                told.append(f"{name}waits for the ack")
        state = {"pending": "running", "accepted": "good"}.get(delivery.state, "bad")
        self._put(
            f"e{delivery.number}", delivery.attempts[0].at, "event", delivery.kind, ", ".join(told), state
        )

    def _call(self, call: CallRecord) -> None:
        state = "running" if not call.outcome else "good" if call.outcome == "ok" else "bad"
        said = next((str(call.arguments[name]) for name in TEXTS if call.arguments.get(name)), "")
        ended = f"{call.outcome} after {call.ms:.0f} ms" if call.outcome else "runs"
        detail = f"{ended} · {shortened(said)}" if said else ended
        self._put(f"c{call.number}", call.at, "slack", call.method, detail, state)

    def _requests(self, behind: Behind) -> None:
        for entry in self._news(behind.daemon.requests(since=self._since["requests"]), "requests"):
            if not entry["path"].endswith("/slack/turns"):
                continue
            told = []
            if entry["first_byte"]:
                told.append(f"owned after {1000 * (entry['first_byte'] - entry['started']):.0f} ms")
            if entry["ended"]:
                told.append(f"{entry['outcome']} after {entry['ended'] - entry['started']:.1f} s")
            state = {"": "running", "complete": "good"}.get(entry["outcome"], "bad")
            detail = ", ".join(told) or "handed off"
            self._put(f"t{entry['number']}", entry["started"], "turn", "turn", detail, state)

    def _invocations(self, behind: Behind) -> None:
        for run in self._news(behind.dify.invocations(self._since["invocations"]), "invocations"):
            told = [f"{count} {name}" if count > 1 else name for name, count in run["kinds"].items()]
            texts = run["events"] - sum(run["kinds"].values())
            told.append(f"{texts} pieces of text")
            if run["first_text"]:
                told.append(f"first text after {1000 * (run['first_text'] - run['started']):.0f} ms")
            state = {"": "running", "done": "good"}.get(run["outcome"], "bad")
            detail = f"{run['outcome'] or 'runs'} · {', '.join(told)}"
            title = f"{behind.apps.get(run['app_id'], run['app_id'])} ({run['via']})"
            self._put(f"d{run['number']}", run["started"], "dify", title, detail, state)

    def _news(self, found: list[Json], name: str) -> Iterator[Json]:
        """Records that came or still ran when they were last read; the next look begins at the first that runs."""
        running = [record["number"] for record in found if not record["outcome"]]
        if found:
            self._since[name] = min(running, default=found[-1]["number"] + 1)
        yield from found


def shortened(text: str) -> str:
    """The end of a text, where it grows."""
    words = " ".join(text.split())
    return words if len(words) <= SHOWN else f"…{words[-SHOWN:]}"
