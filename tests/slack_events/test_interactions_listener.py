import json
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import HandoffError, Malformed, SettingsError
from handoff.claims import Claims
from job import Job
from message import Message
from provider import Ruling, Settings
from simulators.slack.signing import signed_headers
from slack_events.form_actions import FormActions
from slack_events.interaction import LONGEST_VALUE, BlockAction, parse_interaction
from slack_events.interactions_listener import AGAIN_SECONDS, InteractionsListener
from slack_events.seen_requests import SeenRequests
from slack_events.signed_request import LARGEST, Refusals
from slack_reply import FormButton
from tests.fake_clock import FakeClock
from tests.support.block_actions import PAYLOAD
from turns import RatedAnswer, StopRequest

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class ListenerProcess:
    """One process, which gets one request after the other."""

    def __init__(self, **rules: Any) -> None:
        self.clock = FakeClock()
        self.handed: list[Job] = []
        self.error: Exception | None = None
        url = "https://dify.example/e/hook/slack/interactions"
        self.told: list[str] = []
        self.asked: list[Any] = []
        self.asked_again: list[Any] = []
        self.acts: list[Any] = []
        self.stops: list[StopRequest] = []
        self.shared: list[Any] = []
        self.opened: list[Any] = []
        settings = Settings(app_id="app", signing_secrets=(SECRET,), **{"slack_connect": True} | rules)
        endpoint = SimpleNamespace(id="hook", url=url, settings=settings)
        self.interactions = InteractionsListener(
            endpoint=cast("Any", endpoint),
            clock=self.clock,
            presses=Claims(self.clock, AGAIN_SECONDS),
            hand_off=cast("Any", self),
            refusals=Refusals(self.clock),
            notice=cast("Any", self),
            asked=cast("Any", SimpleNamespace(ask=lambda *asked: self.asked.append(asked))),
            asked_again=cast("Any", SimpleNamespace(ask=lambda *asked: self.asked_again.append(asked))),
            feedback=cast("Any", self),
            side_events=cast("Any", SimpleNamespace(interaction_arrived=lambda: self.acts.append("noted"))),
            seen=SeenRequests(self.clock),
            stopping=cast("Any", SimpleNamespace(stop=self.stops.append)),
            sharing=cast("Any", SimpleNamespace(share=lambda *shared: self.shared.append(shared))),
            forms=FormActions(cast("Any", endpoint), cast("Any", self), cast("Any", self), cast("Any", self)),
        )

    def open(self, message: Message, button: FormButton, trigger_id: str, message_ts: str) -> bool:
        self.opened.append((message, button, trigger_id, message_ts))
        return self.error is None

    def press(self, secret: str = SECRET, **changes: Any) -> int:
        body = urlencode({"payload": json.dumps(PAYLOAD | changes)}).encode()
        return self.interactions.receive(body, signed_headers(body, secret)).status

    def refused(self, _: Message, ruling: Ruling) -> None:
        self.told += ruling.settings

    def voted(self, *vote: Any) -> None:
        self.acts.append(vote)

    def explained(self, *reason: Any) -> None:
        self.acts.append(reason)

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
    assert (process.handed, process.told) == ([], ["allowed_users"])


def test_press_on_a_question_for_a_named_app_asks_that_app() -> None:
    process = ListenerProcess(channel_apps={"~legal": "app-legal"})
    [action] = PAYLOAD["actions"]
    assert process.press(actions=[action | {"value": "~legal May I?"}]) == 200
    assert [(job.message.app_name, job.message.text) for job in process.handed] == [("legal", "May I?")]


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


def form(**changes: Any) -> bytes:
    return urlencode({"payload": json.dumps(PAYLOAD | changes)}).encode()


def action(**changes: Any) -> bytes:
    return form(actions=[PAYLOAD["actions"][0] | changes])


