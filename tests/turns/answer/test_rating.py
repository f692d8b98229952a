from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dify_app import AppForm, Ended, Paused, RunStarted
from errors import RunFailed
from message import Message
from turns.answer.answer_state import AnswerState
from turns.answer.rating import RatedAnswer, RatingOffer

ANSWER = RatedAnswer("app-1", "slack:T1:U1", "0f1e2d3c-aaaa")
MESSAGE = Message("T1", "C1", "1.000001", "app_mention", user="U1")


def offer(*, known: bool = True) -> RatingOffer:
    say = SimpleNamespace(say=str)
    return RatingOffer(
        MESSAGE, "app-1", cast("Any", None), cast("Any", say), cast("Any", SimpleNamespace(are_known=known))
    )


def whole(**changes: Any) -> AnswerState:
    state = AnswerState(via="api", user="slack:T1:U1", form=AppForm(mode="advanced-chat"))
    state.run, state.ended = RunStarted("t", "0f1e2d3c-aaaa"), Ended("succeeded")
    for name, value in changes.items():
        setattr(state, name, value)
    return state


def test_value_of_a_thumb_names_the_answer_and_fits_into_a_button() -> None:
    for rating in ("like", "dislike"):
        value = ANSWER.value(rating)
        assert RatedAnswer.read(value) == (ANSWER, rating)
        assert len(value) <= 2_000


@given(st.text(alphabet="+- aslack:T1/.\n", max_size=40))
def test_text_that_is_no_value_reads_as_none_or_is_safe_in_a_path(text: str) -> None:
    read = RatedAnswer.read(text)
    assert read is None or not set("/.\n ") & set(read[0].message_id + read[0].app_id)


def test_whole_answer_over_the_service_api_gets_thumbs_in_two_forms() -> None:
    native, plain = offer().blocks(whole())
    assert [native[0]["type"], plain[0]["type"]] == ["context_actions", "actions"]
    assert native[0]["block_id"] == plain[0]["block_id"] == "team_T1"
    [thumbs] = native[0]["elements"]
    values = [thumbs[name]["value"] for name in ("positive_button", "negative_button")]
    assert values == [button["value"] for button in plain[0]["elements"]]
    assert values == [ANSWER.value("like"), ANSWER.value("dislike")]


@pytest.mark.parametrize(
    "changes",
    [
        {"via": "plugin"},
        {"ended": None},
        {"error": RunFailed("x")},
        {"paused": (Paused("form"),)},
        {"run": None},
        {"run": RunStarted("t", "")},
        {"form": None},
        {"form": AppForm(mode="agent")},
        {"user": "somebody else's name"},
    ],
)
def test_answer_that_takes_no_rating_gets_no_thumbs(changes: dict[str, Any]) -> None:
    assert offer().blocks(whole(**changes)) == ()


def test_no_thumbs_until_a_press_is_known_to_arrive() -> None:
    assert replace(offer(known=False)).blocks(whole()) == ()
