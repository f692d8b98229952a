"""The filter of thoughts leaves Markdown that no model thinks as it is, however the text is cut."""

import random

import pytest

from dify_app.stream.think import ThinkFilter
from tests.slack_reply.examples import EXAMPLES


@pytest.mark.parametrize("example", EXAMPLES)
def test_markdown_example_passes_the_think_filter_unchanged(example: str) -> None:
    chance = random.Random(example)
    for _ in range(5):
        one, said, position = ThinkFilter(), "", 0
        while position < len(example):
            end = position + chance.randint(1, 6)
            text, thought = one.feed(example[position:end])
            assert not thought
            said += text
            position = end
        assert said + "".join(one.close()) == example