def test_press_becomes_the_message_that_the_member_would_have_written() -> None:
    press = parse_interaction(form())
    assert isinstance(press, BlockAction)
    message = press.message
    assert (message.team_id, message.user_team, message.user) == ("T1", "T2", "U1")
    assert (message.channel, message.root_ts, message.ts) == ("C1", "170.1", "171.000001")
    assert (message.source, message.text) == ("button", "Is 1 &lt; 2 &amp; 3?")
    assert message.is_outsider(message.user_team, "") is True
    assert message.is_outsider(message.user_team, "E1") is None
    assert press.button == "T1/C1/170.5/ask_0/U1"


def test_member_without_a_workspace_is_external() -> None:
    press = parse_interaction(form(user={"id": "U1"}))
    assert isinstance(press, BlockAction)
    assert press.message.is_outsider("", "E1") is True
    press = parse_interaction(form(user={"id": "U1", "team_id": "T1"}))
    assert isinstance(press, BlockAction)
    assert press.message.is_outsider("T1", "") is False


@pytest.mark.parametrize("name", ["directmessage", "mpdm-anna--ben-1", "team"])
@pytest.mark.parametrize(("channel", "is_dm"), [("C1", False), ("D1", True)])
def test_channel_of_a_press_is_judged_by_its_id_not_its_name(channel: str, is_dm: bool, name: str) -> None:
    press = parse_interaction(form(channel={"id": channel, "name": name}))
    assert isinstance(press, BlockAction)
    assert (press.message.is_dm, press.message.channel_type) == (is_dm, "")


def test_press_names_no_enterprise_and_no_unshared_channel() -> None:
    press = parse_interaction(form(enterprise={"id": "T2"}))
    assert isinstance(press, BlockAction)
    assert (press.message.enterprise_id, press.message.is_ext_shared) == ("", None)
    assert press.message.is_outsider("T2", "") is True


def test_press_on_a_top_level_button_is_in_the_button_s_thread() -> None:
    press = parse_interaction(form(container={"message_ts": "170.5", "channel_id": "C1"}))
    assert isinstance(press, BlockAction)
    assert press.message.root_ts == "170.5"


def test_button_name_differs_for_two_members() -> None:
    presses = [
        parse_interaction(form()),
        parse_interaction(form(user={"id": "U3"})),
        parse_interaction(action(action_id="ask_1")),
    ]
    assert len({press.button for press in presses if isinstance(press, BlockAction)}) == len(presses)


@pytest.mark.parametrize(
    "body",
    [
        b"ssl_check=1",
        form(type="view_submission"),
        form(type="shortcut", actions=None),
        form(actions=[]),
        form(actions={"action_id": "ask_0"}),
        action(action_id="feedback"),
        action(action_id=None),
        action(block_id="b0"),
        action(value=""),
        action(value=None),
        action(value=[1]),
        form(user=None),
    ],
)
def test_other_interaction_is_read_as_none(body: bytes) -> None:
    assert parse_interaction(body) is None


@pytest.mark.parametrize(
    "body",
    [
        b"payload=%7B",
        b"payload=7",
        b"\xff=\xff",
        action(action_ts="now"),
        action(block_id="team_"),
        form(channel=None, container=None),
        "&".join(f"a{n}=" for n in range(50)).replace("=", "=1").encode(),
    ],
)
def test_senseless_body_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        parse_interaction(body)


def test_value_is_cut_at_slacks_limit() -> None:
    press = parse_interaction(action(value="x" * 5000))
    assert isinstance(press, BlockAction)
    assert len(press.message.text) == LONGEST_VALUE


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(PAYLOAD)), inner),
    max_leaves=8,
)


@given(
    st.binary(max_size=200)
    | st.dictionaries(st.sampled_from(list(PAYLOAD)), JSON).map(lambda more: form(**more))
)
def test_any_bytes_are_a_press_or_none_or_malformed(body: bytes) -> None:
    try:
        press = parse_interaction(body)
    except Malformed:
        return
    assert press is None or press.message.text


SHORTCUT: dict[str, Any] = {
    "type": "message_action",
    "callback_id": "ask_dify",
    "team": {"id": "T1"},
    "user": {"id": "U1", "team_id": "T1"},
    "channel": {"id": "C1"},
    "message": {"ts": "170.000002", "thread_ts": "170.000001", "user": "U2", "text": "Is 1 &lt; 2?"},
    "action_ts": "171.000001",
    "response_url": "https://hooks.slack.com/app/secret",
}


