from dataclasses import replace

import pytest

from dify_app.answer import Ended, Paused, RunStarted, Step, TextDelta, TextReplaced
from errors import ContextBroken, Incomplete
from job import OpenRun
from turns.answer.answer_state import FIRST_WORDS, GAP, MOST_TEXT, AnswerState


def test_first_end_of_an_answer_is_kept() -> None:
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
def test_words_are_shown_once_they_cannot_become_markup(deltas: list[str], speaks: bool) -> None:
    state = AnswerState()
    for delta in deltas:
        state.take(TextDelta(delta))
    assert state.speaks.is_set() is speaks


def test_speaks_is_set_by_the_end_but_not_by_a_step() -> None:
    state = AnswerState()
    state.take(Step("1", "Search", "running"))
    state.take(Ended("succeeded"))
    assert not state.speaks.is_set()
    state.end()
    assert state.speaks.is_set()


@pytest.mark.parametrize("text", ["a" * 1_000, "漢字" * 500, "😀" * 300, "a\ud83d" * 400])
def test_text_above_the_limit_is_not_kept(text: str) -> None:
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


def test_replacing_text_may_use_the_whole_limit() -> None:
    state = AnswerState()
    state.take(TextDelta("a" * (MOST_TEXT - 1)))
    state.take(TextReplaced("b" * (MOST_TEXT - 1)))
    assert not state.is_full
    state.take(TextReplaced("c" * (MOST_TEXT + 1)))
    assert state.is_full
    assert state.text == "c" * MOST_TEXT


def test_forms_count_towards_the_same_limit() -> None:
    state = AnswerState()
    state.take(Paused("a" * (MOST_TEXT - 2), "https://dify.example/form/1"))
    state.take(Paused("Sure?", "https://dify.example/form/2"))
    assert [form.text[-2:] for form in state.paused] == ["aa", "Su"]
    assert [form.where for form in state.paused][-1] == "https://dify.example/form/2"
    assert state.is_full


RUN = OpenRun("task", "message", "run", "c-1", "slack:T1:U1", "The beginning, which stands there")


def test_text_goes_on_behind_a_gap_and_the_whole_text_replaces_it() -> None:
    state = AnswerState()
    state.take_up(RUN)
    assert (state.text, state.via, state.user, state.conversation_id) == (RUN.text, "api", RUN.user, "c-1")
    assert state.run == RunStarted("task", "message", "run")
    assert state.named.is_set()
    for delta in ("the", " end"):
        state.take(TextDelta(delta))
    assert state.text == f"{RUN.text}{GAP}the end"
    state.take(TextReplaced(f"{RUN.text}, and the end"))
    assert state.text == f"{RUN.text}, and the end"


def test_answer_that_had_no_text_yet_begins_without_a_gap() -> None:
    state = AnswerState()
    state.take_up(replace(RUN, text=""))
    state.take(TextDelta("Begun"))
    assert state.text == "Begun"


def test_text_is_shown_below_the_quote_once_there_is_some() -> None:
    state = AnswerState(quote="> 🎤 How far?")
    assert state.shown == ""
    state.take(TextDelta("Far."))
    assert (state.text, state.shown) == ("Far.", "> 🎤 How far?\n\nFar.")
