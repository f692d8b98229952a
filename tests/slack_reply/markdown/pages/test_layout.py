import random
from functools import partial

import pytest

from slack_reply.markdown.pages import Layout, pages_after
from slack_reply.markdown.parts import Limits
from tests.slack_reply.examples import EXAMPLES

LIMITS = Limits(size=300, measure=len, tables=True, by_row=True)
TEXT = "\n\n".join(EXAMPLES[::7])[:6_000]


def grown(chance: random.Random) -> list[str]:
    ends = sorted(chance.sample(range(1, len(TEXT)), 120))
    return [TEXT[:end] for end in ends]


@pytest.mark.parametrize("seed", range(3))
def test_layout_that_remembers_finds_what_a_new_one_finds_while_messages_become_full(seed: int) -> None:
    layout, start = Layout(LIMITS), 0
    for text in grown(random.Random(seed)):
        found = pages_after(text, start, LIMITS, final=False, layout=layout)
        assert found == pages_after(text, start, LIMITS, final=False)
        start = found[-2].end if len(found) > 1 else start
    assert start > len(TEXT) // 2


@pytest.mark.parametrize("seed", range(3))
def test_layout_that_was_left_or_asked_for_something_else_forgets_the_page(seed: int) -> None:
    chance, layout = random.Random(seed), Layout(LIMITS)
    ends = [page.end for page in pages_after(TEXT, 0, LIMITS, final=True)]
    for text in grown(chance):
        start = chance.choice([0, 0, *(end for end in ends if end < len(text))])
        ask = partial(
            pages_after,
            text,
            start,
            LIMITS,
            final=chance.random() < 0.1,
            cut=chance.choice([None, None, start + 40]),
            most=chance.choice([None, None, 1, 2]),
        )
        assert ask(layout=layout) == ask()


def test_layout_of_another_text_begins_anew() -> None:
    layout = Layout(LIMITS)
    for text in ("One two three. " * 30, "Four five six. " * 30, "One two"):
        assert pages_after(text, 0, LIMITS, final=False, layout=layout) == pages_after(
            text, 0, LIMITS, final=False
        )
