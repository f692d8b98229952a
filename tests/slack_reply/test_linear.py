"""What an app says is scanned at every flush: nothing in it may take more work than grows with its length.

The work of Python code is counted, so that a busy machine changes nothing. What a regular expression or a method of
`str` scans can only be timed: a scan counts as quadratic if it grows too fast at each step from SIZES on, however often
the step is tried.
"""

import gc
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from itertools import combinations, pairwise
from time import thread_time

import pytest

from slack_reply.footer import with_footer
from slack_reply.markdown import inline
from slack_reply.markdown.cell_text import SIZE_LIMIT, read
from slack_reply.markdown.pages import Layout, pages_after
from slack_reply.markdown.parts import Limits
from slack_reply.markdown.reader import escape
from slack_reply.snapshot import Card
from slack_reply.writers.card_places import stretches
from tests.slack_reply.whole_pages import paginate

type Work = Callable[[str], object]

TIMES = 4
"""How many times as long each text is as the one before; quadratic work takes 16 times as long."""
COUNTED = 1_000
"""Characters of the shorter of the two texts whose work is counted."""
SIZES = (1_000, 4_000, 16_000)
"""Characters of the texts whose work is timed; few get to the last one."""
MOST = 6.0
"""Times as much work, at most. A text that is held back at its end, up to some limit, takes more than TIMES."""
TRIES = 5
# The texts are many pages, so that all are treated alike.
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


PAIRS = tuple(one + other for one, other in combinations("`*_~[]()<>&|\\! \n", 2))
"""Each pair in one order: repeated in the other order, a pair makes the same text without its first character."""


@pytest.fixture(autouse=True)
def _no_garbage() -> Iterator[None]:
    """Garbage collection takes longer the more objects there are, and would disturb the measurement."""
    gc.disable()
    yield
    gc.enable()


class Counter:
    """Counts calls of Python functions and turns of loops: other Python code does a bounded work for each of them.

    There are millions of them, so no Python code runs for each: `slice` takes what tells of an event, and a cache that
    keeps nothing counts how often `slice` was called.
    """

    EVENTS = sys.monitoring.events.PY_START, sys.monitoring.events.JUMP

    def __init__(self) -> None:
        self._note = lru_cache(maxsize=0)(slice)

    def counted(self, work: Work, text: str) -> int:
        forget()
        before = self._note.cache_info().misses
        work(text)
        return self._note.cache_info().misses - before

    @classmethod
    @contextmanager
    def at_work(cls) -> Iterator["Counter"]:
        tool, monitoring, counter = sys.monitoring.PROFILER_ID, sys.monitoring, cls()
        monitoring.use_tool_id(tool, cls.__name__)
        for event in cls.EVENTS:
            monitoring.register_callback(tool, event, counter._note)
        monitoring.set_events(tool, sum(cls.EVENTS))
        try:
            yield counter
        finally:
            monitoring.set_events(tool, 0)
            monitoring.free_tool_id(tool)


def forget() -> None:
    """Let no line and no cell be remembered from the work before."""
    inline._remembered.cache_clear()
    read.cache_clear()


