import json
from typing import Any
from urllib.parse import urlencode

from slack_events.interaction import parse_interaction
from slack_events.share_press import SharePress

PAYLOAD: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "U1", "team_id": "T1"},
    "api_app_id": "A1",
    "container": {"type": "message", "message_ts": "2.000002", "channel_id": "C1", "is_ephemeral": True},
    "channel": {"id": "C1"},
    "response_url": "https://hooks.slack.com/actions/T1/secret",
    "actions": [{"action_id": "share", "block_id": "team_T1", "value": "name", "action_ts": "3.000003"}],
}


def read(**changes: Any) -> Any:
    return parse_interaction(urlencode({"payload": json.dumps(PAYLOAD | changes)}).encode())


def test_press_of_share_names_the_answer_and_the_member() -> None:
    press = read()
    assert isinstance(press, SharePress)
    assert (press.name, press.message.user, press.message.channel) == ("name", "U1", "C1")
    assert (press.message.team_id, press.message.ts) == ("T1", "3.000003")
    assert "secret" not in repr(press)


def test_press_of_nobody_shares_nothing() -> None:
    assert read(user={}) is None


def test_press_under_a_block_of_others_shares_nothing() -> None:
    assert read(actions=[PAYLOAD["actions"][0] | {"block_id": "x"}]) is None
