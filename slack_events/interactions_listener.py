"""Answers `/slack/interactions`: it verifies, reads, decides and hands off, as the events listener does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from pydantic_core import from_json

from clock import Clock
from errors import HandoffError, Malformed, RequestError, SettingsError
from handoff import Claims, EventHandOff
from job import Job
from json_fields import first_mapping_of, id_of, mapping_of, text_of
from message import Message
from slack_events.admission import Admit, Ignore, admit
from slack_events.asked_elsewhere import AskedElsewhere
from slack_events.envelope import known_files
from slack_events.form_actions import FormActions, FormAnswered, form_press, form_submission
from slack_events.named_app import with_app_name
from slack_events.seen_requests import SeenRequests
from slack_events.signed_request import LATER, OK, Ack, Refusals, read_signed, refuse
from turns import FORM_ACTION, EndpointRequest, RefusalNotice, logger, message_text

AGAIN_SECONDS = 30.0  # within this time, a second press of a button by the same member is a double click
ASK, TEAM = "ask_", "team_"
"""The beginnings of our buttons' ids and of their blocks' ids. The bot's workspace follows in a block's id."""
LONGEST_VALUE = 2_000  # Slack's own limit for the value of a button (docs/platform/slack.md#block-limits)

_MOST_FIELDS = 10
_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})

type _Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BlockAction:
    """A press of a button, which asks the button's question (docs/platform/slack.md#block-actions).

    `message` is what the member would have written, at the time of the press and in the thread of the button; `button`
    names the button and the member. A press does not tell the channel's type (it gives only a name, and a channel may
    have any name), nor whether other organisations are in the channel, nor our own: its `enterprise` is the member's.
    """

    message: Message
    button: str


@dataclass(frozen=True, slots=True)
class Shortcut:
    """A member asks about a message (docs/platform/slack.md#shortcuts), whose words and files are the question.

    The question goes into the thread of that message. `response_url` is a secret.
    """

    message: Message
    response_url: str = field(repr=False)

    @property
    def name(self) -> str:
        """Names the message and the member: within AGAIN_SECONDS, the same is a double click."""
        message = self.message
        return f"{message.team_id}/{message.channel}/{message.thread_ts}/{hash(message.text)}/{message.user}"


@dataclass(frozen=True, slots=True)
class InteractionsListener:
    """For one request. The answer goes into the thread; only why a shortcut fails is sent to its `response_url`.

    `presses` are the presses of the last AGAIN_SECONDS in this process; Slack sends no press twice
    (docs/platform/slack.md#interactivity-requests).
    """

    endpoint: EndpointRequest
    clock: Clock
    presses: Claims
    hand_off: EventHandOff
    refusals: Refusals
    notice: RefusalNotice
    asked: AskedElsewhere
    seen: SeenRequests
    forms: FormActions

    def receive(self, raw: bytes, headers: Mapping[str, str]) -> Ack:
        """Answer Slack. A request without a valid signature gets 401 with an empty body, whatever it says."""
        received = self.clock.epoch()
        try:
            secrets = self.endpoint.settings.signing_secrets
            interaction = read_signed(raw, headers, secrets, partial(parse_interaction, now=received))
        except RequestError as error:
            self.seen.refused(self.endpoint.id, error, headers)
            return refuse(error, self.endpoint.id, self.refusals)
        self.seen.interaction(self.endpoint.id, interaction.message.api_app_id if interaction else "")
        match interaction:
            case FormAnswered():
                return self.forms.answered(interaction, received)
            case BlockAction():
                return self._pressed(interaction, received)
            case Shortcut(message, response_url) if self.presses.take(
                f"{self.endpoint.id}/{interaction.name}"
            ):
                self.asked.ask(message, response_url, received)
        return Ack(OK)

    def _pressed(self, press: BlockAction, received: float) -> Ack:
        settings = self.endpoint.settings
        message = with_app_name(press.message, settings.app_names)
        button = f"{self.endpoint.id}/{press.button}"
        verdict = admit(message, settings)
        if isinstance(verdict, Ignore) and verdict.ruling:
            self.notice.refused(message, verdict.ruling)
        if not isinstance(verdict, Admit) or not self.presses.take(button):
            return Ack(OK)
        try:
            self.hand_off.hand(Job(message, self.endpoint.url, received))
        except (SettingsError, HandoffError) as error:
            self.presses.give_back(button)
            logger.warning("a press in %s was not taken: %s", message.channel, error)
            return Ack(LATER)
        return Ack(OK)


def parse_interaction(raw: bytes, now: float = 0.0) -> BlockAction | Shortcut | FormAnswered | None:
    """Read a request's body at `now` (epoch); None for any other interaction.

    Raises Malformed for a body that is no interaction.
    """
    try:
        fields = parse_qs(raw.decode(), max_num_fields=_MOST_FIELDS)
        payload = from_json(fields["payload"][0]) if "payload" in fields else {}
    except ValueError as error:
        raise Malformed("the body is no form with a payload of JSON") from error
    if not isinstance(payload, dict):
        raise Malformed("the payload is no JSON object")
    if payload.get("type") == "message_action":
        return _shortcut(payload)
    if payload.get("type") == "view_submission":
        return form_submission(payload, now)
    action = first_mapping_of(payload, "actions")
    named, block = id_of(action, "action_id"), id_of(action, "block_id")
    if payload.get("type") == "block_actions" and named.startswith(FORM_ACTION) and block.startswith(TEAM):
        return form_press(payload, action, block.removeprefix(TEAM))
    ours = named.startswith(ASK) and block.startswith(TEAM)
    return _press(payload, action) if payload.get("type") == "block_actions" and ours else None


def _press(payload: _Json, action: _Json) -> BlockAction | None:
    member, container, posted = (mapping_of(payload, name) for name in ("user", "container", "message"))
    question, user = text_of(action, "value"), id_of(member, "id")
    if not question.strip() or not user:
        return None
    team = id_of(action, "block_id").removeprefix(TEAM)
    channel = id_of(mapping_of(payload, "channel"), "id") or id_of(container, "channel_id")
    ts = id_of(container, "message_ts") or id_of(posted, "ts")
    message = Message(
        team_id=team,
        bot_user_id=id_of(posted, "user"),
        api_app_id=id_of(payload, "api_app_id"),
        source="button",
        channel=channel,
        ts=id_of(action, "action_ts"),
        thread_ts=id_of(container, "thread_ts") or id_of(posted, "thread_ts") or ts,
        user=user,
        user_team=id_of(member, "team_id"),
        text=question[:LONGEST_VALUE].translate(_ENTITIES),
    )
    return BlockAction(message, f"{team}/{channel}/{ts}/{id_of(action, 'action_id')}/{user}")


def _shortcut(payload: _Json) -> Shortcut | None:
    member, about = mapping_of(payload, "user"), mapping_of(payload, "message")
    team, enterprise = (id_of(mapping_of(payload, name), "id") for name in ("team", "enterprise"))
    ts = id_of(about, "ts") or id_of(payload, "message_ts")
    text = message_text(about)
    if not id_of(member, "id") or not (text.strip() or known_files(about)):
        return None
    message = Message(
        team_id=enterprise if payload.get("is_enterprise_install") is True else team,
        api_app_id=id_of(payload, "api_app_id"),
        source="command",
        channel=id_of(mapping_of(payload, "channel"), "id"),
        ts=id_of(payload, "action_ts"),
        thread_ts=id_of(about, "thread_ts") or ts,
        user=id_of(member, "id"),
        user_team=id_of(member, "team_id") or team,
        text=text,
        files=known_files(about),
    )
    return Shortcut(message, text_of(payload, "response_url"))
