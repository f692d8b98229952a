from hypothesis import given
from hypothesis import strategies as st

from slack_reply.buttons import LABEL_LIMIT, MOST, buttons, fits_button, listed, usable


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
