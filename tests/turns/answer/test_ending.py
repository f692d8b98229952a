from collections.abc import Iterator
from typing import Any

import pytest

from dify_app.answer import Ended, Paused, QuestionCut, Source, Sources, TextDelta
from errors import (
    AnswerTooLong,
    BridgeError,
    DifyUnavailable,
    FileRefused,
    InputMissing,
    NotHeard,
    RunFailed,
    UnsupportedApp,
)
from message import Message
from slack_api.identity import UserInfo
from slack_reply import footer
from slack_reply.markdown import reader
from slack_reply.markdown.parts import Limits
from slack_reply.markdown.units import Unit
from turns.answer.answer_state import AnswerState
from turns.answer.ending import Ending, below, shown_forms
from turns.prompt.author import Author
from wording import Say, say
from wording.en import EN

ASKER = Author(
    Message("T1", "C1", "1.000000", "message", user="U1"),
    lambda users: {user: UserInfo(user, user, known=False) for user in users},
    "en",
)


def grown(*said: Any, error: BridgeError | None = None) -> AnswerState:
    state = AnswerState()
    for event in said:
        state.take(event)
    state.end(error)
    return state


def text(state: AnswerState, *, in_time: bool = True, **more: Any) -> str:
    return Ending(state, in_time, show_sources=True, **more).text(ASKER)


def test_whole_answer_has_no_notes() -> None:
    assert text(grown(TextDelta("Hello"), Ended("succeeded"))) == "Hello"


def test_empty_answer_gets_a_note() -> None:
    assert text(grown(Ended("succeeded"))) == EN[Say.NO_TEXT]


def test_answer_of_files_only_needs_no_text() -> None:
    assert text(grown(Ended("succeeded")), brings_files=True) == ""


def test_answer_of_linked_files_only_is_links() -> None:
    links = (("a.png", "https://x.example/a.png"),)
    assert text(grown(Ended("succeeded")), links=links) == "- [a.png](https://x.example/a.png)"
    assert text(grown(TextDelta("Here:"), Ended("succeeded")), links=links).startswith("Here:\n\n- [a.png]")


def test_question_that_was_not_asked_gets_only_notes() -> None:
    state = grown()
    state.left_out = (FileRefused("a.txt", "file_empty"),)
    assert text(state) == "I couldn't pass on `a.txt`: it is empty."


def test_notes_and_sources_come_under_the_answer() -> None:
    state = grown(TextDelta("Hello"), Sources((Source("Doc"),)), Ended("succeeded"))
    state.left_out = (FileRefused("a.txt", "file_empty"),)
    assert text(state) == "Hello\n\n> I couldn't pass on `a.txt`: it is empty.\n\n**Sources:** Doc"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (InputMissing("tone"), say("en", Say.INPUT_MISSING, variable="tone")),
        (InputMissing("paper", takes_files=True), say("en", Say.FILE_NEEDED, variable="paper")),
        (UnsupportedApp(), EN[Say.UNSUPPORTED_APP]),
        (RunFailed(), EN[Say.RUN_FAILED]),
        (DifyUnavailable(), EN[Say.DIFY_UNAVAILABLE]),
        (BridgeError("new"), EN[Say.UNEXPECTED]),
    ],
)
def test_error_has_its_own_sentence(error: BridgeError, words: str) -> None:
    assert text(grown(error=error)) == words


def test_paused_app_says_where_to_answer() -> None:
    paused = Paused("Is it right?", "https://dify.example/form/t1", "Check")
    assert text(grown(TextDelta("First."), paused, Ended("paused"))) == (
        f"First.\n\nIs it right?\n\n- [Check](https://dify.example/form/t1)\n\n> {EN[Say.PAUSED]}"
    )


def test_all_forms_are_shown_when_an_app_waits_for_several_persons() -> None:
    first = Paused("Is it right?", "https://dify.example/form/t1", "Check", ("Yes", "No"))
    second = Paused("And paid?", "https://dify.example/form/t2", "Pay", ("OK",))
    assert text(grown(first, second, Ended("paused"))) == (
        "Is it right?\n\n**Yes** · **No**\n\n- [Check](https://dify.example/form/t1)\n\n"
        f"And paid?\n\n- [Pay](https://dify.example/form/t2)\n\n> {EN[Say.PAUSED]}"
    )


def test_cut_question_gets_a_note() -> None:
    note = say("en", Say.QUESTION_CUT, count="256")
    assert text(grown(QuestionCut(256), TextDelta("Hello"), Ended("succeeded"))) == f"Hello\n\n> {note}"


def test_answer_out_of_time_says_so() -> None:
    state = AnswerState()
    state.take(TextDelta("Part"))
    assert text(state, in_time=False) == f"Part\n\n> {EN[Say.TURN_LIMIT]}"


def test_further_notes_come_at_the_very_end() -> None:
    assert below("Hello\n\n**Sources:** Doc", ["A note."]) == "Hello\n\n**Sources:** Doc\n\n> A note."
    assert below("```\ncode", ["A note."]) == "```\ncode\n```\n\n> A note."
    assert below("", ["A note.", "Another."]) == "A note.\n\nAnother."


