"""Forms as buttons and modals: what goes out comes back, and Slack takes it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.slack.blocks import check_blocks
from slack_reply import Field, FormButton, form_blocks, form_modal, pressed_button, submitted_form

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
FIELDS = st.builds(Field, TEXTS, st.text(st.characters(exclude_categories=["Cs"]), max_size=60)) | st.builds(
    lambda name, options: Field(name, "", tuple(options)), TEXTS, st.lists(TEXTS, min_size=1, max_size=5)
)
BUTTONS = st.builds(
    lambda action, title, fields: FormButton("form-1", action, title, tuple(fields)),
    TEXTS,
    TEXTS,
    st.lists(FIELDS, max_size=5),
)


@given(st.lists(BUTTONS, min_size=1, max_size=4))
def test_pressed_button_says_what_it_was_made_of(buttons: list[FormButton]) -> None:
    blocks = form_blocks(buttons, [""] * len(buttons), "T1")
    if blocks is None:
        assert not all(button.value() for button in buttons)
        return
    check_blocks(blocks)
    for button, element in zip(buttons, blocks[0]["elements"], strict=True):
        found = pressed_button(element)
        assert found is not None
        assert (found.form_id, found.action) == ("form-1", button.action)
        assert [(one.name, one.options) for one in found.fields] == [
            (one.name, one.options) for one in button.fields
        ]


@given(BUTTONS.filter(lambda button: bool(button.fields and button.value())))
def test_modal_carries_the_place_and_brings_each_input(button: FormButton) -> None:
    view = form_modal(button, {"channel": "C1"}, send="Send", cancel="Cancel")
    assert len(view["private_metadata"]) <= 3_000
    check_blocks(view["blocks"])
    assert all(0 < len(view[name]["text"]) <= 24 for name in ("title", "submit", "close"))
    values: dict[str, Any] = {
        block["block_id"]: {block["element"]["action_id"]: {"value": f"v{number}"}}
        for number, block in enumerate(view["blocks"])
    }
    found = submitted_form(view | {"state": {"values": values}})
    assert found is not None
    pressed, place, inputs = found
    assert (pressed.form_id, pressed.action, place) == ("form-1", button.action, {"channel": "C1"})
    last = {field.name: f"v{number}" for number, field in enumerate(button.fields)}
    assert inputs == last


def test_long_defaults_are_left_out_of_a_button_before_the_form_is() -> None:
    button = FormButton("f", "a", "A", (Field("x", "d" * 3_000),))
    assert json.loads(button.value())["i"] == [["x", "", []]]
    assert form_blocks([button], [""], "T1") is not None


@pytest.mark.parametrize(
    "button",
    [
        FormButton("f", "a", "A", tuple(Field("x" * 200, "") for _ in range(20))),
        FormButton("f", "a", "A", (Field("x", options=("o" * 76,)),)),
        FormButton("f", "a", "A", (Field("x", options=tuple(map(str, range(101)))),)),
    ],
)
def test_form_that_slack_cannot_show_has_no_buttons(button: FormButton) -> None:
    assert form_blocks([button], [""], "T1") is None
    assert form_blocks([], [], "T1") is None
    assert form_blocks([FormButton("f", "a", "A")] * 26, [""] * 26, "T1") is None
