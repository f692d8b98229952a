"""How old the shown text is while answers share a workspace under Slack's documented tiers; and Slack's 429s.

    python -m benchmarks.staleness

Each way of showing answers has a Slack of its own, so that each has all of the tiers; the same number of answers with
the same pieces at the same times. All wait for LATENCY seconds at each call. Asker and colleague are two members of the
channel: a stream grows for the asker alone (docs/platform/slack.md#stream-visibility).
"""

import json
import re
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from itertools import chain
from multiprocessing import get_context
from typing import NamedTuple

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from benchmarks.ages import Visible, ages, percentile
from benchmarks.best_schedule import Kind, best
from benchmarks.pair import deliver, mention
from benchmarks.rivals import EDITS, STREAM, STREAM_EAGER, Patient, Place, rivals
from simulators.dify import script
from simulators.launch import Running, launch
from simulators.slack.seen import SeenState
from simulators.slack.workspace import Workspace
from simulators.stack import MANIFEST, Stack

LATENCY = 0.2
OURS = {"Slack Bridge, automatic": "auto", "Slack Bridge, streams": "stream"}
WAYS = *OURS, STREAM, STREAM_EAGER, EDITS
EDITED = 4  # answers at once that the style `auto` edits in channels, so that everybody sees them grow


def kind(way: str, answers: int) -> Kind:
    """By what the best schedule may show answers that this way is held against."""
    if way == EDITS:
        return "edit"
    if OURS.get(way) == "auto":
        return "edit" if answers <= EDITED else "any"
    return "stream"


WORD = re.compile(r"w(\d{4})")
BEGIN = 1.0  # seconds until the first question
SENDERS = 32  # questions that may wait for their acks at once
TRAILING = 6.0  # seconds after the last piece in which a last call may still come


class Crowd(NamedTuple):
    """So many answers, `apart` seconds one after the other; each has `pace` pieces a second for `seconds`.

    `size`: characters of a piece. `scale`: wall seconds per second; the simulated Slack's time goes with it.
    """

    answers: int
    apart: float
    seconds: float
    pace: float
    size: int
    scale: float

    @property
    def pieces(self) -> list[str]:
        """The answer. Each piece begins with the word by which it is found again."""
        many = round(self.seconds * self.pace)
        return [f"w{number:04d} ".ljust(self.size - 1, "x").ljust(self.size) for number in range(many)]

    def said(self, began: float) -> list[float]:
        """When each piece comes, if the first one comes then."""
        return [began + number / self.pace for number in range(len(self.pieces))]

    @property
    def lasting(self) -> float:
        """Seconds from the first question to the end of the last answer."""
        return self.apart * self.answers + self.seconds


# Twenty streams may begin in a minute, and no answer is longer than an edited `text` may be (4,000 bytes).
CROWDS = (
    (Crowd(1, 3.0, 45.0, 10, 8, 1.0), Crowd(10, 3.0, 75.0, 5, 10, 0.5)),
    (Crowd(50, 3.25, 165.0, 2, 11, 1 / 3),),
    (Crowd(200, 0.2, 90.0, 0.5, 40, 0.75),),
)
"""What stands together is measured at once."""
QUICK = ((Crowd(1, 3.0, 6.0, 10, 8, 1.0), Crowd(4, 1.0, 8.0, 5, 10, 0.5)),)


class Staleness(NamedTuple):
    """Seconds, over time and over all answers. `best_` is the best schedule's, of streams, of edits, or of both.

    `missing`: answers that never began, and are in no figure.
    """

    way: str
    answers: int
    asker_p50: float
    asker_p95: float
    colleague_p50: float
    colleague_p95: float
    best_p50: float
    best_p95: float
    ratio_p50: float
    ratio_p95: float
    refused: int
    missing: int


class Spot(NamedTuple):
    """A channel for one answer, and its two members."""

    channel: str
    asker: str
    colleague: str


class Watched(NamedTuple):
    """One answer: when its first piece was said (wall epoch), and what the asker and the colleague saw of it."""

    began: float
    asker: list[Visible]
    colleague: list[Visible]


def shown(states: Sequence[SeenState]) -> list[Visible]:
    """How many pieces each state shows: all to the last one whose word stands in it."""
    return [Visible(state.at, max(map(int, WORD.findall(state.text)), default=-1) + 1) for state in states]


