import pytest

from dify_app.answer import Ended, Paused, Step, TextDelta, TextReplaced
from errors import ContextBroken, Incomplete
from turns.answer.answer_state import FIRST_WORDS, MOST_TEXT, AnswerState


def test_what_was_said_first_about_the_end_stands() -> None:
    growing, cut = AnswerState(), ContextBroken("request dropped")
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
    growing = AnswerState()
    for delta in deltas:
        growing.take(TextDelta(delta))
    assert growing.speaks.is_set() is speaks


def test_a_step_is_no_word_and_the_end_is_news() -> None:
    growing = AnswerState()
    growing.take(Step("1", "Search", "running"))
    growing.take(Ended("succeeded"))
    assert not growing.speaks.is_set()
    growing.end()
    assert growing.speaks.is_set()


@pytest.mark.parametrize("text", ["a" * 1_000, "漢字" * 500, "😀" * 300, "a\ud83d" * 400])
def test_more_text_than_a_bound_is_not_kept(text: str) -> None:
    growing, size = AnswerState(), len(text.encode(errors="surrogatepass"))
    for _ in range(MOST_TEXT // size):
        growing.take(TextDelta(text))
    assert not growing.is_full
    assert growing.text == text * (MOST_TEXT // size)
    growing.take(TextDelta(text))
    assert growing.is_full
    kept = growing.text.encode(errors="surrogatepass")
    assert MOST_TEXT - size < len(kept) <= MOST_TEXT
    growing.take(TextDelta(text))
    assert len(growing.text.encode(errors="surrogatepass")) == len(kept)


def test_text_that_replaces_all_has_all_the_room() -> None:
    growing = AnswerState()
    growing.take(TextDelta("a" * (MOST_TEXT - 1)))
    growing.take(TextReplaced("b" * (MOST_TEXT - 1)))
    assert not growing.is_full
    growing.take(TextReplaced("c" * (MOST_TEXT + 1)))
    assert growing.is_full
    assert growing.text == "c" * MOST_TEXT


def test_forms_take_of_the_same_room() -> None:
    growing = AnswerState()
    growing.take(Paused("a" * (MOST_TEXT - 2), "https://dify.example/form/1"))
    growing.take(Paused("Sure?", "https://dify.example/form/2"))
    assert [form.text[-2:] for form in growing.paused] == ["aa", "Su"]
    assert [form.where for form in growing.paused][-1] == "https://dify.example/form/2"
    assert growing.is_full
