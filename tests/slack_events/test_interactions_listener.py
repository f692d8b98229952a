import json
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode

import pytest

from errors import HandoffError, SettingsError
from handoff.claims import Claims
from job import Job
from simulators.slack.signing import signed_headers
from slack_events.admission import Rules
from slack_events.interactions_listener import AGAIN_SECONDS, InteractionsListener
from slack_events.signed_request import LARGEST, Refusals
from tests.fake_clock import FakeClock
from tests.support.block_actions import PAYLOAD

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class ListenerProcess:
    """One process, which gets one request after the other."""

    def __init__(self, **rules: Any) -> None:
        self.clock = FakeClock()
        self.handed: list[Job] = []
        self.error: Exception | None = None
        url = "https://dify.example/e/hook/slack/interactions"
        endpoint = SimpleNamespace(id="hook", url=url, settings=SimpleNamespace(signing_secrets=(SECRET,)))
        self.interactions = InteractionsListener(
            endpoint=cast("Any", endpoint),
            rules=Rules(**{"slack_connect": True} | rules),
            clock=self.clock,
            presses=Claims(self.clock, AGAIN_SECONDS),
            hand_off=cast("Any", self),
            refusals=Refusals(self.clock),
        )

    def press(self, secret: str = SECRET, **changes: Any) -> int:
        body = urlencode({"payload": json.dumps(PAYLOAD | changes)}).encode()
        return self.interactions.receive(body, signed_headers(body, secret)).status

    def hand(self, job: Job) -> None:
        if self.error:
            raise self.error
        self.handed.append(job)


def test_press_is_handed_off_and_acked() -> None:
    process = ListenerProcess()
    assert process.press() == 200
    [job] = process.handed
    assert job.message.source == "button"
    assert job.hook_url.endswith("/slack/interactions")
    assert Job.from_dict(job.to_dict()) == job


def test_unsigned_press_gets_401() -> None:
    process = ListenerProcess()
    assert process.press(secret="f" * 32) == 401
    assert process.interactions.receive(b"payload={}", {}).status == 401
    assert process.handed == []


def test_body_above_the_limit_is_refused() -> None:
    process = ListenerProcess()
    assert process.press(padding="x" * LARGEST) == 401
    assert process.handed == []


def test_double_click_asks_once_and_a_later_press_again() -> None:
    process = ListenerProcess()
    assert [process.press(), process.press()] == [200, 200]
    assert len(process.handed) == 1
    process.clock.advance(AGAIN_SECONDS + 1)
    assert process.press() == 200
    assert len(process.handed) == 2


def test_press_of_a_member_who_may_not_ask_is_ignored() -> None:
    process = ListenerProcess(allowed_users=frozenset({"U9"}))
    assert process.press() == 200
    assert process.handed == []


def test_press_without_a_workspace_is_ignored_when_slack_connect_is_off() -> None:
    process = ListenerProcess(slack_connect=False)
    assert process.press(user={"id": "U1"}) == 200
    assert process.handed == []


@pytest.mark.parametrize("rules", [{"slack_connect": False}, {"allowed_channels": frozenset({"C9"})}])
def test_press_in_a_channel_of_unknown_type_is_left_to_its_turn(rules: dict[str, Any]) -> None:
    process = ListenerProcess(**rules)
    assert process.press() == 200
    assert len(process.handed) == 1


def test_press_in_a_direct_message_is_ignored_when_direct_messages_are_off() -> None:
    process = ListenerProcess(direct_messages=False)
    container = PAYLOAD["container"] | {"channel_id": "D1"}
    assert process.press(channel={"id": "D1", "name": "directmessage"}, container=container) == 200
    assert process.handed == []


@pytest.mark.parametrize("error", [HandoffError("full"), SettingsError("bot_token", "Give it.")])
def test_press_can_be_repeated_when_its_hand_off_failed(error: Exception) -> None:
    process = ListenerProcess()
    process.error = error
    assert process.press() == 503
    process.error = None
    assert process.press() == 200
    assert len(process.handed) == 1
