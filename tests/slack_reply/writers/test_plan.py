"""The plan block of an edited message."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.slack.blocks import check_blocks
from simulators.slack.messages import spoken
from slack_reply.markdown.parts import counted
from slack_reply.snapshot import Card
from slack_reply.writers.plan import MOST_TASKS, ROOM, plan_block

TEXTS = st.text(max_size=300)
CARDS = st.builds(
    Card, st.just("x"), TEXTS, st.sampled_from(["running", "done", "failed"]), st.just(0), TEXTS, TEXTS
)


def tasks(cards: list[Card]) -> list[dict[str, Any]]:
    plan = plan_block(cards, "Steps", 5_000)
    assert plan is not None
    return list(plan["tasks"])


def test_there_is_no_plan_without_cards() -> None:
    assert plan_block([], "Steps", ROOM) is None


@pytest.mark.parametrize(
    ("state", "status"), [("running", "in_progress"), ("done", "complete"), ("failed", "error")]
)
def test_task_shows_its_card(state: Any, status: str) -> None:
    [task] = tasks([Card("a", "Search", state, output="3 documents", details="in the wiki")])
    assert (task["task_id"], task["title"], task["status"]) == ("a", "Search", status)
    assert (spoken(task["output"]), spoken(task["details"])) == ("3 documents", "in the wiki")


def test_oldest_cards_lose_their_outputs_first() -> None:
    cards = [Card(str(number), f"Step {number}", "done", output="x" * 160) for number in range(30)]
    shown = tasks(cards)
    assert [task["title"] for task in shown] == [card.title for card in cards]
    has_output = ["output" in task for task in shown]
    assert has_output == sorted(has_output)
    assert has_output[-1]


@pytest.mark.parametrize(("state", "status"), [("done", "complete"), ("failed", "error")])
def test_one_task_stands_for_the_oldest_cards_when_there_are_too_many(state: Any, status: str) -> None:
    cards = [
        Card("0", "Step 0", state),
        *(Card(str(n), f"Step {n}", "done") for n in range(1, MOST_TASKS + 10)),
    ]
    shown = tasks(cards)
    assert (shown[0]["title"], shown[0]["status"], shown[-1]["title"]) == ("+10", status, cards[-1].title)


@given(st.lists(CARDS, min_size=1, max_size=70), st.integers(0, 9_000))
def test_plan_is_never_too_large_for_slack(cards: list[Card], room: int) -> None:
    unique = [replace(card, id=str(number)) for number, card in enumerate(cards)]
    plan = plan_block(unique, "Steps", room)
    assert plan is not None or room < ROOM
    check_blocks([plan] if plan else [])
    assert counted(spoken(plan)) <= room
