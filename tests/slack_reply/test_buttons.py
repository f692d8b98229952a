from hypothesis import given
from hypothesis import strategies as st

from slack_reply.buttons import (
    LABEL_LIMIT,
    MOST,
    buttons,
    fits_button,
    is_stop_button,
    listed,
    stop_button,
    usable,
)


@given(st.lists(st.text(max_size=3000), max_size=12))
def test_buttons_are_what_slack_takes(questions: list[str]) -> None:
    chosen = usable(questions)
    assert len(chosen) <= MOST
    assert len(set(chosen)) == len(chosen)
    for block in buttons(chosen, "T1"):
        assert len({element["action_id"] for element in block["elements"]}) == len(chosen)
        for element, question in zip(block["elements"], chosen, strict=True):
            assert element["value"] == question
            assert 0 < len(element["value"]) <= 2000
            assert 0 < len(element["text"]["text"]) <= LABEL_LIMIT
            assert "<" not in element["text"]["text"]


def test_no_block_and_no_list_are_made_without_questions() -> None:
    assert usable(["", " \n "]) == ()
    assert buttons((), "T1") == []
    assert listed("For example:", ()) == ""


def test_list_has_each_question_on_its_line() -> None:
    assert listed("For example:", usable(["One\ntwo?", "Three?"])) == "For example:\n\n- One two?\n- Three?"
    assert fits_button("x" * 75)
    assert not fits_button("x" * 76)


def test_stop_button_names_the_workspace_and_is_known_again() -> None:
    block = stop_button("Stop", "T1")
    assert block["block_id"] == "team_T1"
    assert [one["action_id"] for one in block["elements"]] == ["stop"]
    assert is_stop_button(block)
    assert not any(map(is_stop_button, buttons(["What?"], "T1")))
