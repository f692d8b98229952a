"""Answers to forms, as Slack sends them."""

import json
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode

import pytest

from errors import HandoffError
from job import Job
from message import Message
from provider import Ruling, Settings
from slack_events.form_actions import FormActions, FormAnswered
from slack_events.interaction import parse_interaction
from slack_reply import Field, FormButton, form_blocks, form_modal
from tests.support.block_actions import PAYLOAD

PLACE = {"team": "T1", "bot": "UBOT", "channel": "C1", "thread": "170.1", "message": "170.5"}
FIELDS = (Field("reason", "none"), Field("speed", options=("slow", "fast")))


def body(payload: dict[str, Any]) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


def pressed(button: FormButton, **changes: Any) -> dict[str, Any]:
    blocks = form_blocks([button], [""], "T1")
    assert blocks is not None
    action = {
        **blocks[0]["elements"][0],
        "block_id": blocks[0]["block_id"],
        "action_ts": "171.000001",
    }
    return PAYLOAD | {"actions": [action], "trigger_id": "t1"} | changes


def submitted(button: FormButton, values: dict[str, Any], **changes: Any) -> dict[str, Any]:
    view = form_modal(button, PLACE, send="Send", cancel="Cancel")
    user = {"id": "U1", "team_id": "T2"}
    return {
        "type": "view_submission",
        "user": user,
        "view": view | {"state": {"values": values}},
    } | changes


class Process:
    """One process, with what its form actions hand on."""

    def __init__(self, **rules: Any) -> None:
        self.handed: list[Job] = []
        self.opened: list[Any] = []
        self.told: list[str] = []
        self.error: Exception | None = None
        settings = Settings(app_id="app", **{"slack_connect": True} | rules)
        endpoint = SimpleNamespace(
            id="hook", url="https://dify.example/e/hook/slack/interactions", settings=settings
        )
        us = cast("Any", self)
        self.actions = FormActions(cast("Any", endpoint), us, us, us)

    def hand(self, job: Job) -> None:
        if self.error:
            raise self.error
        self.handed.append(job)

    def refused(self, _: Message, ruling: Ruling) -> None:
        self.told += ruling.settings

    def open(self, message: Message, button: FormButton, trigger_id: str, message_ts: str) -> bool:
        self.opened.append((message, button, trigger_id, message_ts))
        return self.error is None


def receive(process: Process, payload: dict[str, Any]) -> int:
    found = parse_interaction(body(payload), 171.5)
    assert isinstance(found, FormAnswered)
    return process.actions.answered(found, 171.5).status


def test_press_without_fields_is_handed_off_as_an_answer_to_its_form() -> None:
    process = Process()
    assert receive(process, pressed(FormButton("f1", "yes", "Send it"))) == 200
    [job] = process.handed
    assert job.form is not None
    assert (job.form.form_id, job.form.action, job.form.title) == ("f1", "yes", "Send it")
    assert (job.form.message_ts, job.form.inputs) == ("170.5", {})
    assert (job.message.root_ts, job.message.user, job.message.user_team) == ("170.1", "U1", "T2")
    assert Job.from_dict(json.loads(json.dumps(job.to_dict()))) == job


def test_press_with_fields_opens_a_modal_at_once() -> None:
    process = Process()
    assert receive(process, pressed(FormButton("f1", "yes", "Send it", FIELDS))) == 200
    [(message, button, trigger, ts)] = process.opened
    assert (message.user, button.fields, trigger, ts) == ("U1", FIELDS, "t1", "170.5")
    assert process.handed == []


def test_answer_that_nobody_takes_is_told_to_slack() -> None:
    process = Process()
    process.error = HandoffError("full")
    assert receive(process, pressed(FormButton("f1", "yes", "Send it"))) == 503


def test_modal_that_slack_does_not_open_is_told_to_slack() -> None:
    process = Process()
    process.error = HandoffError("no")
    assert receive(process, pressed(FormButton("f1", "yes", "Send it", FIELDS))) == 503


def test_sent_modal_is_handed_off_with_its_place_and_its_inputs() -> None:
    entered = {
        "input_0": {"input_0": {"value": "It <is>"}},
        "input_1": {"input_1": {"selected_option": {"value": "fast"}}},
    }
    process = Process(channel_apps={"~legal": "app-legal"})
    assert receive(process, submitted(FormButton("f1", "yes", "Send it", FIELDS, "legal"), entered)) == 200
    [job] = process.handed
    assert job.form is not None
    assert job.form.inputs == {"reason": "It <is>", "speed": "fast"}
    assert (job.message.team_id, job.message.channel, job.message.thread_ts) == ("T1", "C1", "170.1")
    assert (job.message.app_name, job.message.user_team, job.form.message_ts) == ("legal", "T2", "170.5")


def test_field_that_was_left_empty_is_an_empty_text() -> None:
    found = parse_interaction(body(submitted(FormButton("f1", "a", "A", FIELDS), {})), 171.5)
    assert isinstance(found, FormAnswered)
    assert found.inputs == {"reason": "", "speed": ""}
    assert found.message.ts == "171.500000"


@pytest.mark.parametrize(
    "payload", [pressed(FormButton("f1", "a", "A")), submitted(FormButton("f1", "a", "A"), {})]
)
def test_member_who_may_not_ask_may_not_answer(payload: dict[str, Any]) -> None:
    process = Process(allowed_users=frozenset({"U9"}))
    assert receive(process, payload) == 200
    assert (process.handed, process.opened, process.told) == ([], [], ["allowed_users"])


@pytest.mark.parametrize(
    "change", [{"callback_id": "other"}, {"private_metadata": ""}, {"private_metadata": '{"f":"f1"}'}]
)
def test_other_modal_is_none_of_ours(change: dict[str, str]) -> None:
    payload = submitted(FormButton("f1", "a", "A"), {})
    assert parse_interaction(body(payload | {"view": payload["view"] | change}), 1.0) is None


@pytest.mark.parametrize("value", ["", "[]", '{"f":"f1"}', '{"f":"f1","a":"b","i":[["x"]]}', "{"])
def test_press_with_a_value_that_is_none_of_ours_is_ignored(value: str) -> None:
    payload = pressed(FormButton("f1", "a", "A"))
    payload["actions"][0]["value"] = value
    assert parse_interaction(body(payload)) is None