def early(state: AnswerState, end: int, **more: Any) -> str:
    ending = Ending(state, in_time=True, show_sources=True, **more)
    return ending.early(ending.text(ASKER), end, "The rest is elsewhere.", ASKER)


def test_early_end_says_so_before_other_notes() -> None:
    state = grown(TextDelta("Hello there"), Sources((Source("Doc"),)), error=RunFailed())
    assert early(state, 5) == (
        f"Hello\n\n> The rest is elsewhere.\n\n> {EN[Say.CUT_SHORT]}\n\n**Sources:** Doc"
    )


def test_early_end_keeps_the_shown_text() -> None:
    state = grown(TextDelta("Hello"), Sources((Source("Doc"),)), Ended("succeeded"))
    assert early(state, len("Hello\n\n**Sour")) == "Hello\n\n**Sour\n\n> The rest is elsewhere."


def test_code_is_closed_at_an_early_end() -> None:
    state = grown(TextDelta("```py\nx = 1\ny = 2\n```\n"), Ended("succeeded"))
    assert early(state, len("```py\nx = 1\n")) == "```py\nx = 1\n```\n\n> The rest is elsewhere."


def test_answer_above_the_limit_gets_a_note() -> None:
    assert text(grown(TextDelta("Hello"), error=AnswerTooLong())) == f"Hello\n\n> {EN[Say.ANSWER_TOO_LONG]}"


def test_very_long_answer_is_not_parsed_for_its_footer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread takes only a part of such an answer, and parsing all of the answer would take long."""
    read: list[int] = []

    def reading(body: str, limits: Limits | None, *, final: bool) -> Iterator[Unit]:
        read.append(len(body))
        return reader.read(body, limits, final=final)

    monkeypatch.setattr(footer, "read", reading)
    state = grown(TextDelta("a" * 1_000_000), error=RunFailed())
    assert text(state) == "a" * 1_000_000 + f"\n\n> {EN[Say.CUT_SHORT]}"
    assert max(read) < 1_000


def test_single_form_shows_its_text_and_its_address() -> None:
    form = Paused("Right?", "https://dify.example/form/t", "Check", ("OK",))
    assert list(shown_forms([form])) == ["Right?", "- [Check](https://dify.example/form/t)"]


def test_choices_are_shown_as_words_without_markup() -> None:
    form = Paused("Right?", actions=("Yes, *do*", "[No](https://x.example)"))
    assert list(shown_forms([form])) == [
        "Right?",
        "**Yes, \\*do\\*** · **\\[No\\](https://x.example)**",
    ]


def test_forms_without_a_page_are_told_apart_by_their_titles() -> None:
    forms = [Paused("Right?", title="Check"), Paused("Paid?", title="Pay")]
    assert list(shown_forms(forms)) == ["**Check**", "Right?", "**Pay**", "Paid?"]


def test_no_form_shows_nothing() -> None:
    assert list(shown_forms([])) == []


@pytest.mark.parametrize(("is_long", "say"), [(False, Say.TURN_LIMIT), (True, Say.RUN_LIMIT)])
def test_run_that_is_not_over_in_time_is_told(is_long: bool, say: Say) -> None:
    ending = Ending(AnswerState(), in_time=False, show_sources=True, is_long=is_long)
    assert ending.trouble == (say, {})


QUOTE = "> 🎤 How far?"


def spoken(*said: Any, error: BridgeError | None = None) -> AnswerState:
    state = grown(*said, error=error)
    state.quote = QUOTE
    return state


def test_quote_stands_above_the_answer_and_its_notes() -> None:
    assert text(spoken(TextDelta("Far."), Ended("succeeded"))) == f"{QUOTE}\n\nFar."
    state = spoken(TextDelta("Far."), Sources((Source("Doc"),)), Ended("succeeded"))
    assert text(state) == f"{QUOTE}\n\nFar.\n\n**Sources:** Doc"


def test_quote_stands_above_a_note_in_place_of_the_answer() -> None:
    assert text(spoken(error=RunFailed("llm"))) == f"{QUOTE}\n\n{EN[Say.RUN_FAILED]}"
    assert text(spoken(Ended("succeeded"))) == f"{QUOTE}\n\n{EN[Say.NO_TEXT]}"


def test_quote_alone_is_no_answer() -> None:
    assert text(spoken(Ended("succeeded")), brings_files=True) == ""


def test_early_end_counts_the_quote() -> None:
    state = spoken(TextDelta("Far. Very far."), Ended("succeeded"))
    whole = text(state)
    ending = Ending(state, in_time=True, show_sources=True)
    end = len(QUOTE) + 2 + len("Far.")
    assert ending.early(whole, end, "a note", ASKER) == f"{QUOTE}\n\nFar.\n\n> a note"


def test_recording_that_was_not_heard_has_a_sentence_of_its_own() -> None:
    state = grown()
    state.left_out = (NotHeard("a.m4a", "file_empty"), FileRefused("a.txt", "file_empty"))
    assert text(state).split("\n\n") == [
        "I couldn't listen to `a.m4a`: it is empty.",
        "I couldn't pass on `a.txt`: it is empty.",
    ]
