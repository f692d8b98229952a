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
from slack_events.events_listener import LARGEST
from slack_events.interactions_listener import AGAIN_SECONDS, InteractionsListener
from slack_events.refusals import Refusals
from tests.fake_clock import FakeClock
from tests.slack_events.test_block_action import PAYLOAD

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class Office:
    """Takes requests one after the other, as one process does."""

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


def test_a_press_is_handed_off_and_acked() -> None:
    office = Office()
    assert office.press() == 200
    [job] = office.handed
    assert job.message.source == "button"
    assert job.hook_url.endswith("/slack/interactions")
    assert Job.from_dict(job.to_dict()) == job


def test_what_is_not_signed_is_nobodys() -> None:
    office = Office()
    assert office.press(secret="f" * 32) == 401
    assert office.interactions.receive(b"payload={}", {}).status == 401
    assert office.handed == []


def test_nothing_larger_than_slack_sends_is_looked_at() -> None:
    office = Office()
    assert office.press(padding="x" * LARGEST) == 401
    assert office.handed == []


def test_a_double_click_asks_once_and_later_again() -> None:
    office = Office()
    assert [office.press(), office.press()] == [200, 200]
    assert len(office.handed) == 1
    office.clock.advance(AGAIN_SECONDS + 1)
    assert office.press() == 200
    assert len(office.handed) == 2


def test_member_who_may_not_ask_may_not_press() -> None:
    office = Office(allowed_users=frozenset({"U9"}))
    assert office.press() == 200
    assert office.handed == []


def test_press_by_somebody_of_no_workspace_is_refused_while_slack_connect_is_off() -> None:
    office = Office(slack_connect=False)
    assert office.press(user={"id": "U1"}) == 200
    assert office.handed == []


@pytest.mark.parametrize("rules", [{"slack_connect": False}, {"allowed_channels": frozenset({"C9"})}])
def test_press_that_only_slack_can_place_is_left_to_its_turn(rules: dict[str, Any]) -> None:
    office = Office(**rules)
    assert office.press() == 200
    assert len(office.handed) == 1


def test_a_press_in_a_direct_message_where_these_are_off() -> None:
    office = Office(direct_messages=False)
    container = PAYLOAD["container"] | {"channel_id": "D1"}
    assert office.press(channel={"id": "D1", "name": "directmessage"}, container=container) == 200
    assert office.handed == []


@pytest.mark.parametrize("error", [HandoffError("full"), SettingsError("bot_token", "Give it.")])
def test_a_press_that_nobody_takes_may_be_made_again(error: Exception) -> None:
    office = Office()
    office.error = error
    assert office.press() == 503
    office.error = None
    assert office.press() == 200
    assert len(office.handed) == 1
