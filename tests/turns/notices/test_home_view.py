import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dify_app import AppForm
from turns.notices.home_view import MOST_OPEN, OpenQuestion, home_view, refusal_view
from wording import Say, say

FORM = AppForm(opening_statement="I know <!channel> rules.", suggested_questions=("Travel?", "Leave?"))


def english(key: Say) -> str:
    return say("en", key)


def view(form: AppForm = FORM, *questions: OpenQuestion, direct: bool = True) -> dict[str, Any]:
    return home_view(form, questions, english, direct_messages=direct)


def texts(found: dict[str, Any]) -> list[str]:
    return [block["text"]["text"] for block in found["blocks"]]


def test_home_tells_of_the_app_and_how_to_start() -> None:
    assert texts(view()) == [
        english(Say.HOME_WHAT), "I know <!channel> rules.",
        english(Say.SUGGESTIONS), "• Travel?\n• Leave?",
        english(Say.HOME_HOW), f"{english(Say.HOME_START)}\n{english(Say.HOME_START_DIRECT)}",
        english(Say.HOME_PRIVACY_TITLE), english(Say.HOME_PRIVACY),
    ]  # fmt: skip


def test_home_without_an_opening_says_the_bots_own_words() -> None:
    found = texts(view(AppForm(), direct=False))
    assert found[1] == english(Say.GREETING)
    assert english(Say.SUGGESTIONS) not in found
    assert english(Say.HOME_START) in found


def test_open_questions_are_named_by_place_and_time_alone() -> None:
    found = texts(view(FORM, OpenQuestion("C1", 17), OpenQuestion("D1", 18)))
    assert "• <#C1>, <!date^17^{time}|17>\n• our direct message, <!date^18^{time}|18>" in found
    many = texts(view(FORM, *(OpenQuestion("C1", n) for n in range(50))))
    assert max(text.count("•") for text in many) == MOST_OPEN


def test_digest_changes_with_what_is_shown_and_only_then() -> None:
    same = {view()["private_metadata"], view()["private_metadata"]}
    others = [view(AppForm()), view(direct=False), view(FORM, OpenQuestion("C1", 17)), refusal_view("No.")]
    assert len(same) == 1
    assert len(same | {one["private_metadata"] for one in others}) == 5


@given(st.text(max_size=8_000), st.lists(st.text(max_size=3_000), max_size=8))
def test_no_text_of_an_app_breaks_slacks_limits_or_is_read_as_markup(
    opening: str, suggested: list[str]
) -> None:
    found = view(AppForm(opening_statement=opening, suggested_questions=tuple(suggested)))
    assert len(found["blocks"]) <= 100
    assert len(json.dumps(found).encode()) <= 250_000
    for block in found["blocks"]:
        assert block["text"]["type"] == "plain_text"
        assert 1 <= len(block["text"]["text"]) <= 3_000