def test_shortcut_asks_about_the_message_in_its_thread() -> None:
    process = ListenerProcess()
    body = urlencode({"payload": json.dumps(SHORTCUT)}).encode()
    assert process.interactions.receive(body, signed_headers(body, SECRET)).status == 200
    assert process.interactions.receive(body, signed_headers(body, SECRET)).status == 200
    [(message, url, _)] = process.asked
    assert (message.source, message.user, message.text) == ("command", "U1", "Is 1 &lt; 2?")
    assert (message.channel, message.thread_ts, url) == ("C1", "170.000001", SHORTCUT["response_url"])
    assert process.handed == []


@pytest.mark.parametrize("change", [{"user": {}}, {"message": {"ts": "170.000002"}}, {"type": "shortcut"}])
def test_shortcut_without_a_member_or_words_asks_nothing(change: dict[str, Any]) -> None:
    process = ListenerProcess()
    body = urlencode({"payload": json.dumps(SHORTCUT | change)}).encode()
    assert process.interactions.receive(body, signed_headers(body, SECRET)).status == 200
    assert process.asked == []


def test_shortcut_of_an_organisation_s_app_is_of_the_organisation() -> None:
    installed = {"team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True}
    shortcut = parse_interaction(urlencode({"payload": json.dumps(SHORTCUT | installed)}).encode())
    assert shortcut is not None
    assert (shortcut.message.team_id, shortcut.message.user_team) == ("E1", "T1")
    assert "secret" not in repr(shortcut)


def vote(process: ListenerProcess, **changes: Any) -> int:
    answer = RatedAnswer("app", "slack:T1:U1", "m-1")
    [pressed] = PAYLOAD["actions"]
    thumb = pressed | {"action_id": "vote", "value": answer.value("like")}
    return process.press(actions=[thumb], trigger_id="1.2.a", **changes)


def test_vote_is_taken_before_the_storage_is_asked_and_hands_nothing_off() -> None:
    process = ListenerProcess()
    assert vote(process) == 200
    (message, answer, rating, trigger_id), noted = process.acts
    assert (message.user, answer.message_id, rating, trigger_id) == ("U1", "m-1", "like", "1.2.a")
    assert noted == "noted"
    assert process.handed == []


def test_each_vote_counts_also_within_the_time_of_a_double_click() -> None:
    process = ListenerProcess()
    assert [vote(process), vote(process)] == [200, 200]
    assert len([act for act in process.acts if act != "noted"]) == 2


def test_vote_of_a_member_who_may_not_ask_is_not_taken() -> None:
    process = ListenerProcess(allowed_users=frozenset({"U9"}))
    assert vote(process) == 200
    assert (process.acts, process.told) == (["noted"], ["allowed_users"])


def test_unsigned_vote_is_not_taken() -> None:
    process = ListenerProcess()
    [pressed] = PAYLOAD["actions"]
    assert process.press(secret="f" * 32, actions=[pressed | {"action_id": "vote"}]) == 401
    assert process.acts == []


STOP_BUTTON = [PAYLOAD["actions"][0] | {"action_id": "stop"}]


def test_press_of_the_stop_button_means_the_answer_above() -> None:
    process = ListenerProcess()
    assert process.press(actions=STOP_BUTTON) == 200
    [request] = process.stops
    assert request.message_ts == PAYLOAD["container"]["message_ts"]
    assert (request.user, request.user_team) == (PAYLOAD["user"]["id"], PAYLOAD["user"]["team_id"])
    assert process.handed == []


def test_press_of_the_stop_button_by_somebody_whom_a_rule_forbids_stops_nothing() -> None:
    process = ListenerProcess(allowed_users=frozenset({"U9"}))
    assert process.press(actions=STOP_BUTTON) == 200
    assert (process.stops, process.told) == ([], ["allowed_users"])
