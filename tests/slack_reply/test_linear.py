"""What an app says is scanned at every flush: nothing in it may take more than a time that grows with its length."""

import gc
from collections.abc import Callable, Iterator
from functools import partial
from itertools import permutations
from time import thread_time

import pytest

from slack_reply.footer import with_footer
from slack_reply.markdown.cell_text import read
from slack_reply.markdown.parts import Limits
from slack_reply.markdown.reader import escape
from slack_reply.snapshot import Card
from slack_reply.writers.card_places import stretches
from tests.slack_reply.whole_pages import paginate

type Work = Callable[[str], object]

SMALL, LARGE = 2_000, 8_000
# Four times the text: what is linear takes about 4 times as long, a quadratic scan 16 times.
MOST = 8.0
TRIES = 4
# Both sizes are many pages, so that they are treated alike.
PAGES = Limits(size=500, measure=len, tables=True)

SPECIAL = (*"`*_~[]()<>&|\\!\"' \t\n#-:.=a1", "](", "<br", "**", "``", "```", "~~~", "&#", "- ", "> ", "1.")
LONGER = (
    *("[](", "[a](b '", "![[", "<a@", "<https://", "https://", "[a](<", "`a``", "**a* ", "| a ", "|-", "-|:"),
    *(
        "\u200d",
        "\u0301",
        "\U0001f1e9",
        "\u3042",
        "\u3002",
        "\u200b",
        "\\|",
        "&amp;",
        "a. ",
        "\n\n",
        "\n|",
        "\n> ",
    ),
    *("| a |\n|---|\n", "```\n", "- ```\n", "<!", "[[a](b)](", "(((", "\n    ", "1. - > ", "[x] ", "$ "),
)


PAIRS = tuple(one + other for one, other in permutations("`*_~[]()<>&|\\! \n", 2))


@pytest.fixture(autouse=True)
def _no_garbage() -> Iterator[None]:
    """Garbage collection takes longer the more objects there are, and would disturb the measurement."""
    gc.disable()
    yield
    gc.enable()


def took(work: Work, piece: str, size: int) -> float:
    text = piece * (size // len(piece))
    begin = thread_time()
    work(text)
    return thread_time() - begin


def growth(work: Work, piece: str, small: int = SMALL, large: int = LARGE) -> float:
    """How many times as long four times the text takes; a busy machine only ever adds to a time."""
    before, after = took(work, piece, small), took(work, piece, large)
    for _ in range(TRIES):
        if after <= MOST * before:
            break
        before, after = min(before, took(work, piece, small)), min(after, took(work, piece, large))
    return after / before


def end_of_table(text: str) -> object:
    return paginate(f"| a | b |\n|---|---|\n| {text}", PAGES, final=True)


def with_note(text: str) -> object:
    return with_footer(text, ["A note."], (), "", str)


def with_card(text: str) -> object:
    return list(stretches(text, [Card("one", "One", "done", at=400)], 0, final=False))


def as_cell(text: str) -> object:
    return read(text.replace("\n", " "))


growing = partial(paginate, limits=PAGES, final=False)
whole = partial(paginate, limits=PAGES, final=True)


@pytest.mark.parametrize(
    "work", [whole, growing, as_cell, end_of_table, escape, with_note, with_card], ids=range(7)
)
@pytest.mark.parametrize("group", [SPECIAL, LONGER], ids=["special", "longer"])
def test_four_times_the_text_takes_four_times_as_long(work: Work, group: tuple[str, ...]) -> None:
    for piece in group:
        assert growth(work, piece) <= MOST, piece


@pytest.mark.parametrize("work", [growing, as_cell], ids=["growing", "cell"])
def test_pairs_of_special_characters_take_linear_time(work: Work) -> None:
    for piece in PAIRS:
        assert growth(work, piece, SMALL // 2, LARGE // 2) <= MOST, piece
