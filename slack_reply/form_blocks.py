"""A form as Slack shows it: a button for each action, and a modal for the inputs (docs/platform/slack.md#modals). Pure.

What a button and a modal carry is no secret: the form's id, never its token.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from json_fields import id_of, mapping, mapping_of, parsed, text_of
from plain_text import shortened, without_tokens
from slack_reply.buttons import BLOCK, LABEL_LIMIT, VALUE_LIMIT

FORM_ACTION = "form_"
"""The beginning of the ids of a form's buttons."""
FORM_VIEW = "form_answer"
"""The callback id of a form's modal."""
MOST_ACTIONS = 25
LONGEST_TEXT = 3_000  # characters that a member may write into an input
MOST_OPTIONS = 100
_MODAL_TITLE = 24
_INPUT = "input_{number}"


@dataclass(frozen=True, slots=True)
class Field:
    """An input of a form: a text, or one of the `options` if there are some."""

    name: str
    default: str = ""
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FormButton:
    """What a button of a form says when it is pressed: `action` is Dify's id, `title` the button's label."""

    form_id: str
    action: str
    title: str
    fields: tuple[Field, ...] = ()
    app_name: str = ""

    def value(self) -> str:
        """The button's value; "" if Slack does not take so long a one."""
        for defaults in (True, False):
            fields = [[one.name, one.default if defaults else "", list(one.options)] for one in self.fields]
            value = json.dumps(
                {"f": self.form_id, "a": self.action, "n": self.app_name, "i": fields},
                ensure_ascii=False,
                separators=(",", ":"),
            )
            if len(value) <= VALUE_LIMIT:
                return value
        return ""


def form_blocks(
    buttons: Sequence[FormButton], styles: Sequence[str], team_id: str
) -> list[dict[str, Any]] | None:
    """The buttons as blocks; None for a form that Slack cannot show."""
    values = [button.value() for button in buttons]
    fields = [field for button in buttons for field in button.fields]
    options = [option for field in fields for option in field.options]
    fits = all(values) and 0 < len(buttons) <= MOST_ACTIONS
    if not fits or any(len(field.options) > MOST_OPTIONS for field in fields):
        return None
    if any(not 0 < len(option) <= LABEL_LIMIT for option in options):
        return None
    elements: list[dict[str, Any]] = [
        {
            "type": "button",
            "action_id": f"{FORM_ACTION}{number}",
            "text": _plain(button.title, LABEL_LIMIT),
            "value": value,
            **({"style": style} if style else {}),
        }
        for number, (button, value, style) in enumerate(zip(buttons, values, styles, strict=True))
    ]
    return [{"type": "actions", "block_id": f"{BLOCK}{team_id}", "elements": elements}]


def pressed_button(action: Mapping[str, Any]) -> FormButton | None:
    """The button of a press, out of the payload's action; None if it is none of a form."""
    carried = mapping(parsed(text_of(action, "value")))
    raw = carried.get("i")
    fields = tuple(map(_field, raw)) if isinstance(raw, list) else ()
    form_id, chosen = id_of(carried, "f"), text_of(carried, "a")
    if not form_id or not chosen or None in fields:
        return None
    title = text_of(mapping_of(action, "text"), "text") or chosen
    return FormButton(form_id, chosen, title, tuple(filter(None, fields)), text_of(carried, "n"))


def form_modal(button: FormButton, place: Mapping[str, str], *, send: str, cancel: str) -> dict[str, Any]:
    """The modal that asks for the inputs of a form. `place` says where the answer belongs, as `submitted_form` reads.

    `send` and `cancel` are the labels of the modal's own buttons.
    """
    carried = {
        "f": button.form_id,
        "a": button.action,
        "t": button.title,
        "n": button.app_name,
        "i": [field.name for field in button.fields],
        "p": dict(place),
    }
    return {
        "type": "modal",
        "callback_id": FORM_VIEW,
        "private_metadata": json.dumps(carried, ensure_ascii=False, separators=(",", ":")),
        "title": _plain(button.title, _MODAL_TITLE),
        "submit": _plain(send, _MODAL_TITLE),
        "close": _plain(cancel, _MODAL_TITLE),
        "blocks": [_input_block(number, field) for number, field in enumerate(button.fields)],
    }


def submitted_form(
    view: Mapping[str, Any],
) -> tuple[FormButton, Mapping[str, Any], dict[str, str]] | None:
    """The button, the place and the inputs of a modal that was sent; None if it is none of a form."""
    carried = mapping(parsed(text_of(view, "private_metadata")))
    names = carried.get("i")
    form_id, chosen = id_of(carried, "f"), text_of(carried, "a")
    ours = text_of(view, "callback_id") == FORM_VIEW and form_id and chosen
    if not ours or not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        return None
    values = mapping_of(mapping_of(view, "state"), "values")
    inputs = {name: _entered(values, _INPUT.format(number=number)) for number, name in enumerate(names)}
    button = FormButton(form_id, chosen, text_of(carried, "t") or chosen, (), text_of(carried, "n"))
    return button, mapping_of(carried, "p"), inputs


def _field(raw: object) -> Field | None:
    match raw:
        case [str(name), str(default), list(options)] if all(isinstance(one, str) for one in options):
            return Field(name, default, tuple(options))
    return None


def _input_block(number: int, field: Field) -> dict[str, Any]:
    element: dict[str, Any] = {"type": "plain_text_input", "multiline": True, "max_length": LONGEST_TEXT}
    if field.options:
        options = [{"text": _plain(option, LABEL_LIMIT), "value": option} for option in field.options]
        element = {"type": "static_select", "options": options}
    elif field.default:
        element["initial_value"] = field.default[:LONGEST_TEXT]
    name = _INPUT.format(number=number)
    return {
        "type": "input",
        "block_id": name,
        "optional": not field.options,
        "label": _plain(field.name, LONGEST_TEXT // 2),
        "element": element | {"action_id": name},
    }


def _entered(values: Mapping[str, Any], name: str) -> str:
    entered = mapping_of(mapping_of(values, name), name)
    return text_of(entered, "value") or text_of(mapping_of(entered, "selected_option"), "value")


def _plain(text: str, longest: int) -> dict[str, Any]:
    label = shortened(without_tokens(" ".join(text.split())), longest) or "…"
    return {"type": "plain_text", "text": label, "emoji": False}