def repeated(piece: str, size: int) -> str:
    return piece * (size // len(piece))


def superlinear(work: Work, pieces: tuple[str, ...], size: int = COUNTED) -> list[str]:
    """The pieces of which four times as many take more than four times the Python code."""
    with Counter.at_work() as counter:
        return [
            piece
            for piece in pieces
            if counter.counted(work, repeated(piece, TIMES * size))
            > MOST * counter.counted(work, repeated(piece, size))
        ]


def took(work: Work, text: str) -> float:
    forget()
    begin = thread_time()
    work(text)
    return thread_time() - begin


def slow(work: Work, pieces: tuple[str, ...], sizes: tuple[int, ...] = SIZES) -> list[str]:
    """The pieces of which four times as many take more than four times as long, at each of the sizes."""
    return [piece for piece in pieces if all(_grows_fast(work, piece, size) for size, _ in pairwise(sizes))]


def _grows_fast(work: Work, piece: str, size: int) -> bool:
    """Whether no try is fast enough. In the first one, the short text may not be slow twice.

    Both texts of a later try take about as long, so that others disturb both alike.
    """
    small, large = repeated(piece, size), repeated(piece, TIMES * size)
    if took(work, large) <= MOST * min(took(work, small), took(work, small)):
        return False
    for _ in range(TRIES - 1):
        before = sum(took(work, small) for _ in range(TIMES)) / TIMES
        if took(work, large) <= MOST * before:
            return False
    return True


def end_of_table(text: str) -> object:
    return paginate(f"| a | b |\n|---|---|\n| {text}", PAGES, final=True)


def with_note(text: str) -> object:
    return with_footer(text, ["A note."], (), "", str)


def with_card(text: str) -> object:
    return list(stretches(text, [Card("one", "One", "done", at=400)], 0, final=False))


def with_cards(text: str) -> object:
    cards = [Card(f"{at}", "One", "done", at=at) for at in range(0, len(text), 40)]
    return list(stretches(text, cards, 0, final=False))


def as_cell(text: str) -> object:
    return read(text.replace("\n", " "))


growing = partial(paginate, limits=PAGES, final=False)
whole = partial(paginate, limits=PAGES, final=True)
WORKS = {
    "whole": whole,
    "growing": growing,
    "end of table": end_of_table,
    "escape": escape,
    "with note": with_note,
    "with card": with_card,
    "with many cards": with_cards,
}
STREAM = "Some words, **bold** and `code`:\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n\n"
"""What each part of an answer is like."""
# A longer cell is not read.
CELL = SIZE_LIMIT // TIMES - 1


@pytest.mark.parametrize("work", WORKS.values(), ids=WORKS)
@pytest.mark.parametrize("group", [SPECIAL, LONGER], ids=["special", "longer"])
def test_four_times_the_text_takes_four_times_the_work(work: Work, group: tuple[str, ...]) -> None:
    assert superlinear(work, group) == []
    assert slow(work, group) == []


def test_pairs_of_special_characters_take_linear_work() -> None:
    assert superlinear(growing, PAIRS) == []
    assert slow(growing, PAIRS) == []


@pytest.mark.parametrize("group", [SPECIAL, LONGER, PAIRS], ids=["special", "longer", "pairs"])
def test_cell_takes_linear_work(group: tuple[str, ...]) -> None:
    """A cell that is read is too short to time what is scanned in the cell."""
    assert superlinear(as_cell, group, CELL) == []


def streamed(text: str) -> object:
    """The text as it grows: what is shown is looked at every 50 characters, and each message is left when full."""
    layout, start = Layout(PAGES), 0
    for end in range(50, len(text), 50):
        *full, _ = pages_after(text[:end], start, PAGES, final=False, layout=layout) or (None,)
        start = full[-1].end if full else start
    return start


def streamed_table(text: str) -> object:
    return streamed(f"| a | b |\n|---|---|\n{text}")


def test_growing_answer_takes_linear_work() -> None:
    assert superlinear(streamed, (STREAM,)) == []
    assert superlinear(streamed_table, ("| a | `b` |\n", f"|{' a **b** |' * 30}\n"), 4 * COUNTED) == []


def planted_loop(text: str) -> object:
    """Each line is compared with all lines before."""
    known: list[str] = []
    for line in text.split("\n"):
        known.append(line)
        for other in known:
            if other is text:
                return other
    return whole(text)


def planted_scan(text: str) -> object:
    """Behind each character, the whole text is searched."""
    never = re.compile("[^a]")
    for start in range(len(text)):
        never.search(text, start)
    return escape(text)


def test_quadratic_loop_and_quadratic_scan_are_found() -> None:
    assert superlinear(planted_loop, ("a\n",)) == ["a\n"]
    assert slow(planted_scan, ("a",), SIZES[:2]) == ["a"]
