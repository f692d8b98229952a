"""How soon Slack gets its ack: from the first packet of an event to the last byte of the 200, in turns with two floors.

    python -m benchmarks.acks

The floors are a bare plugin behind the same daemon: one endpoint that returns 200 at once, and one that makes the one
request that an ack needs, to an endpoint of its own, and waits for the first byte of its answer. Slack answers
each call after LATENCY seconds. Each round measures all three, idle (an event at a time to each of them, and its turn
ends before the next, so that a machine that is busy for a moment is so for all three) and with RATE events a second.
"""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from statistics import median
from typing import NamedTuple

from benchmarks.pair import Pair, deliver, mention
from simulators.dify import script

LATENCY = 0.1
ROUNDS = 2
IDLE_EVENTS = 8  # of a round, to each
RATE = 20.0  # events a second
LOADED_SECONDS = 4.0
WORKERS = 64


class Ack(NamedTuple):
    """Milliseconds. `ratio`s are to the endpoint that returns at once, of the medians."""

    load: str
    endpoint: str
    events: int
    p50: float
    p95: float
    ratio_p50: float
    ratio_p95: float


class Acks:
    """The three endpoints, and events for them."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._numbers = count()
        self.urls = {
            "returns at once": f"{pair.bare_url}/bare/ack",
            "one request of its own": f"{pair.bare_url}/bare/hand_on",
            "Slack Bridge": f"{pair.plugin_url}/slack/events",
        }
        pair.slack.configure(events_url="")
        pair.slack.rules(latency=LATENCY, echo=False)
        pair.dify.script(script.pieces("Hello", " there,", " Anna.", gap=0.1, after=0.3), pair.app)
        self._people = [pair.slack.add_user(f"person-{number}") for number in range(40)]

    def bodies(self, many: int) -> list[bytes]:
        """Events of so many new messages, each in a channel of its own, which takes one post a second."""
        slack, numbers = self._pair.slack, [next(self._numbers) for _ in range(many)]
        return [
            mention(slack, slack.add_channel(f"acks-{n}"), self._people[n % 40], f"question {n}")
            for n in numbers
        ]

    def idle(self) -> Iterator[tuple[str, float]]:
        """One event at a time, to one endpoint after the other."""
        for _ in range(IDLE_EVENTS):
            for name, body in zip(self.urls, self.bodies(len(self.urls)), strict=True):
                yield name, self._ack(name, body)
                self._pair.settle()

    def loaded(self, name: str) -> Sequence[float]:
        """RATE events a second; all turns end before this returns."""
        bodies = self.bodies(int(RATE * LOADED_SECONDS))
        began = time.monotonic()

        def send(number: int, body: bytes) -> float:
            time.sleep(max(0.0, began + number / RATE - time.monotonic()))
            return self._ack(name, body)

        with ThreadPoolExecutor(WORKERS) as pool:
            found = list(pool.map(send, range(len(bodies)), bodies))
        self._pair.settle()
        return found

    def _ack(self, name: str, body: bytes) -> float:
        return deliver(self._pair.slack, self.urls[name], body)


def figures(rounds: int = ROUNDS) -> list[Ack]:
    """In turns, so many times."""
    found: dict[tuple[str, str], list[float]] = {}
    with Pair() as pair:
        acks = Acks(pair)
        for name in acks.urls:  # a first event loads what the others need not
            acks.loaded(name)
        for _ in range(rounds):
            for name, ms in acks.idle():
                found.setdefault(("idle", name), []).append(ms)
            for name in acks.urls:
                found.setdefault((f"{RATE:g} events/s", name), []).extend(acks.loaded(name))
    return [
        _figure(load, name, times, found[load, "returns at once"]) for (load, name), times in found.items()
    ]


def _figure(load: str, name: str, times: list[float], floor: list[float]) -> Ack:
    p50, p95 = median(times), _p95(times)
    ratios = round(p50 / median(floor), 2), round(p95 / _p95(floor), 2)
    return Ack(load, name, len(times), round(p50, 2), round(p95, 2), *ratios)


def _p95(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


if __name__ == "__main__":
    for one in figures():
        print(json.dumps(one._asdict()), flush=True)
