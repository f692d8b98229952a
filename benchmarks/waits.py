"""How long a member waits: until the app is asked, until its first words stand, and how old the shown text is.

In real time, with LATENCY seconds for each call to Slack. `python -m benchmarks.waits` writes benchmarks/waits.json.
"""

import json
import platform
import re
import time
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from statistics import mean, median
from typing import Any

from simulators.dify import script
from simulators.slack.workspace import ANNA
from simulators.stack import Stack

LATENCY = 0.2
TIMES = 9
FIGURES = Path(__file__).parent / "waits.json"
WORD = re.compile(r"w(\d+)\b")
PACE = 5  # words a second while staleness is measured
GAP = 0.05  # seconds between two pieces of a short answer
APART = 3.25  # seconds between two questions of a crowd: 20 streams may begin in a minute
REST = 1.5  # seconds between two questions in one channel, which takes one post a second
TIERS = {"stream": 100, "edit": 50}  # calls a minute


@dataclass(frozen=True, slots=True)
class Wait:
    """Seconds, from Slack's event to the app's run, and from the app's first word to its first text in Slack.

    The end of a word is known when the next one begins.
    """

    name: str
    times: int
    asked_p50: float
    asked_max: float
    first_text_p50: float
    first_text_max: float


@dataclass(frozen=True, slots=True)
class Staleness:
    """Seconds in the mean from the end of a word of the app until it stands in Slack.

    `best` is by the best possible schedule. The end of a word is known when the next one begins, and Slack loses blanks
    at the beginning of what is appended, so that no schedule can append the word before.
    """

    style: str
    answers: int
    mean: float
    best: float
    ratio: float


class Waits:
    """One stack in real time. Each workspace has its own token, of which the process knows nothing yet."""

    def __init__(self, *, tiers: bool = False) -> None:
        self.stack = Stack.start(1.0, tiers=tiers)
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

    def crowd(self, style: str, answers: int, seconds: float) -> Staleness:
        """Ask so many questions APART seconds apart; each is answered with PACE words a second."""
        self.new_workspace(reply_style=style)
        self.dify.reset()
        words = [f" w{number}" for number in range(int(seconds * PACE))]
        self.dify.script(script.pieces(*words, gap=1 / PACE), self.app)
        channels = [self.slack.add_channel(f"{style}-{answers}-{number}") for number in range(answers)]
        began = time.monotonic()
        for number, channel in enumerate(channels):
            time.sleep(max(0.0, began + number * APART - time.monotonic()))
            person = self.slack.add_user(f"person-{number}")
            self.slack.say(channel, person, self.slack.mentioning(f"go {number}"), only=["app_mention"])
        self.dify.wait_ended(answers, timeout=seconds + 120)
        self.slack.wait_for(lambda: not self.slack.open_streams(), 180)
        time.sleep(5)
        runs = {str(run["query"]): run for run in self.dify.invocations()}
        shown = [self._shown(channel) for channel in channels]
        spans = [(min(times.values()), max(times.values())) for times in shown]
        ages, best = [], []
        for number, times in enumerate(shown):
            said = runs[f"go {number}"]["first_text"]
            for word, at in times.items():
                ages.append(at - said - (word + 1) / PACE)
                many = max(sum(begin <= now <= end for begin, end in spans) for now in (at, at - ages[-1]))
                best.append(max(1, many) * 60 / TIERS[style] / 2 + LATENCY)
        return Staleness(style, answers, _s(mean(ages)), _s(mean(best)), round(mean(ages) / mean(best), 2))

    def _shown(self, channel: str) -> dict[int, float]:
        """When each word was shown first."""
        shown: dict[int, float] = {}
        for message in self.slack.messages(channel):
            for state in self.slack.states(channel, message.ts) if message.ours else ():
                for word in WORD.findall(state.text):
                    shown.setdefault(int(word), state.at)
        return shown


def _s(seconds: float) -> float:
    return round(seconds, 3)


def _wait(name: str, found: list[tuple[str, float, float]]) -> Wait:
    asked, first = [one[1] for one in found], [one[2] for one in found]
    times = (median(asked), max(asked), median(first), max(first))
    return Wait(name, len(found), *map(_s, times))


def waits() -> list[Wait]:
    """First questions, with a process that has just begun and with one that runs; later questions; in threads."""
    cold: list[tuple[str, float, float]] = []
    for _ in range(3):
        bench = Waits()
        try:
            bench.new_workspace()
            cold.append(bench.one())
        finally:
            bench.stack.stop()
    bench, first, later, threads = Waits(), [], [], []
    try:
        for _ in range(TIMES):
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


def staleness() -> list[Staleness]:
    """Under the documented tiers, by streams and by edits."""
    found = []
    for style, answers, seconds in (
        ("stream", 1, 60.0),
        ("edit", 1, 60.0),
        ("stream", 10, 90.0),
        ("stream", 50, 175.0),
    ):
        bench = Waits(tiers=True)
        try:
            found.append(bench.crowd(style, answers, seconds))
        finally:
            bench.stack.stop()
        print(json.dumps(asdict(found[-1])), flush=True)
    return found


def main() -> None:
    """Print the figures as they come, and write them."""
    waited = waits()
    for one in waited:
        print(json.dumps(asdict(one)), flush=True)
    figures = {
        "python": platform.python_version(),
        "latency": LATENCY,
        "waits": [asdict(one) for one in waited],
        "staleness": [asdict(one) for one in staleness()],
    }
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
