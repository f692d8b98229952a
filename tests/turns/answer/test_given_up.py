from types import SimpleNamespace
from typing import Any, cast

import pytest

from turns.answer.given_up import GivenUp
from wording import Say


def given_up(name: str = "Ben") -> GivenUp:
    author: Any = SimpleNamespace(names=lambda _: lambda _user: name)
    return GivenUp(cast("Any", author))


def test_answer_that_nobody_touched_is_not_given_up() -> None:
    answer = given_up()
    assert (answer.is_given_up, answer.is_question_gone, answer.stopper()) == (False, False, "")


def test_note_names_the_member_who_stopped_without_markup() -> None:
    answer = given_up("*Ben* <!here>")
    answer.stop("U2")
    say, values = answer.note()
    assert say == Say.STOPPED_BY
    assert "<!here>" not in values["person"]
    assert answer.is_given_up
    assert answer.told.is_set()


def test_note_names_nobody_when_slack_does_not_tell_the_name() -> None:
    answer = given_up("")
    answer.stop("U2")
    assert answer.note() == (Say.STOPPED, {})


@pytest.mark.parametrize("order", [(True, False), (False, True), (False, False)])
def test_deleted_question_counts_more_than_a_deleted_root(order: tuple[bool, bool]) -> None:
    answer = given_up()
    for question in order:
        answer.withdraw(question=question)
    assert answer.is_question_gone == any(order)
    assert answer.is_given_up
