import pytest

from dify_app.answer import Ended, Paused, Step, TextDelta, TextReplaced
from errors import ContextBroken, Incomplete
from turns.answer.answer_state import FIRST_WORDS, MOST_TEXT, AnswerState


def test_what_was_said_first_about_the_end_stands() -> None:
    state, cut = AnswerState(), ContextBroken("request dropped")
    state.take(TextDelta("So far"))
    state.end(cut)
    state.end(Incomplete())
    state.end()
    assert state.over
    assert state.error is cut
    assert state.text == "So far"
    assert state.finished.is_set()


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
    state = AnswerState()
    for delta in deltas:
        state.take(TextDelta(delta))
    assert state.speaks.is_set() is speaks


def test_a_step_is_no_word_and_the_end_is_news() -> None:
    state = AnswerState()
    state.take(Step("1", "Search", "running"))
    state.take(Ended("succeeded"))
    assert not state.speaks.is_set()
    state.end()
    assert state.speaks.is_set()


@pytest.mark.parametrize("text", ["a" * 1_000, "漢字" * 500, "😀" * 300, "a\ud83d" * 400])
def test_more_text_than_a_bound_is_not_kept(text: str) -> None:
    state, size = AnswerState(), len(text.encode(errors="surrogatepass"))
    for _ in range(MOST_TEXT // size):
        state.take(TextDelta(text))
    assert not state.is_full
    assert state.text == text * (MOST_TEXT // size)
    state.take(TextDelta(text))
    assert state.is_full
    kept = state.text.encode(errors="surrogatepass")
    assert MOST_TEXT - size < len(kept) <= MOST_TEXT
    state.take(TextDelta(text))
    assert len(state.text.encode(errors="surrogatepass")) == len(kept)


def test_text_that_replaces_all_has_all_the_room() -> None:
    state = AnswerState()
    state.take(TextDelta("a" * (MOST_TEXT - 1)))
    state.take(TextReplaced("b" * (MOST_TEXT - 1)))
    assert not state.is_full
    state.take(TextReplaced("c" * (MOST_TEXT + 1)))
    assert state.is_full
    assert state.text == "c" * MOST_TEXT


def test_forms_take_of_the_same_room() -> None:
    state = AnswerState()
    state.take(Paused("a" * (MOST_TEXT - 2), "https://dify.example/form/1"))
    state.take(Paused("Sure?", "https://dify.example/form/2"))
    assert [form.text[-2:] for form in state.paused] == ["aa", "Su"]
    assert [form.where for form in state.paused][-1] == "https://dify.example/form/2"
    assert state.is_full
