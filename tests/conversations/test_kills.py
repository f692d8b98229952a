"""A few random kills, and the function that judges the many kills of `make soak`."""

from dataclasses import replace

import pytest

from tests.conversations.kills import Fate, Seen, fate_of, under_kills
from tests.conversations.world import World
from wording import Say
from wording.en import EN

TEXT = "One two three.\n\nFour five six."
NOTE = f"> {EN[Say.INTERRUPTED]}"
WHOLE = Seen(TEXT, (TEXT,), acked=True, asked=1)


@pytest.mark.parametrize(
    ("seen", "fate"),
    [
        (WHOLE, Fate.WHOLE),
        (replace(WHOLE, texts=("One two three.", "Four five six.")), Fate.WHOLE),
        (replace(WHOLE, texts=(f"One two\n\n{NOTE}",)), Fate.MARKED),
        (replace(WHOLE, texts=("One two", NOTE)), Fate.MARKED),
        (replace(WHOLE, texts=(TEXT, NOTE)), Fate.WHOLE_AND_MARKED),
        (replace(WHOLE, texts=(NOTE,)), Fate.INTERRUPTED),
        (replace(WHOLE, texts=(NOTE,), asked=0), Fate.INTERRUPTED),
        (replace(WHOLE, texts=(), acked=False, asked=0), Fate.NEVER_ACKED),
    ],
)
def test_fate_of_a_question_that_ended_well_is_named(seen: Seen, fate: Fate) -> None:
    assert fate_of(seen) is fate


@pytest.mark.parametrize(
    ("seen", "complaint"),
    [
        (replace(WHOLE, texts=()), "acked, and nothing was said"),
        (replace(WHOLE, texts=(), asked=0), "acked, and nothing was said"),
        (replace(WHOLE, texts=("One two",)), "not marked"),
        (replace(WHOLE, texts=(TEXT, TEXT)), "no beginning"),
        (replace(WHOLE, texts=("Four five six.",)), "no beginning"),
        (replace(WHOLE, texts=(NOTE, NOTE)), "told more than once"),
        (replace(WHOLE, texts=(NOTE, "One two")), "behind the note"),
        (replace(WHOLE, asked=2), "asked 2 times"),
        (replace(WHOLE, asked=0), "was not asked"),
        (replace(WHOLE, streaming=True), "a stream is open"),
        (replace(WHOLE, status="is thinking…"), "status"),
    ],
)
def test_fate_of_a_question_that_ended_badly_says_what_is_wrong(seen: Seen, complaint: str) -> None:
    fate = fate_of(seen)
    assert not isinstance(fate, Fate)
    assert complaint in fate


@pytest.mark.simulated
def test_questions_are_neither_lost_nor_doubled_under_a_few_random_kills(world: World) -> None:
    fates, wrong = under_kills(world, questions=30, kills=3, seed=4)
    assert wrong == []
    assert sum(fates.values()) == 30
    assert fates[Fate.WHOLE_AND_MARKED] <= 1
    assert fates[Fate.WHOLE] >= 10
