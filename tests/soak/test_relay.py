"""A thousand payloads through the relay, with the relay, the plugin, the socket and the link harmed at random."""

from collections.abc import Iterator

import pytest

from tests.conversations.conftest import relayed
from tests.conversations.kills import Fate
from tests.conversations.relay_harm import under_harm
from tests.conversations.stack import Stack
from tests.conversations.world import World
from tests.support.relay_process import RelayProcess

pytestmark = [pytest.mark.soak, pytest.mark.simulated]

QUESTIONS, STRIKES = 1_000, 28
# Slower than other conversations: Slack's retries come after 1 and 5 minutes, and a relay needs a second of the wall.
SCALE = 0.15


@pytest.fixture
def harmed() -> Iterator[tuple[World, RelayProcess]]:
    running = Stack.start(SCALE, warm=True)
    world = World(running, 9200)
    with relayed(world) as relay:
        yield world, relay
    running.stop()


def test_thousand_payloads_are_answered_once_and_none_is_acked_that_was_not_taken(
    harmed: tuple[World, RelayProcess],
) -> None:
    world, relay = harmed
    fates, wrong, struck = under_harm(world, relay, questions=QUESTIONS, strikes=STRIKES, seed=15)
    print({str(fate): number for fate, number in fates.items()}, dict(struck))  # noqa: T201 - what `make soak` is for
    assert wrong == []
    assert sum(fates.values()) == QUESTIONS
    assert len(struck) == 4
    # A question is never acked only if all four deliveries of Slack met a harm.
    assert fates[Fate.NEVER_ACKED] <= QUESTIONS // 200
    assert fates[Fate.WHOLE] >= QUESTIONS * 9 // 10