def figure(way: str, crowd: Crowd, watched: Sequence[Watched], refused: int) -> Staleness:
    """Ages of all answers of one way, in the seconds of the simulated Slack."""
    zero = min(one.began for one in watched)

    def seconds(at: float) -> float:
        return (at - zero) / crowd.scale

    said = [crowd.said(seconds(one.began)) for one in watched]

    def all_ages(every: Sequence[Sequence[Visible]]) -> list[float]:
        return list(chain.from_iterable(map(ages, said, every)))

    def scaled(steps: Sequence[Visible]) -> list[Visible]:
        return [Visible(seconds(step.at), step.pieces) for step in steps]

    asker = all_ages([scaled(one.asker) for one in watched])
    colleague = all_ages([scaled(one.colleague) for one in watched])
    ideal = all_ages(best(said, kind(way, crowd.answers), LATENCY))
    best_p50, best_p95 = _middle_and_worst(ideal)
    p50, p95 = _middle_and_worst(asker)
    missing = crowd.answers - len(watched)
    ratios = round(p50 / best_p50, 2), round(p95 / best_p95, 2)
    return Staleness(
        way,
        crowd.answers,
        p50,
        p95,
        *_middle_and_worst(colleague),
        best_p50,
        best_p95,
        *ratios,
        refused,
        missing,
    )


def _middle_and_worst(found: Sequence[float]) -> tuple[float, float]:
    return round(percentile(found, 0.5), 2), round(percentile(found, 0.95), 2)


class Slack:
    """One way's own simulated Slack, with a channel for each answer."""

    def __init__(self, workspace: Workspace, crowd: Crowd) -> None:
        self.workspace, self._crowd = workspace, crowd
        workspace.configure(events_url="")
        workspace.rules(latency=LATENCY, echo=False)
        self.spots = [self._spot(number) for number in range(crowd.answers)]

    def _spot(self, number: int) -> Spot:
        people = [self.workspace.add_user(f"{role}-{number}") for role in ("asker", "colleague")]
        return Spot(self.workspace.add_channel(f"stale-{number}", members=people), *people)

    def watched(self, began: Sequence[float | None]) -> list[Watched]:
        """What the two viewers of each channel saw. An answer is one message or more."""
        return [
            Watched(at, self._seen(spot.channel, spot.asker), self._seen(spot.channel, spot.colleague))
            for spot, at in zip(self.spots, began, strict=True)
            if at is not None
        ]

    def _seen(self, channel: str, user: str) -> list[Visible]:
        ours = [message.ts for message in self.workspace.messages(channel) if message.ours]
        return shown(list(chain.from_iterable(self.workspace.seen_by(user, channel, ts) for ts in ours)))

    def refused(self) -> int:
        """Answers with 429 so far."""
        return sum(counts.get("429", 0) for counts in self.workspace.call_counts().values())


class Bridge:
    """The plugin with a stack of its own."""

    def __init__(self, crowd: Crowd, style: str) -> None:
        self._crowd = crowd
        self.stack = Stack.start(crowd.scale, tiers=True)
        self._app = self.stack.dify.app("stale", "chat")
        self.slack = Slack(self.stack.slack, crowd)
        workspace = self.stack.slack
        secrets = {"bot_token": workspace.token, "signing_secret": workspace.signing_secret}
        self._hook = self.stack.daemon.add_hook(
            {"app": {"app_id": self._app, "inputs": {}}, "reply_style": style, **secrets}
        )
        self.stack.dify.script(script.pieces(*crowd.pieces, gap=1 / crowd.pace), self._app)

    def run(self, first: float) -> list[float | None]:
        """Ask, the first question at this moment; returns when each answer began, once all must have ended."""
        workspace = self.stack.slack
        bodies = [
            mention(workspace, spot.channel, spot.asker, f"go {number}")
            for number, spot in enumerate(self.slack.spots)
        ]

        def ask(number: int) -> None:
            _sleep_until(first + number * self._crowd.apart * self._crowd.scale)
            deliver(workspace, f"{self._hook}/slack/events", bodies[number])

        with ThreadPoolExecutor(SENDERS) as pool:  # no question waits for the ack of the one before
            list(pool.map(ask, range(len(bodies))))
        _sleep_until(first + (self._crowd.lasting + TRAILING) * self._crowd.scale)
        runs = {str(run["query"]): float(run["first_text"]) for run in self.stack.dify.invocations()}
        found = [runs.get(f"go {number}") for number in range(self._crowd.answers)]
        if None in found:
            print("\n".join(self.stack.daemon.log().splitlines()[-20:]), flush=True)
        return found

    def stop(self) -> None:
        """End everything."""
        self.stack.stop()


