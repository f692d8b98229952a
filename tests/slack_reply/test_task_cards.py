from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_reply.task_cards import (
    DETAILS_LIMIT,
    OUTPUT_LIMIT,
    TITLE_LIMIT,
    fitted,
    stretches,
    task_update,
    updates,
    weight,
)
from slack_reply.view import Card

CARD = Card("id-1", "Search", "running")


def test_a_card_as_a_chunk() -> None:
    assert task_update(CARD) == {
        "type": "task_update",
        "id": "id-1",
        "title": "Search",
        "status": "in_progress",
    }
    done = replace(CARD, state="done", output="3 documents", details="a thought")
    assert task_update(done) | {"status": "complete"} == task_update(done)
    assert (task_update(done)["output"], task_update(done)["details"]) == ("3 documents", "a thought")
    assert task_update(replace(CARD, state="failed"))["status"] == "error"


def test_details_append_and_output_replaces() -> None:
    before = replace(CARD, details="I think", output="one")
    [(_, chunk)] = updates({CARD.id: before}, [replace(before, details="I think, so", output="two")])
    assert (chunk["details"], chunk["output"]) == (", so", "two")
    [(now, chunk)] = updates({CARD.id: before}, [replace(before, details="Other", state="done")])
    assert "details" not in chunk
    assert now.details == "I think"


def test_what_has_not_changed_or_is_not_shown_needs_no_chunk() -> None:
    assert list(updates({CARD.id: CARD}, [CARD, replace(CARD, at=7), replace(CARD, id="id-2")])) == []


@given(st.text(max_size=600), st.text(max_size=600), st.text(max_size=600))
def test_fitted_cards_are_short_and_harmless(title: str, output: str, details: str) -> None:
    card = fitted(Card("id-1", title, "done", 0, output, details))
    assert 0 < len(card.title) <= TITLE_LIMIT
    assert len(card.output) <= OUTPUT_LIMIT
    assert len(card.details) <= DETAILS_LIMIT
    assert not set("<>") & set(card.title + card.output + card.details)
    assert "\n" not in card.title + card.output
    assert fitted(card) == card


@given(st.text(max_size=400), st.text(max_size=400))
def test_details_that_grow_are_shown_growing(begun: str, more: str) -> None:
    before, after = fitted(replace(CARD, details=begun)), fitted(replace(CARD, details=begun + more))
    assert after.details.startswith(before.details) or len(begun) >= DETAILS_LIMIT - 1


def test_output_counts_twice_and_running_cards_keep_room_for_it() -> None:
    done = replace(CARD, state="done", output="é")
    assert weight(done) == len("Search") + 2 * 2
    assert weight(CARD) >= weight(replace(done, output="x" * OUTPUT_LIMIT))


@pytest.mark.parametrize(
    ("text", "at", "final", "expected"),
    [
        ("", 0, False, 0),
        ("Looking.", 8, False, 8),
        ("Looking. Found it.", 8, False, 8),
        ("Half a sen", 10, False, 10),
        ("Half a sentence", 10, False, None),
        ("Half a sentence\nand more", 10, False, 16),
        ("Half a sentence", 10, True, 15),
        ("A line\nAnother", 7, False, 7),
        ("A line\nAnother", 6, False, 6),
        ("```\ncode\nmore", 9, False, None),
        ("```\ncode\nmore\n```\nText", 9, False, 18),
        ("```\ncode\nmore", 9, True, 13),
        ("short", 99, False, 5),
    ],
)
def test_where_a_card_stands(text: str, at: int, final: bool, expected: int | None) -> None:
    placed = [end for end, cards in stretches(text, [replace(CARD, at=at)], 0, final=final) if cards]
    assert placed == ([] if expected is None else [expected])


def test_no_card_goes_above_what_has_been_read() -> None:
    text = "First. Second. Third."
    assert list(stretches(text, [CARD], 14, final=False)) == [(14, [CARD]), (len(text), [])]


def test_cards_keep_their_order() -> None:
    one, two = replace(CARD, at=10), replace(CARD, id="id-2", at=2)
    text = "A. Some more. End."
    assert list(stretches(text, [one, two], 0, final=True)) == [(len(text), [one, two])]
