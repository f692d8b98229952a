"""The laws of the text, for runs of one character up to 10,000 of them and for lines of up to a megabyte."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dify_app.stream.think import ThinkFilter
from slack_reply.markdown.pages.pages import pages_after
from slack_reply.markdown.parts import Limits, Page
from slack_reply.writers import edited_message
from slack_reply.writers import streamed_message as sheet
from tests.slack_reply.law import assert_fits, assert_grows
from tests.slack_reply.whole_pages import paginate
from tests.support.disguised import disguised

LONGEST = 10_000
MEGABYTE = 1_000_000
MOST = 4  # pages: what comes behind them is not looked at
CHARACTERS = [*string.punctuation, " ", "\t", "\n", "\u200b", "\u3000", "\u3042"]
WRITERS = {"edit": edited_message.LIMITS, "stream": sheet.LIMITS}


def first_pages(text: str, limits: Limits, *, final: bool) -> tuple[Page, ...]:
    return pages_after(text, 0, limits, final=final, most=MOST)


@pytest.mark.parametrize("character", CHARACTERS)
def test_run_of_one_character_keeps_the_laws_at_every_length(character: str) -> None:
    limits = WRITERS["stream"]
    for length in (3, 20, 21, 300, LONGEST):
        for text in (
            character * length,
            f"Before {character * length} behind.",
            f"a\n\n{character * length}\nb\nc",
        ):
            whole = paginate(text, limits, final=True)
            assert len(whole) <= 2 + 5 * length // 8_000, (length, len(whole))
            assert_fits(whole, limits)
            assert disguised("".join(part.text for page in whole for part in page.parts)) == []
            begun: tuple[Page, ...] = ()
            for end in (len(text) // 2, len(text) - 1):
                grown = paginate(text[:end], limits, final=False)
                assert_grows(begun, grown)
                begun = grown
            assert_grows(begun, whole)


@pytest.mark.parametrize("piece", ["a", "word ", "`", "\\[", "*a ", "[a](b", "| a ", "> ", "\u3042"])
def test_line_of_a_megabyte_fills_the_pages_that_are_asked_for(piece: str) -> None:
    limits = WRITERS["edit"]
    text = piece * (MEGABYTE // len(piece))
    pages = first_pages(text, limits, final=True)
    assert_fits(pages, limits)
    assert_grows(first_pages(text[: MEGABYTE // 2], limits, final=False)[:-1], pages)
    assert len(pages) <= MOST


RUNS = st.builds(
    lambda character, length: character * length,
    st.sampled_from(CHARACTERS),
    st.sampled_from([1, 2, 3, 19, 20, 21, 255, 601, 2_001, LONGEST]),
)
TEXTS = st.lists(RUNS | st.sampled_from(["word ", "\n", "[a](https://x.example)", "<!channel>"]), max_size=3)


@settings(max_examples=15)
@given(TEXTS.map("".join), st.integers(0, 100))
def test_runs_among_words_keep_the_laws(text: str, percent: int) -> None:
    limits = WRITERS["edit"]
    whole = paginate(text, limits, final=True)
    assert_fits(whole, limits)
    assert_grows(paginate(text[: len(text) * percent // 100], limits, final=False), whole)


@settings(max_examples=15)
@given(TEXTS.map("".join), st.integers(1, 5_000))
def test_runs_in_pieces_of_any_size_pass_the_think_filter_as_in_one(text: str, size: int) -> None:
    def passed(pieces: list[str]) -> str:
        thoughts = ThinkFilter()
        return "".join(thoughts.feed(piece)[0] for piece in pieces) + thoughts.close()[0]

    assert passed([text[begin : begin + size] for begin in range(0, len(text), size)]) == passed([text])
