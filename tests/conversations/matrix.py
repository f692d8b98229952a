"""The fault matrix: many turns at once, each with a fault of its own. Runs the rows and checks how they end."""

import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any

from simulators.daemon.control import DaemonControl
from simulators.dify import script
from simulators.slack.seen import SeenCall
from tests.conversations.expected import (
    COMPLETE,
    NEVER,
    TEXT,
    Expected,
    leaves_the_status,
    was_only_missed,
    written_after_stop,
)
from tests.conversations.stack import SimulatedDaemon
from tests.conversations.world import World

PARTS = (TEXT[:200], TEXT[200:500], TEXT[500:])
GROWING = script.pieces(*PARTS, gap=8.0)  # a first text, one on the way, one at the end
AT_ONCE = script.pieces(TEXT[:200], TEXT[200:], gap=0.5)  # a first text, and the rest with the end
USERS = "users.info"
RAW = "req_id: 4711 PluginInvokeError <html> Traceback xoxb-"
PACE = (
    5.0  # design seconds between two questions: some need two starts, and Slack's tier 2 allows 20 a minute
)
PEOPLE = 8
CALM = 20.0  # design seconds after which nothing that Slack or the bridge held back can still arrive


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one of Slack's methods in the row's channel; `more` is as in Workspace.fault."""

    method: str
    kind: str
    more: dict[str, Any]
    must_strike: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """One turn and the faults that happen in it."""

    name: str
    faults: tuple[Fault, ...] = ()
    steps: tuple[script.Step, ...] = tuple(GROWING)
    expected: Expected = COMPLETE

    @property
    def newcomer(self) -> bool:
        """Whether the member who asks is one whose name is not known yet."""
        return any(fault.method == USERS for fault in self.faults)

    @property
    def can_clear(self) -> bool:
        """Whether Slack finally lets the status line be cleared."""
        return not any(fault.method == "*" and fault.more.get("times", 1) is None for fault in self.faults)

    @property
    def can_stop(self) -> bool:
        """Whether Slack finally lets the stream be stopped."""
        for_ever = {fault.method for fault in self.faults if fault.more.get("times", 1) is None}
        return not for_ever & {"*", "chat.stopStream"}


def slack_fault(method: str, kind: str, *, must_strike: bool = True, **more: Any) -> Fault:
    return Fault(method, kind, more, must_strike)


def control_of(world: World) -> DaemonControl:
    """The control of the simulated daemon, since the matrix does not run on a real one."""
    assert isinstance(world.daemon, SimulatedDaemon)
    return world.daemon.control


@dataclass(frozen=True, slots=True)
class Asked:
    """A row whose question was asked."""

    row: Row
    channel: str
    asker: str
    root: str


def run(world: World, rows: Sequence[Row], *, pace: float = PACE) -> list[str]:
    """Ask every row's question in a channel of its own. Returns a line for each row that ended wrong.

    If the machine stands still for a moment, a stage of a turn can pass too quickly or be skipped. A row whose only
    complaint is that its fault never struck is therefore asked again, at most twice.
    """
    found: list[str] = []
    missed = list(rows)
    for again in ("", "-again", "-once-more"):
        asked = ask(world, [replace(row, name=row.name + again) for row in missed], pace=pace)
        wait_served(world)
        world.settle(CALM)
        lines = faults_found(world, asked)
        found = [line for line in found if not was_only_missed(line)] + lines
        names = {line.partition(": ")[0] for line in lines if was_only_missed(line)}
        missed = [row for row in missed if row.name + again in names]
        if not missed:
            break
    return found


def wait_served(world: World) -> None:
    """Wait until Slack has an answer to every event, and until no request is open."""
    world.wait(lambda: not world.slack.delivery_counts().get("pending"), 60)
    control_of(world).wait_idle(120)


def ask(world: World, rows: Sequence[Row], *, pace: float = PACE) -> list[Asked]:
    """Ask all questions, as fast as Slack lets streams begin; the turns are running when this returns."""
    assert len({row.name for row in rows}) == len(rows)
    asked = []
    due = time.monotonic()
    # One member may ask only so often.
    people = cycle([world.slack.add_user(f"asker-{n}") for n in range(PEOPLE)])
    for row in rows:
        asker = world.slack.add_user(f"asker-{row.name}") if row.newcomer else next(people)
        channel = world.slack.add_channel(row.name)
        for fault in row.faults:
            place = {"user": asker} if fault.method == USERS else {"channel": channel}
            world.slack.fault(fault.method, fault.kind, **place, **fault.more)
        world.dify.script(list(row.steps), world.app_id, when=f"[{row.name}]")
        time.sleep(max(0.0, due - time.monotonic()))
        due = time.monotonic() + pace * world.scale
        asked.append(Asked(row, channel, asker, world.slack.mention(channel, asker, f"[{row.name}]")))
    return asked


def faults_found(world: World, asked: Iterable[Asked], *, logged: bool = True) -> list[str]:
    """A line for each row that does not end as it must. `logged`: its process lived long enough to write its log line.

    A row whose fault never struck had no trouble, so its answer must be complete.
    """
    queries = Counter(one["query"] for one in world.dify.invocations())
    unstopped = {message.channel for message in world.slack.open_streams()}
    waiting = {
        fault["channel"] or fault["user"]
        for fault in world.slack.faults()
        if fault["times"] or not fault["struck"]  # a fault without an end must have struck at least once
    }
    outcomes = turn_outcomes(world)
    calls = world.slack.calls("chat.*")
    found = []
    for one in asked:
        missed = bool({one.channel, one.asker} & waiting) and all(
            fault.must_strike for fault in one.row.faults
        )
        expected = COMPLETE if missed else one.row.expected
        wrong = list(_wrong(world, one, expected))
        if logged and outcomes.get(one.root) != [expected.outcome]:
            wrong.append(f"the log says {outcomes.get(one.root)}")
        if queries[f"[{one.row.name}]"] != 1:
            wrong.append(f"the app was asked {queries[f'[{one.row.name}]']} times")
        if one.channel in unstopped and one.row.can_stop:
            wrong.append("a stream is open or broken")
        if more := written_after_stop([call for call in calls if call.arguments["channel"] == one.channel]):
            wrong.append(f"{more} after somebody had stopped it")
        if missed:
            wrong.append(NEVER)
        if wrong:
            found.append(f"{one.row.name}: {'; '.join(wrong)}")
    return found


def turn_outcomes(world: World) -> dict[str, list[str]]:
    """For each answered message: the outcomes that the log names for its turns."""
    outcomes: dict[str, list[str]] = {}
    for entry in control_of(world).logs():
        message = str(entry.get("message", ""))
        if message.startswith('{"turn":'):
            turn = json.loads(message)["turn"]
            outcomes.setdefault(turn["ts"], []).append(turn["outcome"])
    return outcomes


def calls_in(world: World, channel: str) -> list[SeenCall]:
    """All calls about a channel."""
    places = ((call, call.arguments) for call in world.slack.calls())
    return [call for call, named in places if channel in {named.get("channel"), named.get("channel_id")}]


def _wrong(world: World, one: Asked, expected: Expected) -> Iterable[str]:
    ours = world.slack.answers(one.channel, one.root)
    # If Slack is slow to tell who asks, the line is what the last accepted call sets: nothing can clear that line.
    if world.slack.status(one.channel, one.root).current and (
        one.row.can_clear or not leaves_the_status(calls_in(world, one.channel))
    ):
        yield "the status line stays"
    shown = "".join(message.seen for message in ours)
    if any(word in shown for word in RAW.split()):
        yield "something raw is shown"
    if not expected.is_met("".join(message.text for message in ours)):
        texts = [f"{message.method}: {message.text[:25]!r}…{message.text[-35:]!r}" for message in ours]
        yield f"{len(ours)} messages are not {expected.kind}: {texts}"