def open_threads(url: str, spots: Sequence[Spot]) -> list[str]:
    """A question in each channel; the threads for a rival's answers."""
    workspace = Workspace(url)
    return [workspace.say(spot.channel, spot.asker, "go") for spot in spots]


def compete(
    name: str, url: str, crowd: Crowd, spots: Sequence[Spot], roots: Sequence[str], first: float
) -> list[float]:
    """A rival shows all answers, each in a thread of its own; returns when each began, once all must have ended."""
    workspace = Workspace(url)
    until = first + (crowd.lasting + TRAILING) * crowd.scale
    client = WebClient(
        workspace.token,
        base_url=workspace.api_url,
        timeout=120,
        retry_handlers=[Patient(crowd.scale, until)],
    )
    show = rivals(crowd.scale)[name]
    began = [first + number * crowd.apart * crowd.scale for number in range(crowd.answers)]

    def pieces(at: float) -> Iterator[str]:
        for number, piece in enumerate(crowd.pieces):
            _sleep_until(at + number / crowd.pace * crowd.scale)
            if time.time() > until:  # it is far behind, and nobody looks any more
                return
            yield piece

    def answer(number: int) -> None:
        spot = spots[number]
        place = Place(spot.channel, roots[number], workspace.team_id, spot.asker)
        with suppress(SlackApiError):  # 429 after the end
            show(client, place, pieces(began[number]))

    with ThreadPoolExecutor(crowd.answers) as pool:
        list(pool.map(answer, range(crowd.answers)))
    return began


class Rival:
    """One rival with a Slack of its own; it runs in a process of its own."""

    def __init__(self, crowd: Crowd, name: str) -> None:
        self._crowd, self._name = crowd, name
        arguments = ("--time-scale", str(crowd.scale), "--tiers", "on", "--manifest", str(MANIFEST))
        self._program: Running = launch("simulators.slack", *arguments)
        self.slack = Slack(Workspace(self._program.url), crowd)
        self._pool = ProcessPoolExecutor(1, get_context("spawn"))
        self._roots = self._pool.submit(open_threads, self._program.url, self.slack.spots).result()

    def run(self, first: float) -> list[float | None]:
        """See `compete`."""
        given = (self._name, self._program.url, self._crowd, self.slack.spots, self._roots, first)
        return list(self._pool.submit(compete, *given).result())

    def stop(self) -> None:
        """End its process and its Slack."""
        self._pool.shutdown()
        self.slack.workspace.close()
        self._program.stop()


def _sleep_until(at: float) -> None:
    time.sleep(max(0.0, at - time.time()))


def together(crowds: Sequence[Crowd]) -> Iterator[Staleness]:
    """All ways of all these crowds at the same time."""
    with ExitStack() as undo:
        running: list[tuple[str, Crowd, Bridge | Rival]] = []
        for crowd in crowds:
            for way in WAYS:
                one = Bridge(crowd, OURS[way]) if way in OURS else Rival(crowd, way)
                undo.callback(one.stop)
                running.append((way, crowd, one))
        first = time.time() + BEGIN
        with ThreadPoolExecutor(len(running)) as pool:
            began = list(pool.map(lambda each: each[2].run(first), running))
        for (way, crowd, one), at in zip(running, began, strict=True):
            yield figure(way, crowd, one.slack.watched(at), one.slack.refused())


def figures(crowds: Sequence[Sequence[Crowd]] = CROWDS) -> list[Staleness]:
    """Of each crowd, each way, as they come."""
    found = []
    for some in crowds:
        for one in together(some):
            print(json.dumps(one._asdict()), flush=True)
            found.append(one)
    return found


if __name__ == "__main__":
    figures()
