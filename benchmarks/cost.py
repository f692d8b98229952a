"""What a turn costs the processor and the memory of the plugin process, against a floor, with ever more open turns.

    python -m benchmarks.cost

The floor is the bare plugin: it hands the request on as the plugin does and drains the app's stream through the same
SDK, without Slack. Both get the same questions at the same time, so that they share the machine. All turns of a crowd
are open at once. Crowds that are compared get equally many events in a second, evenly, since events of one instant are
read in one go: so only the number of open turns differs. The machine's pace drifts within minutes, so each crowd is
watched twice, in an order that is its own mirror image, and the two are added up.
"""

import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, Self

from benchmarks.pair import Pair, mention, post
from handoff.claims import OPEN_TURNS
from simulators.daemon.control import DaemonControl
from simulators.dify import script

CROWDS = {1: 25.0, 10: 16.0, 100: 1.6, 400: 0.4}
"""Open turns, and events of each a second: 160 a second for all but one turn, which keeps the machine at work but not
full."""
OPENING = 160 / 21  # turns that begin in a second: so the events of all turns come one by one, 1/160 s apart
SECONDS = 20.0  # for which the processor is watched
HELD = 10  # more turns that say nothing meanwhile: they fill the memory that the warm-up left free
LATENCY = 0.1
TRIES = 4  # Slack sends an event that is not acked up to three times again


class Spent(NamedTuple):
    """By one crowd: seconds of the processor for so many events, and bytes by which the process grew for so many turns.

    The bytes are those of turns that have just opened: how much text each turn holds depends on the number of turns.
    """

    turns: int
    events: int
    cpu: float
    floor_cpu: float
    slack_calls: int
    memory: int
    floor_memory: int


class Cost(NamedTuple):
    """Of one crowd. Microseconds of processor time per event of the app, KiB of memory per open turn, and ratios.

    `slack_calls`: calls of Slack in the watched time, each of which the plugin's microseconds per event hold too;
    `per_call`: milliseconds that a call costs, if all that the plugin takes beyond the floor is its calls.
    """

    turns: int
    events: int
    cpu: float
    floor_cpu: float
    cpu_ratio: float
    slack_calls: int
    per_call: float
    memory: float
    floor_memory: float
    memory_ratio: float

    @classmethod
    def of(cls, turns: int, found: Sequence[Spent]) -> Self:
        """What the crowd spent all the times that it was watched."""
        opened, events, cpu, floor_cpu, calls, memory, floor_memory = map(sum, zip(*found, strict=True))
        return cls(
            turns,
            events,
            round(cpu * 1e6 / events, 1),
            round(floor_cpu * 1e6 / events, 1),
            round(cpu / floor_cpu, 2) if floor_cpu else 0.0,
            calls,
            round((cpu - floor_cpu) * 1000 / calls, 2) if calls else 0.0,
            round(memory / 1024 / opened, 1),
            round(floor_memory / 1024 / opened, 1),
            round(memory / floor_memory, 2) if floor_memory > 0 else 0.0,
        )


class Watched(NamedTuple):
    """One process, at one moment: seconds of processor time, and bytes."""

    cpu: float
    rss: int


def look(daemon: DaemonControl) -> Watched:
    """The process behind this daemon."""
    [process] = daemon.processes()
    return Watched(process["cpu"], process["rss"])


def crowd(turns: int, rate: float) -> Spent:
    """So many open turns, each with `rate` events a second, at both plugins at once. Fresh processes.

    HELD more turns are open, but no more in all than a process takes.
    """
    turns = min(turns, OPEN_TURNS - HELD)
    opening = turns / OPENING
    lasting = opening + SECONDS + 6.0
    with Pair() as pair:
        pair.slack.configure(events_url="")
        pair.slack.rules(latency=LATENCY, echo=False)
        warm_up(pair)
        pair.dify.script(script.say("Some words.") + script.wait(lasting + 5.0), pair.app)
        open_all(pair, HELD)
        pair.dify.script(script.pieces(*words(lasting, rate), gap=1 / rate), pair.app)
        before = look(pair.plugin), look(pair.bare)
        open_all(pair, turns)
        first = look(pair.plugin), look(pair.bare)
        calls = succeeded(pair)
        time.sleep(SECONDS)
        last = look(pair.plugin), look(pair.bare)
        calls = succeeded(pair) - calls
        pair.settle(lasting + 120)
    (cpu, floor_cpu), (memory, floor_memory) = (
        (b.cpu - a.cpu for a, b in zip(first, last, strict=True)),
        (b.rss - a.rss for a, b in zip(before, first, strict=True)),
    )
    return Spent(turns, round(turns * rate * SECONDS), cpu, floor_cpu, calls, memory, floor_memory)


def words(seconds: float, rate: float) -> Sequence[str]:
    """The pieces of an answer that lasts so long."""
    return [f"word{number} " for number in range(int(seconds * rate))]


def warm_up(pair: Pair) -> None:
    """Let both have answered, some at once, so that what a process loads and pools once is no turn's memory."""
    pair.dify.script(script.pieces("Hello ", "there ", "now.", gap=0.2), pair.app)
    open_all(pair, 10)
    pair.settle()


def open_all(pair: Pair, turns: int) -> None:
    """So many questions to each, OPENING a second, each in a channel of its own."""
    bodies = [
        mention(pair.slack, pair.slack.add_channel(f"cost-{turns}-{n}"), pair.slack.add_user(f"p{n}"), "go")
        for n in range(turns)
    ]
    drain = json.dumps({"app_id": pair.app, "query": "go"}).encode()
    began = time.monotonic()

    def ask(number: int) -> None:
        time.sleep(max(0.0, began + number / OPENING - time.monotonic()))
        body = bodies[number]
        for _ in range(TRIES):
            if post(f"{pair.plugin_url}/slack/events", body, pair.slack.sign(body))[0] == 200:
                break
        else:
            raise RuntimeError(f"never acked; {pair.plugin.logs('log')[-3:]}")
        post(f"{pair.bare_url}/bare/hand_on", drain, {})

    with ThreadPoolExecutor(64) as pool:
        list(pool.map(ask, range(turns)))
    time.sleep(2.0)


def succeeded(pair: Pair) -> int:
    """Calls of Slack that it took, so far."""
    return sum(counts.get("ok", 0) for counts in pair.slack.call_counts().values())


def figures(crowds: Mapping[int, float] = CROWDS) -> list[Cost]:
    """Of each crowd. What each spent is printed as it comes."""
    found: dict[int, list[Spent]] = {turns: [] for turns in crowds}
    for turns in [*crowds, *reversed([*crowds])]:
        found[turns].append(crowd(turns, crowds[turns]))
        print(turns, json.dumps(found[turns][-1]._asdict()), flush=True)
    return [Cost.of(turns, spent) for turns, spent in found.items()]


if __name__ == "__main__":
    print(*(json.dumps(one._asdict()) for one in figures()), sep="\n")
