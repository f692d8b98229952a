"""How long a member waits until the app is asked, and until its first words stand, with a cold process and a warm one.

    python -m benchmarks.waits

In real time, with LATENCY seconds for each call to Slack.
"""

import json
import time
from itertools import count
from statistics import median
from typing import Any, NamedTuple

from simulators.dify import script
from simulators.slack.workspace import ANNA
from simulators.stack import Stack

LATENCY = 0.2
TIMES = 3
COLD = 2  # processes, each asked once
GAP = 0.05  # seconds between two pieces of a short answer
REST = 1.5  # seconds between two questions in one channel, which takes one post a second


class Wait(NamedTuple):
    """Seconds, from Slack's event to the app's run, and from the app's first whole word to its first text in Slack.

    The end of a word is known when a blank has come.
    """

    name: str
    times: int
    asked_p50: float
    asked_max: float
    first_text_p50: float
    first_text_max: float


class Waits:
    """One stack in real time. Each workspace has its own token, of which the process knows nothing yet."""

    def __init__(self) -> None:
        self.stack = Stack.start(1.0)
        self.slack, self.dify = self.stack.slack, self.stack.dify
        self.app = self.dify.app("bench", "advanced-chat")
        self._numbers = count(1)
        self.channel = ""

    def new_workspace(self, **settings: Any) -> None:
        """Begin with a hook, a token and a channel that nobody has used."""
        number = next(self._numbers)
        self.slack.configure(token=f"xoxb-waits-{number:04d}")
        secrets = {"bot_token": self.slack.token, "signing_secret": self.slack.signing_secret}
        hook = self.stack.daemon.add_hook({"app": {"app_id": self.app, "inputs": {}}, **secrets, **settings})
        urls = {f"{name}_url": f"{hook}/slack/{name}" for name in ("events", "interactions")}
        self.slack.configure(**urls)
        self.channel = self.slack.add_channel(f"waits-{number}")
        self.slack.rules(latency=LATENCY)

    def one(self, *, thread_ts: str = "") -> tuple[str, float, float]:
        """Ask one question. Returns its ts, and the two times of a Wait."""
        self.dify.reset()
        time.sleep(REST)
        self.dify.script(script.pieces("Hello", " there,", " Anna.", gap=GAP, after=0.5), self.app)
        ts = self.slack.mention(self.channel, ANNA, "What now?", thread_ts=thread_ts, only=["app_mention"])
        root = thread_ts or ts
        answers = len(self.slack.answers(self.channel, root))
        self.dify.wait_ended(1, timeout=60)
        self.slack.wait_for(lambda: len(self.slack.answers(self.channel, root)) > answers, 60)
        self.slack.wait_for(lambda: not self.slack.open_streams(), 60)
        [run] = self.dify.invocations()
        [delivery] = self.slack.deliveries("app_mention", ts=ts)
        answer = self.slack.answers(self.channel, root)[answers]
        # A state is noted when its call is carried out, so its time holds the call's latency.
        first = next(one.at for one in self.slack.states(self.channel, answer.ts) if one.text.strip())
        return ts, run["started"] - delivery.attempts[0].at, first - run["first_text"] - GAP


def _s(seconds: float) -> float:
    return round(seconds, 3)


def _wait(name: str, found: list[tuple[str, float, float]]) -> Wait:
    asked, first = [one[1] for one in found], [one[2] for one in found]
    times = (median(asked), max(asked), median(first), max(first))
    return Wait(name, len(found), *map(_s, times))


def waits(times: int = TIMES, cold_times: int = COLD) -> list[Wait]:
    """First questions, with a process that has just begun and with one that runs; later questions; in threads."""
    cold: list[tuple[str, float, float]] = []
    for _ in range(cold_times):
        bench = Waits()
        try:
            bench.new_workspace()
            cold.append(bench.one())
        finally:
            bench.stack.stop()
    bench, first, later, threads = Waits(), [], [], []
    try:
        for _ in range(times):
            bench.new_workspace()
            first.append(bench.one())
            later.append(bench.one())
            threads.append(bench.one(thread_ts=later[-1][0]))
    finally:
        bench.stack.stop()
    return [
        _wait("first question of a process", cold),
        _wait("first question of a workspace", first),
        _wait("later question", later),
        _wait("later question in a thread", threads),
    ]


if __name__ == "__main__":
    for one in waits():
        print(json.dumps(one._asdict()), flush=True)
