"""Answers `/slack/interactions`: it verifies, reads, decides and hands off, as the events listener does."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import parse_qs

from pydantic_core import from_json

from clock import Clock
from errors import HandoffError, Malformed, RequestError, SettingsError
from handoff import Claims, EventHandOff, Stopping
from job import Job
from json_fields import first_mapping_of, id_of, mapping_of, text_of
from message import Message, known_files
from slack_events.admission import Admit, Ignore, admit
from slack_events.asked_again import AGAIN, AskedAgain
from slack_events.asked_elsewhere import AskedElsewhere
from slack_events.form_actions import FormActions, FormAnswered, form_press, form_submission
from slack_events.named_app import with_app_name
from slack_events.seen_requests import SeenRequests
from slack_events.signed_request import LATER, OK, Ack, Refusals, read_signed, refuse
from slack_events.stop_signs import STOP, StopPress, stop_of_press, stop_press
from slack_events.vote_press import TEAM, VOTE, ReasonSent, VotePress, reason_sent, vote_press
from turns import FORM_ACTION, EndpointRequest, Feedback, RefusalNotice, SideEvents, logger, message_text

AGAIN_SECONDS = 30.0  # within this time, a second press of a button by the same member is a double click
ASK = "ask_"
"""The beginning of the ids of buttons that ask a question."""
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

    The question goes into the thread of that message. `response_url` is a secret. `again` is that message where the
    member asks a question once more; None otherwise.
    """

    message: Message
    response_url: str = field(repr=False)
    again: Message | None = None

    @property
    def name(self) -> str:
        """Names the message and the member: within AGAIN_SECONDS, the same is a double click."""
        message = self.message
        if self.again is not None:
            return f"again/{message.team_id}/{message.channel}/{self.again.ts}/{message.user}"
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
    asked_again: AskedAgain
    feedback: Feedback
    side_events: SideEvents
    seen: SeenRequests
    stopping: Stopping
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
        self.seen.came(self.endpoint.id, self.endpoint.url)
        self.seen.interaction(self.endpoint.id, interaction.message.api_app_id if interaction else "")
        match interaction:
            case StopPress(message) if self._may(message):
                self.stopping.stop(stop_of_press(self.endpoint.id, interaction))
            case FormAnswered():
                return self.forms.answered(interaction, received)
            case BlockAction():
                return self._pressed(interaction, received)
            case Shortcut(message, response_url, again) if self.presses.take(
                f"{self.endpoint.id}/{interaction.name}"
            ):
                if again is None:
                    self.asked.ask(message, response_url, received)
                else:
                    self.asked_again.ask(message, again, response_url, received)
            case VotePress(message, answer, rating, trigger_id) if self._may(message):
                self.feedback.voted(message, answer, rating, trigger_id)
            case ReasonSent(message, answer, reason) if self._may(message):
                self.feedback.explained(message, answer, reason)
        if interaction is not None:
            self.side_events.interaction_arrived()  # waits for the storage, and a form may not wait
        return Ack(OK)

    def _may(self, message: Message) -> bool:
        """Whether the member may ask here, as far as the event tells; otherwise the member is told."""
        verdict = admit(message, self.endpoint.settings)
        if isinstance(verdict, Ignore) and verdict.ruling:
            self.notice.refused(message, verdict.ruling)
        return isinstance(verdict, Admit)

    def _pressed(self, press: BlockAction, received: float) -> Ack:
        message = with_app_name(press.message, self.endpoint.settings.app_names)
        button = f"{self.endpoint.id}/{press.button}"
        if not self._may(message) or not self.presses.take(button):
            return Ack(OK)
        try:
            self.hand_off.hand(Job(message, self.endpoint.url, received))
        except (SettingsError, HandoffError) as error:
            self.presses.give_back(button)
            logger.warning("a press in %s was not taken: %s", message.channel, error)
            return Ack(LATER)
        return Ack(OK)


type Interaction = BlockAction | FormAnswered | Shortcut | StopPress | VotePress | ReasonSent


def parse_interaction(raw: bytes, now: float = 0.0) -> Interaction | None:
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
    match payload.get("type"):
        case "message_action":
            return _shortcut(payload)
        case "view_submission":
            return reason_sent(payload) or form_submission(payload, now)
        case "block_actions":
            return _action(payload, first_mapping_of(payload, "actions"))
    return None


def _action(payload: _Json, action: _Json) -> Interaction | None:
    """A press of one of our buttons; each kind of button has ids with a beginning of its own."""
    name, place, below = id_of(action, "action_id"), _place(payload), _message_ts(payload)
    if not id_of(action, "block_id").startswith(TEAM):
        return None
    if name == STOP:
        return stop_press(payload, action, place, below)
    if name.startswith(FORM_ACTION):
        return form_press(payload, action, place, below)
    if name.startswith(VOTE):
        return vote_press(payload, action, place)
    return _press(payload, action) if name.startswith(ASK) else None


def _place(payload: _Json) -> _Json:
    """Where the message of a press stands, and by which bot."""
    container, posted = mapping_of(payload, "container"), mapping_of(payload, "message")
    thread_ts = id_of(container, "thread_ts") or id_of(posted, "thread_ts")
    return {
        "channel": id_of(mapping_of(payload, "channel"), "id") or id_of(container, "channel_id"),
        "thread_ts": thread_ts or _message_ts(payload),
        "bot_user_id": id_of(posted, "user"),
    }


def _message_ts(payload: _Json) -> str:
    """The ts of the message under which the pressed button stands."""
    return id_of(mapping_of(payload, "container"), "message_ts") or id_of(
        mapping_of(payload, "message"), "ts"
    )


def _press(payload: _Json, action: _Json) -> BlockAction | None:
    member = mapping_of(payload, "user")
    question, user = text_of(action, "value"), id_of(member, "id")
    if not question.strip() or not user:
        return None
    team = id_of(action, "block_id").removeprefix(TEAM)
    message = Message(
        team_id=team,
        api_app_id=id_of(payload, "api_app_id"),
        source="button",
        ts=id_of(action, "action_ts"),
        user=user,
        user_team=id_of(member, "team_id"),
        text=question[:LONGEST_VALUE].translate(_ENTITIES),
        **_place(payload),
    )
    below = _message_ts(payload)
    return BlockAction(message, f"{team}/{message.channel}/{below}/{id_of(action, 'action_id')}/{user}")


def _shortcut(payload: _Json) -> Shortcut | None:
    member, about = mapping_of(payload, "user"), mapping_of(payload, "message")
    team, enterprise = (id_of(mapping_of(payload, name), "id") for name in ("team", "enterprise"))
    ts = id_of(about, "ts") or id_of(payload, "message_ts")
    text, is_again = message_text(about), id_of(payload, "callback_id") == AGAIN
    if not id_of(member, "id") or not (text.strip() or known_files(about) or is_again):
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
    again = None
    if is_again:
        again = replace(message, ts=ts, user=id_of(about, "user"), app_id=id_of(about, "app_id"))
    return Shortcut(message, text_of(payload, "response_url"), again)
