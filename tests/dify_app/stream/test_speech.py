"""A text that comes in one event is read in slices, and the result is the same as without slices."""

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dify_app.answer import FileProduced, TextDelta, TextReplaced, Thought
from dify_app.stream.citations import NewFiles
from dify_app.stream.speech import SLICE, Events, Speech

OWN = "/files/a.png"
PIECES = st.sampled_from(
    ["word ", "\n", "<think>", "</think>", "```\n", "`", f"![a]({OWN})", "[", "<", "~~~\n", "a" * 300, "日本"]
)
TEXTS = st.lists(PIECES, max_size=60).map("".join)


def speech() -> Speech:
    return Speech(NewFiles(lambda url: url == OWN))


def told(events: Events) -> tuple[str, str, int]:
    """The text, the thoughts, and the number of files."""
    text = "".join(event.text for event in events if isinstance(event, TextDelta | TextReplaced))
    thought = "".join(event.text for event in events if isinstance(event, Thought))
    return text, thought, sum(isinstance(event, FileProduced) for event in events)


@given(TEXTS)
def test_whole_text_gives_the_same_as_single_characters(text: str) -> None:
    once, slowly = speech(), speech()
    events = [event for char in text for event in slowly.delta(char)]
    assert told(once.whole(text)) == told(events + slowly.flush())


@given(TEXTS, TEXTS)
def test_replacement_is_one_event_with_the_same_text(before: str, text: str) -> None:
    replaced = speech()
    replaced.delta(before)
    first, *more = replaced.replaced(text)
    assert isinstance(first, TextReplaced)
    assert first.text == told(speech().whole(text))[0]
    assert all(isinstance(event, FileProduced) for event in more)


@pytest.mark.parametrize("say", [Speech.delta, Speech.whole, Speech.replaced])
def test_other_greenlets_run_while_a_large_text_is_read(say: object) -> None:
    turns: list[int] = []

    def other() -> None:
        while True:
            turns.append(1)
            gevent.sleep(0.001)

    waiting = gevent.spawn(other)
    assert callable(say)
    say(speech(), "\n`a` <b" * (200 * SLICE // 7))
    waiting.kill()
    assert len(turns) > 3
