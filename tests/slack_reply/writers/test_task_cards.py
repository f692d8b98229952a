from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from slack_reply.snapshot import Card
from slack_reply.writers.streamed_message import (
    DETAILS_LIMIT,
    OUTPUT_LIMIT,
    TITLE_LIMIT,
    fitted,
    task_update,
    updates,
    weight,
)

CARD = Card("id-1", "Search", "running")


def test_card_becomes_a_chunk() -> None:
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


def test_no_chunk_is_made_for_unchanged_or_unshown_cards() -> None:
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
    for char in ("x", "文", "😀"):
        assert weight(CARD) >= weight(fitted(replace(done, output=char * OUTPUT_LIMIT)))


def test_halves_of_surrogate_pairs_are_replaced() -> None:
    card = fitted(Card("id-1", "a \ud83d", "done", 0, "\ude00", "\ud83d b"))
    assert (card.title, card.output, card.details) == ("a ?", "?", "? b")
