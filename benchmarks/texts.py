"""How long the app's first and last piece take until they stand in Slack, here and in three other ways.

    python -m benchmarks.texts

Of the grid of SPEEDS and LATENCIES, the cross through its middle is measured: each speed with MIDDLE_LATENCY, and each
latency with MIDDLE_SPEED. At each point all answers run at the same time, each in a channel of its own, and Slack's
tiers are off. A piece is a word of five letters and a blank. What counts is the asker's view.

When a last text stands hangs on where in the pace of its writes it falls, so each of our styles shows PHASES answers
whose lengths differ, so that their ends are spread over a pace; each in a workspace of its own, which shares nothing.
"""

import json
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import NamedTuple

from slack_sdk import WebClient

from benchmarks.pair import Pair, deliver, mention
from benchmarks.rivals import Place, rivals
from simulators.dify import script

SPEEDS = 20, 60, 200  # characters a second
LATENCIES = 0.0, 0.05, 0.2, 0.48  # seconds of each call of Slack
MIDDLE_SPEED, MIDDLE_LATENCY = 60, 0.2
SECONDS = 3.0  # of an answer, at least
CHARACTERS = 300  # of an answer, at least: more than `chat_stream` holds back
PIECE = 6
TIMES = 2
STYLES = "stream", "edit"
PHASES = 4
PACE = 1.2  # seconds between two edits, and twice those between two appends


class Shown(NamedTuple):
    """Seconds, medians of TIMES, and for our styles of as many times PHASES."""

    way: str
    speed: int
    latency: float
    first_text: float
    last_text: float


CROSS = (
    *((speed, MIDDLE_LATENCY) for speed in SPEEDS),
    *((MIDDLE_SPEED, latency) for latency in LATENCIES if latency != MIDDLE_LATENCY),
)


def words(speed: int) -> list[str]:
    """The answer's pieces."""
    return [f"w{number:04d} " for number in range(max(CHARACTERS, round(SECONDS * speed)) // PIECE)]


def shortened(every: list[str], phase: int, gap: float) -> list[str]:
    """The answer whose end falls so many PHASES of the pace earlier."""
    return every[: len(every) - phase * max(1, round(PACE / PHASES / gap))]


class Hooks:
    """The hooks of each style, and the apps behind them, by phase."""

    def __init__(self, pair: Pair) -> None:
        tokens = {(style, phase): f"xoxb-{style}-{phase}" for style in STYLES for phase in range(PHASES)}
        pair.slack.configure(events_url="", more_tokens=" ".join(tokens.values()))
        self.apps = [pair.dify.app(f"texts-{phase}", "advanced-chat") for phase in range(PHASES)]
        self.urls = {
            (style, phase): pair.hook(
                app={"app_id": self.apps[phase], "inputs": {}}, bot_token=token, reply_style=style
            )
            for (style, phase), token in tokens.items()
        }


class Point:
    """One speed and one latency."""

    def __init__(self, pair: Pair, speed: int, latency: float, hooks: Hooks) -> None:
        self._pair, self._slack = pair, pair.slack
        self._latency, self._hooks = latency, hooks
        self._words, self._gap = words(speed), PIECE / speed

    def run(self) -> dict[str, list[tuple[float, float]]]:
        """Of each way, the two times of each of its answers."""
        self._pair.dify.reset()
        for phase, app in enumerate(self._hooks.apps):
            said = shortened(self._words, phase, self._gap)
            self._pair.dify.script(script.pieces(*said, gap=self._gap, after=1.0), app)
        self._slack.rules(latency=self._latency, echo=False)
        with ThreadPoolExecutor(len(self._hooks.urls) + len(rivals())) as pool:
            ours = [(style, pool.submit(self._ours, style, phase)) for style, phase in self._hooks.urls]
            others = [(name, pool.submit(self._rival, name)) for name in rivals()]
        found: dict[str, list[tuple[float, float]]] = {}
        for way, told in [*((f"Slack Bridge, {style}", told) for style, told in ours), *others]:
            found.setdefault(way, []).append(told.result())
        return found

    def _ours(self, style: str, phase: int) -> tuple[float, float]:
        user, channel = self._slack.add_user("asker"), self._slack.add_channel("texts")
        question, said = f"{style} {phase}?", shortened(self._words, phase, self._gap)
        body = mention(self._slack, channel, user, question)
        deliver(self._slack, f"{self._hooks.urls[style, phase]}/slack/events", body)
        time.sleep(len(said) * self._gap + 1.0)
        self._wait(channel, said)
        [run] = [run for run in self._pair.dify.invocations() if run["query"].endswith(question)]
        return self._times(channel, user, said, run["first_text"])

    def _rival(self, name: str) -> tuple[float, float]:
        user, channel = self._slack.add_user("asker"), self._slack.add_channel("texts")
        root = self._slack.say(channel, user, "go")
        client = WebClient(self._slack.token, base_url=self._slack.api_url)
        began = time.time() + 1.0
        rivals()[name](client, Place(channel, root, self._slack.team_id, user), self._pieces(began))
        self._wait(channel, self._words)
        return self._times(channel, user, self._words, began)

    def _pieces(self, began: float) -> Iterator[str]:
        """The same pieces at the same pace, from this moment on."""
        for number, word in enumerate(self._words):
            time.sleep(max(0.0, began + number * self._gap - time.time()))
            yield word

    def _wait(self, channel: str, said: list[str]) -> None:
        self._slack.wait_for(lambda: said[-1].strip() in self._text(channel), 120)

    def _text(self, channel: str) -> str:
        return " ".join(message.text for message in self._slack.messages(channel) if message.ours)

    def _times(self, channel: str, user: str, said: list[str], first_piece: float) -> tuple[float, float]:
        """A state of Slack is noted when its call is carried out, so its time holds the call's latency."""
        last_piece = first_piece + (len(said) - 1) * self._gap
        states = [
            state
            for message in self._slack.messages(channel)
            if message.ours
            for state in self._slack.seen_by(user, channel, message.ts)
        ]
        first = min(state.at for state in states if said[0].strip()[:2] in state.text)
        last = min(state.at for state in states if said[-1].strip() in state.text)
        return first - first_piece, last - last_piece


def figures(many: int = TIMES, cross: Iterable[tuple[int, float]] = CROSS) -> list[Shown]:
    """Of each point of the cross, each way."""
    found: list[Shown] = []
    with Pair() as pair:
        hooks = Hooks(pair)
        Point(pair, MIDDLE_SPEED, 0.0, hooks).run()  # what a process loads and connects once
        for speed, latency in cross:
            runs = [Point(pair, speed, latency, hooks).run() for _ in range(many)]
            for way in runs[0]:
                every = [times for run in runs for times in run[way]]
                first, last = (round(median(times[side] for times in every), 3) for side in (0, 1))
                found.append(Shown(way, speed, latency, first, last))
                print(json.dumps(found[-1]._asdict()), flush=True)
    return found


if __name__ == "__main__":
    figures()
