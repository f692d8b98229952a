import pytest

from dify_app.answer import Ended, Step, TextDelta
from errors import ContextBroken, Incomplete
from turns.growing import FIRST_WORDS, Growing


def test_what_was_said_first_about_the_end_stands() -> None:
    growing, cut = Growing(), ContextBroken("request dropped")
    growing.take(TextDelta("So far"))
    growing.end(cut)
    growing.end(Incomplete())
    growing.end()
    assert growing.over
    assert growing.error is cut
    assert growing.text == "So far"
    assert growing.finished.is_set()


@pytest.mark.parametrize(
    ("deltas", "speaks"),
    [
        ([""], False),
        (["\n\n", "# He"], False),
        (["# He", "ading\n\n"], False),
        (["# He", "ading\n\n", "Te"], True),
        (["a" * (FIRST_WORDS - 1)], False),
        (["a" * FIRST_WORDS], True),
        (["# " + "a" * FIRST_WORDS], False),
        (["\n" + " " * FIRST_WORDS], False),
    ],
)
def test_words_are_worth_showing_once_they_cannot_be_markup_any_more(deltas: list[str], speaks: bool) -> None:
    growing = Growing()
    for delta in deltas:
        growing.take(TextDelta(delta))
    assert growing.speaks.is_set() is speaks


def test_a_step_is_no_word_and_the_end_is_news() -> None:
    growing = Growing()
    growing.take(Step("1", "Search", "running"))
    growing.take(Ended("succeeded"))
    assert not growing.speaks.is_set()
    growing.end()
    assert growing.speaks.is_set()
