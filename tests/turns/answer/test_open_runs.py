import json
from dataclasses import asdict, fields, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from dify_app.answer import Paused, QuestionCut, RunStarted, TextDelta, TextReplaced
from dify_app.form import AppForm
from errors import FileRefused, NotHeard
from job import OpenRun
from slack_reply import LONGEST_TEXT, LeftOff
from turns.answer.answer_state import AnswerState
from turns.answer.open_runs import left_open
from turns.limits import RUN_REQUESTS
from turns.report import TurnReport
from wording import Say

LEFT = LeftOff(("1.5", "1.6"), 1, 4, 8)


def state(mode: str = "advanced-chat", via: Any = "api", run_id: str = "run") -> AnswerState:
    """A run that has said something and goes on."""
    found = AnswerState(conversation_id="c-1", via=via, user="slack:T1:U1", form=AppForm(mode=mode))
    found.take(RunStarted("task", "message", run_id))
    found.take(TextDelta("Some text"))
    return found


def left(answer: AnswerState, earlier: OpenRun | None = None, where: LeftOff | None = LEFT) -> OpenRun | None:
    report = TurnReport("T1", "C1", "1.1", "app", first_token=1.0, first_text=2.0)
    return left_open(answer, earlier, cast("Any", SimpleNamespace(leave_off=lambda: where)), report)


@pytest.mark.parametrize("mode", ["advanced-chat", "workflow"])
def test_run_of_a_flow_goes_on_with_its_names_and_text(mode: str) -> None:
    run = left(state(mode))
    names = ("task", "message", "run", "c-1", "slack:T1:U1")
    assert run == OpenRun(*names, "Some text", (), ("1.5", "1.6"), 1, 4, 8, 1, 1.0, 2.0)


def test_later_request_knows_what_was_left_out_of_the_question() -> None:
    answer, later = state(), AnswerState()
    answer.take(QuestionCut(900))
    answer.left_out = FileRefused("a.pdf", Say.FILE_TOO_LARGE), NotHeard("b.m4a", Say.FILE_EMPTY)
    run = left(answer)
    assert run is not None
    later.take_up(OpenRun.from_dict(json.loads(json.dumps(asdict(run)))))
    assert later.question_cut == 900
    told = [(type(file), file.name, file.reason) for file in later.left_out]
    assert told == [(FileRefused, "a.pdf", Say.FILE_TOO_LARGE), (NotHeard, "b.m4a", Say.FILE_EMPTY)]


CARRIED = {
    "conversation_id",
    "via",
    "user",
    "run",
    "quote",
    "progress",
    "left_out",
    "question_cut",
    "named",
    "speaks",
}
"""Fields of a state that a later request takes up from the run of an earlier one, beside the text."""
OF_EACH_REQUEST = {"changed", "stepped", "finished", "form", "over", "is_full", "error", "ended"}
OF_THE_END = {"sources"}
"""Dify tells them at the end of a run, to whoever reads the run then."""
NEVER_LEFT = {"paused", "was_replaced"}
"""A run with these is not left to a later request."""


def test_each_field_of_a_state_is_carried_or_need_not_be() -> None:
    names = {field.name for field in fields(AnswerState) if not field.name.startswith("_")}
    assert names == CARRIED | OF_EACH_REQUEST | OF_THE_END | NEVER_LEFT


@pytest.mark.parametrize(
    "answer",
    [
        state("chat"),
        state("agent"),
        state("completion"),
        state(via="plugin"),
        state(run_id=""),
        AnswerState(),
    ],
)
def test_run_that_dify_does_not_tell_of_is_not_left(answer: AnswerState) -> None:
    assert left(answer) is None


@pytest.mark.parametrize(
    "event", [Paused("May I?"), TextReplaced("I may not say that."), TextDelta("a" * LONGEST_TEXT)]
)
def test_run_whose_text_its_outputs_do_not_make_whole_is_not_left(event: Any) -> None:
    answer = state()
    answer.take(event)
    assert left(answer) is None


def test_run_that_is_over_is_not_left() -> None:
    answer = state()
    answer.end()
    assert left(answer) is None


def test_run_is_not_left_while_a_post_of_it_may_stand_unseen() -> None:
    assert left(state(), where=None) is None


def test_run_is_read_in_so_many_requests_at_most() -> None:
    run, requests = left(state()), 1
    while run is not None:
        later = AnswerState()
        later.take_up(run)
        run = left(later, run)
        requests += 1
    assert requests == RUN_REQUESTS


def test_later_request_leaves_the_run_though_it_did_not_read_the_form() -> None:
    run = left(state())
    assert run is not None
    later = AnswerState()
    later.take_up(run)
    assert left(later, run) == replace(run, requests=2)


def test_quote_goes_on_with_the_run() -> None:
    answer = state()
    answer.quote = "> 🎤 How far?"
    run = left(answer)
    assert run is not None
    assert (run.text, run.quote) == ("Some text", "> 🎤 How far?")
    later = AnswerState()
    later.take_up(run)
    later.take(TextReplaced("All of the text"))
    assert later.shown == "> 🎤 How far?\n\nAll of the text"
