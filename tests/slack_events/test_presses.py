import json
from typing import Any
from urllib.parse import urlencode

import pytest

from errors import Malformed
from slack_events.interaction import Shortcut, parse_interaction
from slack_events.presses import ReasonSent, SharePress, VotePress
from turns import REASON_FORM, RatedAnswer

ANSWER = RatedAnswer("app-1", "slack:T1:U1", "0f1e-2d3c")
ACTION = {
    "type": "feedback_buttons",
    "action_id": "vote",
    "block_id": "team_T1",
    "value": ANSWER.value("dislike"),
    "action_ts": "9.000009",
}
PRESS: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "U2", "team_id": "T1"},
    "api_app_id": "A1",
    "container": {"message_ts": "2.000002", "channel_id": "C1", "thread_ts": "1.000001"},
    "message": {"user": "UBOT", "ts": "2.000002"},
    "channel": {"id": "C1"},
    "trigger_id": "1.2.a",
    "actions": [ACTION],
}
TOLD = {
    "team_id": "T1",
    "channel": "C1",
    "ts": "9.000009",
    "thread_ts": "1.000001",
    "value": ANSWER.value("dislike"),
}


def form(payload: dict[str, Any]) -> bytes:
    return urlencode({"payload": json.dumps(payload)}).encode()


def submission(told: object = TOLD, value: object = "wrong", **view: Any) -> bytes:
    whole = {
        "callback_id": REASON_FORM,
        "private_metadata": json.dumps(told),
        "state": {"values": {"reason": {"text": {"type": "plain_text_input", "value": value}}}},
    }
    return form({"type": "view_submission", "user": {"id": "U2", "team_id": "T1"}, "view": whole | view})


def test_press_of_a_thumb_names_the_answer_the_member_and_the_thread() -> None:
    press = parse_interaction(form(PRESS))
    assert isinstance(press, VotePress)
    assert (press.answer, press.rating, press.trigger_id) == (ANSWER, "dislike", "1.2.a")
    message = press.message
    assert (message.team_id, message.channel, message.thread_ts, message.user) == (
        "T1",
        "C1",
        "1.000001",
        "U2",
    )
    assert (message.source, message.bot_user_id, message.text) == ("button", "UBOT", "")
    assert "1.2.a" not in repr(press)


@pytest.mark.parametrize(
    "action",
    [
        {"value": "no"},
        {"value": ""},
        {"block_id": "other"},
        {"action_id": "else"},
        {"value": ANSWER.value("like") + " "},
    ],
)
def test_press_that_is_not_of_our_thumbs_is_nothing(action: dict[str, str]) -> None:
    assert parse_interaction(form(PRESS | {"actions": [ACTION | action]})) is None


def test_press_without_a_place_is_malformed() -> None:
    with pytest.raises(Malformed):
        parse_interaction(form(PRESS | {"channel": {}, "container": {}, "message": {}}))


def test_reason_comes_with_the_press_that_opened_its_form() -> None:
    sent = parse_interaction(submission())
    assert isinstance(sent, ReasonSent)
    assert (sent.answer, sent.reason) == (ANSWER, "wrong")
    assert (sent.message.channel, sent.message.thread_ts, sent.message.user) == ("C1", "1.000001", "U2")


@pytest.mark.parametrize(
    "body",
    [
        submission(value=None),
        submission(value="  "),
        submission(callback_id="other"),
        submission(told={"value": "x"}),
        submission(told=[]),
        submission(private_metadata="{"),
        form({"type": "view_submission"}),
        form({"type": "view_closed", "view": {"callback_id": REASON_FORM}}),
    ],
)
def test_view_that_is_no_reason_is_nothing(body: bytes) -> None:
    assert parse_interaction(body) is None


def test_view_that_names_no_place_is_malformed() -> None:
    with pytest.raises(Malformed):
        parse_interaction(submission(told=TOLD | {"channel": ""}))


def test_shortcut_to_ask_again_names_the_message_and_its_author() -> None:
    payload: dict[str, Any] = {
        "type": "message_action",
        "callback_id": "ask_dify_again",
        "team": {"id": "T1"},
        "user": {"id": "U2", "team_id": "T1"},
        "channel": {"id": "C1"},
        "api_app_id": "A1",
        "action_ts": "9.000009",
        "response_url": "https://hooks.slack.com/actions/x",
        "message": {"ts": "2.000002", "thread_ts": "1.000001", "user": "UBOT", "app_id": "A1", "text": ""},
    }
    shortcut = parse_interaction(form(payload))
    assert isinstance(shortcut, Shortcut)
    assert shortcut.again is not None
    assert (shortcut.again.ts, shortcut.again.user, shortcut.again.app_id) == ("2.000002", "UBOT", "A1")
    assert (shortcut.message.user, shortcut.message.thread_ts) == ("U2", "1.000001")
    plain = parse_interaction(
        form(payload | {"callback_id": "ask_dify", "message": payload["message"] | {"text": "x"}})
    )
    assert isinstance(plain, Shortcut)
    assert plain.again is None
    assert plain.name != shortcut.name


SHARE: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "U1", "team_id": "T1"},
    "api_app_id": "A1",
    "container": {"type": "message", "message_ts": "2.000002", "channel_id": "C1", "is_ephemeral": True},
    "channel": {"id": "C1"},
    "response_url": "https://hooks.slack.com/actions/T1/secret",
    "actions": [{"action_id": "share", "block_id": "team_T1", "value": "name", "action_ts": "3.000003"}],
}


def shared(**changes: Any) -> Any:
    return parse_interaction(urlencode({"payload": json.dumps(SHARE | changes)}).encode())


def test_press_of_share_names_the_answer_and_the_member() -> None:
    press = shared()
    assert isinstance(press, SharePress)
    assert (press.name, press.message.user, press.message.channel) == ("name", "U1", "C1")
    assert (press.message.team_id, press.message.ts) == ("T1", "3.000003")
    assert "secret" not in repr(press)


def test_press_of_share_by_nobody_shares_nothing() -> None:
    assert shared(user={}) is None


def test_press_of_share_under_a_block_of_others_shares_nothing() -> None:
    assert shared(actions=[SHARE["actions"][0] | {"block_id": "x"}]) is None
