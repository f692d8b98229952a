"""A member answers a form of a paused run: a press of one of its buttons, or its modal that was sent.

Source: docs/platform/slack.md#block-actions, docs/platform/slack.md#modals.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from errors import HandoffError, SettingsError
from handoff import EventHandOff
from job import FormPress, Job
from json_fields import id_of, mapping_of, text_of
from message import Message
from slack_events.admission import Admit, Ignore, admit
from slack_events.presses import press_message
from slack_events.signed_request import LATER, OK, Ack
from turns import (
    EndpointRequest,
    FormButton,
    FormModals,
    RefusalNotice,
    logger,
    pressed_button,
    submitted_form,
)

LONGEST_INPUT = 3_000  # characters, Slack's own limit of a field

type _Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class FormAnswered:
    """`message` is in the member's name and in the form's thread, at the time of the press.

    `inputs` is None for a press of a form's button whose fields are still to be filled in: a modal asks for them.
    `message_ts` is the message with the form's buttons.
    """

    message: Message
    button: FormButton
    message_ts: str
    inputs: Mapping[str, str] | None
    trigger_id: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class FormActions:
    """For one request. Whoever may ask here may answer: a rule of the admin refuses the others as a question's."""

    endpoint: EndpointRequest
    hand_off: EventHandOff
    notice: RefusalNotice
    modals: FormModals

    def answered(self, action: FormAnswered, received: float) -> Ack:
        """Ask for what is to be filled in, or hand the answer off: it is a turn of its thread."""
        message = action.message
        verdict = admit(message, self.endpoint.settings)
        if isinstance(verdict, Ignore) and verdict.ruling:
            self.notice.refused(message, verdict.ruling)
        if not isinstance(verdict, Admit):
            return Ack(OK)
        if action.inputs is None:
            opened = self.modals.open(message, action.button, action.trigger_id, action.message_ts)
            return Ack(OK if opened else LATER)
        button = action.button
        press = FormPress(button.form_id, button.action, button.title, action.message_ts, dict(action.inputs))
        try:
            self.hand_off.hand(Job(message, self.endpoint.url, received, form=press))
        except (SettingsError, HandoffError) as error:
            logger.warning("an answer to a form in %s was not taken: %s", message.channel, error)
            return Ack(LATER)
        return Ack(OK)


def form_press(payload: _Json, action: _Json, place: _Json, below: str) -> FormAnswered | None:
    """A press of a form's button; None if the button says nothing.

    `place` are the fields of its message, and `below` is the message's ts.
    """
    button = pressed_button(action)
    if button is None or not id_of(mapping_of(payload, "user"), "id"):
        return None
    words = {"text": escape(button.title, quote=False), "app_name": button.app_name}
    message = press_message(payload, action, place, **words)
    inputs: dict[str, str] | None = None if button.fields else {}
    return FormAnswered(message, button, below, inputs, text_of(payload, "trigger_id"))


def form_submission(payload: _Json, now: float) -> FormAnswered | None:
    """A form's modal that was sent at `now` (epoch), which carries no time; None for any other modal."""
    found = submitted_form(mapping_of(payload, "view"))
    member = mapping_of(payload, "user")
    if found is None or not id_of(member, "id"):
        return None
    button, place, inputs = found
    message = Message(
        team_id=id_of(place, "team"),
        bot_user_id=id_of(place, "bot"),
        api_app_id=id_of(payload, "api_app_id"),
        source="button",
        channel=id_of(place, "channel"),
        ts=f"{now:.6f}",
        thread_ts=id_of(place, "thread"),
        user=id_of(member, "id"),
        user_team=id_of(member, "team_id"),
        text=escape(button.title, quote=False),
        app_name=button.app_name,
    )
    kept = {name: value[:LONGEST_INPUT] for name, value in inputs.items()}
    return FormAnswered(message, button, id_of(place, "message"), kept)
