"""How long the app's first and last piece take until they stand in Slack, here and in three other ways.

    python -m benchmarks.texts

Of the grid of SPEEDS and LATENCIES, the cross through its middle is measured: each speed with MIDDLE_LATENCY, and each
latency with MIDDLE_SPEED. At each point all answers run at the same time, each in a channel of its own, and Slack's
tiers are off. A piece is a word of five letters and a blank. What counts is the asker's view.
"""

import json
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from statistics import median
from typing import NamedTuple

from slack_sdk import WebClient

from benchmarks.pair import Pair, mention, post
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


class Shown(NamedTuple):
    """Seconds, medians of TIMES."""

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


class Point:
    """One speed and one latency."""

    def __init__(self, pair: Pair, speed: int, latency: float, hooks: dict[str, str]) -> None:
        self._pair, self._slack = pair, pair.slack
        self._speed, self._latency, self._hooks = speed, latency, hooks
        self._words, self._gap = words(speed), PIECE / speed

    def run(self) -> dict[str, tuple[float, float]]:
        """Of each way, the two times."""
        self._pair.dify.reset()
        self._pair.dify.script(script.pieces(*self._words, gap=self._gap, after=1.0), self._pair.app)
        self._slack.rules(latency=self._latency, echo=False)
        with ThreadPoolExecutor(8) as pool:
            found = {f"Slack Bridge, {style}": pool.submit(self._ours, style) for style in self._hooks}
            found |= {name: pool.submit(self._rival, name) for name in rivals()}
        return {name: told.result() for name, told in found.items()}

    def _ours(self, style: str) -> tuple[float, float]:
        user, channel = self._slack.add_user("asker"), self._slack.add_channel("texts")
        body = mention(self._slack, channel, user, f"{style}?")
        status, _ = post(f"{self._hooks[style]}/slack/events", body, self._slack.sign(body))
        if status != 200:
            raise RuntimeError(f"status {status}")
        time.sleep(len(self._words) * self._gap + 1.0)
        self._wait(channel)
        [run] = [run for run in self._pair.dify.invocations() if run["query"].endswith(f"{style}?")]
        return self._times(channel, user, run["first_text"])

    def _rival(self, name: str) -> tuple[float, float]:
        user, channel = self._slack.add_user("asker"), self._slack.add_channel("texts")
        root = self._slack.say(channel, user, "go")
        client = WebClient(self._slack.token, base_url=self._slack.api_url)
        began = time.time() + 1.0
        rivals()[name](client, Place(channel, root, self._slack.team_id, user), self._pieces(began))
        self._wait(channel)
        return self._times(channel, user, began)

    def _pieces(self, began: float) -> Iterator[str]:
        """The same pieces at the same pace, from this moment on."""
        for number, word in enumerate(self._words):
            time.sleep(max(0.0, began + number * self._gap - time.time()))
            yield word

    def _wait(self, channel: str) -> None:
        self._slack.wait_for(lambda: self._words[-1].strip() in self._text(channel), 120)

    def _text(self, channel: str) -> str:
        return " ".join(message.text for message in self._slack.messages(channel) if message.ours)

    def _times(self, channel: str, user: str, first_piece: float) -> tuple[float, float]:
        """A state of Slack is noted when its call is carried out, so its time holds the call's latency."""
        last_piece = first_piece + (len(self._words) - 1) * self._gap
        states = [
            state
            for message in self._slack.messages(channel)
            if message.ours
            for state in self._slack.seen_by(user, channel, message.ts)
        ]
        first = min(state.at for state in states if self._words[0].strip()[:2] in state.text)
        last = min(state.at for state in states if self._words[-1].strip() in state.text)
        return first - first_piece, last - last_piece


def figures(times: int = TIMES, cross: Iterable[tuple[int, float]] = CROSS) -> list[Shown]:
    """Of each point of the cross, each way."""
    found: list[Shown] = []
    with Pair() as pair:
        pair.slack.configure(events_url="")
        hooks = {style: pair.hook(reply_style=style) for style in STYLES}
        Point(pair, MIDDLE_SPEED, 0.0, hooks).run()  # what a process loads and connects once
        for speed, latency in cross:
            runs = [Point(pair, speed, latency, hooks).run() for _ in range(times)]
            for way in runs[0]:
                first, last = (round(median(run[way][side] for run in runs), 3) for side in (0, 1))
                found.append(Shown(way, speed, latency, first, last))
                print(json.dumps(found[-1]._asdict()), flush=True)
    return found


if __name__ == "__main__":
    figures()
