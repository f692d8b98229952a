"""Asks many questions while processes are killed at random, and judges what became of each question."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from simulators.dify import script
from tests.conversations.answers import long_text
from tests.conversations.expected import bare
from tests.conversations.matrix import control_of, wait_served
from tests.conversations.world import World
from wording import Say
from wording.en import EN

NOTE = bare(EN[Say.INTERRUPTED])
SECONDS = 12.0  # of one answer, long enough that kills find many answers half-written
CHANNELS = 5
LEASE_OVER = (
    60.0  # design seconds after which the sweep of another process knows that a killed process is gone
)


class Fate(StrEnum):
    """The outcomes of a question that are correct."""

    WHOLE = "answered whole"
    MARKED = "a beginning of the answer, marked as interrupted"
    WHOLE_AND_MARKED = "answered whole, and marked as interrupted"
    """The process died after Slack took the last text, and before the thread's record said so: nobody can tell."""
    INTERRUPTED = "told to ask again"
    NEVER_ACKED = "never acked, and nothing was said"


@dataclass(frozen=True, slots=True)
class Seen:
    """One question at the end: its scripted answer, our texts in its thread, and what Slack and Dify recorded."""

    scripted: str
    texts: tuple[str, ...]
    acked: bool
    asked: int
    streaming: bool = False
    status: str = ""


def fate_of(seen: Seen) -> Fate | str:
    """The question's fate, or a description of what is wrong."""
    said, whole = bare("".join(seen.texts)), bare(seen.scripted)
    notes = said.count(NOTE)
    part = said.removesuffix(NOTE)
    wrong = {
        "a stream is open": seen.streaming,
        "the status line stands": bool(seen.status),
        f"the app was asked {seen.asked} times": seen.asked > 1,
        "acked, and nothing was said": seen.acked and not said,
        "told more than once": notes > 1,
        "something stands behind the note": notes == 1 and part == said,
        "no beginning of the answer": not whole.startswith(part),
        "a part of the answer is not marked": notes == 0 and bool(said) and said != whole,
        "answered, and the app was not asked": bool(part) and not seen.asked,
    }
    found = [what for what, holds in wrong.items() if holds]
    if found:
        return "; ".join(found)
    if not said:
        return Fate.NEVER_ACKED
    if said == whole:
        return Fate.WHOLE
    if part == whole:
        return Fate.WHOLE_AND_MARKED
    return Fate.MARKED if part else Fate.INTERRUPTED


def under_kills(
    world: World,
    *,
    questions: int,
    kills: int,
    seed: int,
    processes: int = 1,
    strike: Callable[[random.Random], None] | None = None,
) -> tuple[Counter[Fate], list[str]]:
    """Ask and kill, then wait for Slack's retries and for the sweep. Returns counts by fate, and what is wrong.

    `strike` does another harm in the place of each kill of a process of the plugin.
    """
    chance = random.Random(seed)
    answers = {f"[{n}]": f"Answer {n}. {long_text(chance.randrange(100, 2500))}" for n in range(questions)}
    for name, text in answers.items():
        world.dify.script(script.say(text, seconds=chance.uniform(1.0, SECONDS)), world.app_id, when=name)
    people = [world.slack.add_user(f"asker-{n}") for n in range(1 + questions // 10)]
    channels = [world.slack.add_channel(f"kills-{n}") for n in range(CHANNELS)]
    channels += [world.slack.dm_channel(user) for user in people[:2]]
    world.configure(dm_conversation="per_thread")
    pace = 1.0  # design seconds between two questions
    kill_at = sorted(chance.uniform(0.0, questions * pace) for _ in range(kills))
    roots: dict[str, tuple[str, str]] = {}
    began = time.monotonic()
    for number, name in enumerate(answers):
        while kill_at and kill_at[0] <= number * pace:
            kill_at.pop(0)
            if strike is None:
                kill_plugin(world, chance.randrange(processes))
            else:
                strike(chance)
        channel = chance.choice(channels)
        user = people[channels.index(channel) - CHANNELS] if channel[0] == "D" else chance.choice(people)
        said = name if channel[0] == "D" else world.slack.mentioning(name)
        roots[name] = channel, world.slack.say(channel, user, said)
        time.sleep(max(0.0, began + number * pace * world.scale - time.monotonic()))
    _let_all_end(world)
    return _judged(world, answers, roots)


def kill_plugin(world: World, index: int = 0) -> None:
    """Kill one of the processes that run now; a process killed a moment ago may not have started again."""
    control = control_of(world)
    running = len(control.processes())
    if running:
        control.kill_plugin(index % running)


def _let_all_end(world: World) -> None:
    """Wait for the last retry of every event; then cause some sweeps, the later ones for what the first left open."""
    world.wait(lambda: not world.slack.delivery_counts().get("pending"), 300)
    wait_served(world)
    for _ in range(3):
        world.settle(LEASE_OVER)
        world.slack.say(world.channel, world.slack.add_user("passer-by"), "nothing for the bot")
        wait_served(world)


def _judged(
    world: World, answers: dict[str, str], roots: dict[str, tuple[str, str]]
) -> tuple[Counter[Fate], list[str]]:
    asked = Counter(one["query"] for one in world.dify.invocations())
    open_streams = {(one.channel, one.ts) for one in world.slack.open_streams()}
    fates: Counter[Fate] = Counter()
    wrong: list[str] = []
    for name, (channel, root) in roots.items():
        ours = world.slack.answers(channel, root)
        # Of a mention, the `message` event is acked and left to the `app_mention`, which is what must be answered.
        kind = "message" if channel[0] == "D" else "app_mention"
        states = [one.state for one in world.slack.deliveries(kind, ts=root)]
        seen = Seen(
            answers[name],
            tuple(message.text for message in ours),
            acked="accepted" in states,
            asked=asked[name],
            streaming=any((channel, message.ts) in open_streams for message in ours),
            status=world.slack.status(channel, root).current,
        )
        fate = fate_of(seen)
        if isinstance(fate, Fate):
            fates[fate] += 1
        else:
            wrong.append(f"{name} ({root} in {channel}): {fate}; {_short(seen.texts)}")
    return fates, wrong


def _short(texts: Sequence[str]) -> str:
    return " | ".join(text if len(text) < 120 else f"{text[:40]} … {text[-70:]}" for text in texts)
