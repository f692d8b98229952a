"""What befalls a relay: killed, its plugin killed, its socket cut, its link refreshed."""

import random
from collections import Counter
from collections.abc import Callable

from tests.conversations.kills import Fate, kill_plugin, under_kills
from tests.conversations.world import World
from tests.support.relay_process import RelayProcess


class Harm:
    """Each strike is one of four, drawn at random; `struck` counts them."""

    def __init__(self, world: World, relay: RelayProcess) -> None:
        self.struck: Counter[str] = Counter()
        self._world = world
        self._relay = relay
        self._ways: dict[str, Callable[[], object]] = {
            "relay killed": self._kill_relay,
            "plugin killed": lambda: kill_plugin(world),
            "socket cut": lambda: world.slack.socket("cut"),
            "link refreshed": lambda: world.slack.socket("refresh"),
        }

    def strike(self, chance: random.Random) -> None:
        """Do one harm, and do not wait for its mending."""
        way = chance.choice(sorted(self._ways))
        self.struck[way] += 1
        self._ways[way]()

    def _kill_relay(self) -> None:
        self._relay.kill()
        self._relay.start(wait=False)


def under_harm(
    world: World, relay: RelayProcess, *, questions: int, strikes: int, seed: int
) -> tuple[Counter[Fate], list[str], Counter[str]]:
    """Ask while harm is done. Returns counts by fate, what is wrong, and the harm that was done."""
    harm = Harm(world, relay)
    fates, wrong = under_kills(world, questions=questions, kills=strikes, seed=seed, strike=harm.strike)
    return fates, wrong, harm.struck
