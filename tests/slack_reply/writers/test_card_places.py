from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slack_reply.markdown import Reader
from slack_reply.snapshot import Card
from slack_reply.writers.card_places import LIMITS, may_stand, stretches
from tests.slack_reply.drawn import markdown

CARD = Card("id-1", "Search", "running")


@pytest.mark.parametrize(
    ("text", "at", "final", "expected"),
    [
        ("", 0, False, 0),
        ("Looking.", 8, False, 8),
        ("Looking. Found it.", 8, False, 8),
        ("Half a sen", 10, False, None),
        ("Half a sentence", 10, False, None),
        ("Half a sentence\nand more", 10, False, 16),
        ("Half a sentence", 10, True, 15),
        ("A line\nAnother", 7, False, 7),
        ("A line\nAnother", 6, False, 7),
        ("```\ncode\nmore", 9, False, None),
        ("```\ncode\nmore\n```\nText", 9, False, 18),
        ("```\ncode\nmore", 9, True, 13),
        ("Short.", 99, False, 6),
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
    assert list(stretches(text, [one, two], 0, final=True)) == [(13, [one, two]), (len(text), [])]


def placed(text: str, cards: list[Card], ends: list[int]) -> dict[str, int]:
    """Where the cards came to stand when the text was shown up to each of these ends, and as a whole then."""
    found: dict[str, int] = {}
    read = 0
    for number, end in enumerate([*ends, len(text)]):
        new = [card for card in cards if card.at <= end and card.id not in found]
        before = read
        for read, behind in stretches(text[:end], new, before, final=number == len(ends)):
            assert before <= read <= end
            found |= {card.id: read for card in behind}
    return found


@settings(max_examples=300)
@given(text=markdown, data=st.data())
def test_cards_stand_where_they_would_in_the_whole_text(text: str, data: st.DataObject) -> None:
    offsets = st.integers(0, len(text))
    starts = sorted(data.draw(st.lists(offsets, min_size=1, max_size=3)))
    cards = [
        replace(CARD, id=f"id-{number}", at=at, apart=text.startswith("\n\n", at))
        for number, at in enumerate(starts)
    ]
    ends = sorted(data.draw(st.lists(offsets, max_size=8)))
    assert placed(text, cards, ends) == placed(text, cards, [])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Look: **bo^ld words** here.\nNext", "Next"),
        ("Look: [a li^nk](https://x.y) here.\nNext", "Next"),
        ("A `co^de` b\nNext", "Next"),
        ("> quo^te\n> more\n\nNext", "\nNext"),
        ("- ite^m\n  more\n- other\nNext", "- other\nNext"),
        ("1. ^item\n\n   more\n\nNext", "\nNext"),
        ("| a | b |\n|---|---|\n| 1^ | 2 |\n| 3 | 4 |\nNext", "Next"),
        ("| a^ | b |\n|---|---|\n| 1 | 2 |\n", ""),
        ("```\nco^de\n```\nNext", "Next"),
        ("Words an^d more words. And more of them\n", " And more of them\n"),
        ("Ask D^r. No e.g. now\nNext", "Next"),
        ("See https:^//x.y now\nNext", "Next"),
        ("# Tit^le\nNext", "Next"),
        ("**over^ the\nline** end.\nNext", "Next"),
        ("これは^文です。次", "次"),
        ("Tit^le\n===\nNext", "Next"),
        ("Sure^\n\nNext", "\nNext"),
        ("Sure.^\n\nNext", "\n\nNext"),
    ],
)
def test_cards_split_no_markup(text: str, expected: str) -> None:
    at, text = text.index("^"), text.replace("^", "")
    wanted = {"id-1": len(text) - len(expected)}
    assert placed(text, [replace(CARD, at=at)], []) == wanted
    assert placed(text, [replace(CARD, at=at)], list(range(len(text)))) == wanted


@pytest.mark.parametrize(
    "text", ["Searching for it", "- a\n- b", "| a |\n|---|\n| 1 |", "Look **at", "> quote"]
)
def test_card_stands_at_once_behind_a_finished_sentence(text: str) -> None:
    card = replace(CARD, at=len(text), apart=True)
    assert list(stretches(text, [card], 0, final=False)) == [(len(text), [card])]
    assert placed(f"{text}\n\nNext", [card], list(range(len(text) + 6))) == {"id-1": len(text)}


@pytest.mark.parametrize(
    "text", ["", "Hello.", "Hello **you** th", "Hello **you**", "- item", "> quote", "| a |\n\nText"]
)
def test_text_may_stand_when_no_markup_is_open(text: str) -> None:
    assert may_stand(text, Reader(LIMITS))


@pytest.mark.parametrize(
    "text",
    [
        "a **b",
        "a `b",
        "[a](b",
        "| a |",
        "| a |\n|--",
        "```\nx",
        "T\n-",
        "- ",
        "a | b",
        "a &am",
        "a <htt",
        "a **",
    ],
)
def test_text_may_not_stand_when_markup_is_half_open(text: str) -> None:
    assert not may_stand(text, Reader(LIMITS))
