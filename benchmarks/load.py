"""Many turns at once through the real process: how soon acked, whether complete, what it costs."""

import time
from dataclasses import asdict, dataclass
from typing import Any

from simulators.daemon.control import DaemonControl
from simulators.dify import script
from simulators.stack import SimulatedDaemon, Stack

ANSWER = "word{n} "


@dataclass(frozen=True, slots=True)
class Load:
    """So many messages, `opening` of them a second (0: all at one instant), each answered over `seconds`.

    An answer comes with `rate` events a second.
    """

    name: str
    messages: int
    rate: float
    seconds: float
    opening: float = 0.0


@dataclass(slots=True)
class Figures:
    """Milliseconds and MiB of the wall.

    `asked`: runs of the app, as many as messages if each was answered once. `refused`: deliveries answered 503,
    which Slack repeated.
    """

    name: str
    messages: int
    events_per_second: float
    complete: int
    asked: int
    refused: int
    ack_p50: float
    ack_p99: float
    ack_max: float
    heartbeat_worst: float
    memory: float
    plugin_cpu: float
    daemon_cpu: float
    seconds: float


class Bench:
    """One stack in real time, Slack's tiers off, and one channel per fifty messages."""

    def __init__(self, scale: float = 1.0, *, tiers: bool = False) -> None:
        self.stack = Stack.start(scale, tiers=tiers)
        self.slack, self.dify = self.stack.slack, self.stack.dify
        assert isinstance(self.stack.daemon, SimulatedDaemon)
        self.daemon: DaemonControl = self.stack.daemon.control
        self.app = self.dify.app("bench", "advanced-chat")
        hook = self.stack.daemon.add_hook(
            {
                "app": {"app_id": self.app, "inputs": {}},
                "bot_token": self.slack.token,
                "signing_secret": self.slack.signing_secret,
            }
        )
        self.slack.configure(events_url=f"{hook}/slack/events")

    def stop(self) -> None:
        """End everything."""
        self.stack.stop()

    def run(self, load: Load, patience: float = 900.0) -> Figures:
        """Send all at once and wait until every one is answered."""
        self.dify.reset()
        words = [ANSWER.format(n=n) for n in range(int(load.rate * load.seconds))]
        self.dify.script(script.pieces(*words, gap=1 / load.rate), self.app)
        channels = [self.slack.add_channel(f"load-{n}") for n in range(load.messages // 50 + 1)]
        people = [self.slack.add_user(f"user{n}") for n in range(load.messages // 5 + 1)]
        before, began = self._cpu(), time.monotonic()
        roots = self.slack.together(
            {
                "channel": channels[n % len(channels)],
                "user": people[n % len(people)],
                "text": self.slack.mentioning(f"question {n}"),
                "only": ["app_mention"],
                "delay": n / load.opening if load.opening else 0.0,
            }
            for n in range(load.messages)
        )
        memory, heartbeats = 0.0, 0.0
        whole = "".join(words).strip()
        complete: set[str] = set()
        while len(complete) < load.messages and time.monotonic() - began < patience:
            time.sleep(2)
            memory = max(memory, self.daemon.rss() / 2**20)
            heartbeats = max(heartbeats, self._heartbeat_lag())
            if self.daemon.stats()["sessions"] > load.messages // 10:
                continue
            complete = self._complete(channels, roots, whole)
        after = self._cpu()
        taken = time.monotonic() - began
        acks = sorted(self._acks(roots))
        return Figures(
            name=load.name,
            messages=load.messages,
            events_per_second=load.messages * load.rate,
            complete=len(complete),
            asked=self.dify.counts()[0],
            refused=self._refused(roots),
            ack_p50=round(acks[len(acks) // 2], 1),
            ack_p99=round(acks[int(len(acks) * 0.99)], 1),
            ack_max=round(acks[-1], 1),
            heartbeat_worst=round(heartbeats, 1),
            memory=round(memory, 1),
            plugin_cpu=round(after[0] - before[0], 1),
            daemon_cpu=round(after[1] - before[1], 1),
            seconds=round(taken, 1),
        )

    def _complete(self, channels: list[str], roots: list[str], whole: str) -> set[str]:
        wanted = set(roots)
        texts: dict[str, str] = {}
        for channel in channels:
            for message in self.slack.messages(channel):
                if message.ours and not message.streaming:
                    texts[message.thread_ts] = texts.get(message.thread_ts, "") + message.text
        return {root for root, text in texts.items() if root in wanted and " ".join(text.split()) == whole}

    def _acks(self, roots: list[str]) -> list[float]:
        wanted = set(roots)
        return [
            attempt.ms
            for delivery in self.slack.deliveries("app_mention")
            if delivery.ts in wanted
            for attempt in delivery.attempts
        ] or [0.0]

    def _refused(self, roots: list[str]) -> int:
        wanted = set(roots)
        return sum(
            attempt.status == 503
            for delivery in self.slack.deliveries("app_mention")
            if delivery.ts in wanted
            for attempt in delivery.attempts
        )

    def _heartbeat_lag(self) -> float:
        """Seconds beyond the ten that some open turn's latest byte is late; 0 while all are on time."""
        now, worst = time.time(), 0.0
        for request in self.daemon.requests("/slack/turns"):
            if request["first_byte"] and not request["ended"]:
                expected = request["first_byte"] + 10.0 * self.stack.scale * (request["bytes_out"])
                worst = max(worst, now - expected)
        return max(0.0, worst)

    def _cpu(self) -> tuple[float, float]:
        return sum(process["cpu"] for process in self.daemon.processes()), self.daemon.stats()["cpu"]


def figures_as_json(figures: Figures) -> dict[str, Any]:
    """For the report file."""
    return asdict(figures)
