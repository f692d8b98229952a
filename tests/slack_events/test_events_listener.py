import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import HandoffError, SettingsError, StoreError
from handoff.claims import Claims
from job import Job, NoticeJob, ReactionJob
from message import Message
from provider import Ruling, Settings
from simulators.slack.signing import signed_headers
from slack_events.events_listener import LARGEST_UNSIGNED, EventsListener
from slack_events.remembered import ChannelTypes
from slack_events.seen_requests import SeenRequests
from slack_events.signed_request import LARGEST, Ack
from tests.fake_clock import FakeClock

RULES = Settings(app_id="app")
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class FakeHandOff(list[Any]):
    """Keeps the jobs that were handed off and the deletions, raises a given error, and counts the calls for a sweep."""

    error: Exception | None = None
    sweeps = 0

    def __init__(self) -> None:
        super().__init__()
        self.gone: list[tuple[str, str]] = []
        self.notices: list[NoticeJob] = []

    def show(self, notice: NoticeJob) -> None:
        self.notices.append(notice)

    def deleted(self, channel: str, ts: str) -> None:
        self.gone.append((channel, ts))

    def hand(self, job: Job | ReactionJob) -> None:
        if self.error:
            raise self.error
        self.append(job)

    def sweep_if_due(self) -> None:
        self.sweeps += 1


class RefusalsOfTests:
    """Keeps the reasons of refused requests."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def note(self, hook_id: str, why: str) -> None:
        assert hook_id == "hook"
        self.reasons.append(why)


class NoticeOfTests(list[tuple[str, str]]):
    """Keeps who was told, and which setting refused."""

    def not_taken(self, message: Message) -> None:
        self.append((message.user, "not taken"))

    def refused(self, message: Message, ruling: Ruling) -> None:
        self.append((message.user, ruling.settings[0]))


class StoppingOfTests(list[tuple[Any, bool]]):
    """Keeps what is to be stopped, and whether the member hears that there is nothing to stop."""

    def stop(self, request: Any, *, tells: bool = True) -> None:
        self.append((request, tells))


class SideEventsOfTests(list[tuple[str, ...]]):
    """Keeps the events that ask nothing."""

    def group_changed(self, team_id: str, group_id: str) -> None:
        self.append(("group", team_id, group_id))


class ChannelNameOfTests(list[str]):
    """Tells this name of each channel, and keeps the channels that were asked about."""

    def __init__(self, name: str | None = "") -> None:
        super().__init__()
        self.name = name

    def before_ack(self, message: Message) -> str | None:
        self.append(message.channel)
        return self.name


@dataclass(frozen=True)
class FollowersOfTests:
    known: tuple[str, ...] | StoreError
    app_name: str = ""

    def of(self, _: Message) -> tuple[str, ...]:
        if isinstance(self.known, StoreError):
            raise self.known
        return self.known

    def with_app_name(self, message: Message) -> Message:
        return replace(message, app_name=self.app_name)


def event(**inner: Any) -> dict[str, Any]:
    message = {
        "type": "app_mention",
        "channel": "C1",
        "user": "U1",
        "ts": "1700000000.000100",
        "text": "<@UBOT> hi",
        "team": "T1",
    }
    return {
        "type": "event_callback",
        "team_id": "T1",
        "api_app_id": "A1",
        "event_id": "Ev1",
        "authorizations": [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}],
        "event": message | inner,
    }


def take(
    body: object,
    handed: FakeHandOff,
    *,
    secrets: tuple[str, ...] = (SECRET,),
    headers: Mapping[str, str] | None = None,
    followers: FollowersOfTests | tuple[str, ...] | StoreError = (),
    refusals: RefusalsOfTests | None = None,
    types: ChannelTypes | None = None,
    rules: Settings = RULES,
    notice: NoticeOfTests | None = None,
    side_events: SideEventsOfTests | None = None,
    channel_name: ChannelNameOfTests | None = None,
    stopping: StoppingOfTests | None = None,
) -> Ack:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    settings = replace(rules, signing_secrets=secrets)
    endpoint = SimpleNamespace(id="hook", url="http://h/e/x/slack/events", settings=settings)
    listener = EventsListener(
        cast("Any", endpoint),
        FakeClock(),
        types or ChannelTypes(FakeClock()),
        cast("Any", followers if isinstance(followers, FollowersOfTests) else FollowersOfTests(followers)),
        cast("Any", handed),
        cast("Any", refusals or RefusalsOfTests()),
        cast("Any", NoticeOfTests() if notice is None else notice),
        cast("Any", SideEventsOfTests() if side_events is None else side_events),
        cast("Any", ChannelNameOfTests() if channel_name is None else channel_name),
        SeenRequests(FakeClock()),
        cast("Any", StoppingOfTests() if stopping is None else stopping),
        Claims(FakeClock()),
    )
    return listener.receive(raw, signed_headers(raw, SECRET) if headers is None else headers)


def test_mention_is_handed_off_and_acked() -> None:
    handed = FakeHandOff()
    assert take(event(), handed) == Ack(200)
    assert [job.message.text for job in handed] == ["<@UBOT> hi"]
    assert handed[0].hook_url == "http://h/e/x/slack/events"


def test_mention_in_a_known_group_dm_is_left_to_its_other_event() -> None:
    handed, types = FakeHandOff(), ChannelTypes(FakeClock())
    said = event(type="message", channel_type="mpim", text="<@UBOT> hi")
    for body in (event(), said, event()):
        assert take(body, handed, types=types) == Ack(200)
    assert [one.message.source for one in handed] == ["app_mention", "message"]


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        ({"bot_id": "B2"}, True),
        ({"bot_id": "B2", "user": None, "subtype": "bot_message"}, True),
        ({"bot_id": "B2", "type": "message", "channel": "D1", "channel_type": "im"}, True),
        ({"bot_id": "B2", "type": "message"}, False),
        ({"bot_id": "B1", "app_id": "A1"}, False),
        ({"user": "USLACK"}, False),
    ],
)
def test_app_that_calls_us_and_may_not_ask_is_told_in_the_log(inner: dict[str, Any], *, told: bool) -> None:
    handed, refusals = FakeHandOff(), RefusalsOfTests()
    assert take(event(**inner), handed, refusals=refusals) == Ack(200)
    assert handed == []
    assert [("app B2" in why, "trusted_bots" in why) for why in refusals.reasons] == [(True, True)] * told


@pytest.mark.parametrize(
    "gone",
    [
        {"subtype": "message_deleted", "deleted_ts": "1.000001"},
        {"subtype": "message_changed", "message": {"subtype": "tombstone", "ts": "1.000001"}},
    ],
)
def test_deletion_is_told_and_acked(gone: dict[str, Any]) -> None:
    handed = FakeHandOff()
    assert take(event(type="message", hidden=True, **gone), handed) == Ack(200)
    assert (handed.gone, handed, handed.sweeps) == ([("C1", "1.000001")], [], 1)


def test_event_is_not_acked_when_its_hand_off_fails() -> None:
    handed = FakeHandOff()
    handed.error = HandoffError("full")
    assert take(event(), handed).status == 503


def test_settings_error_names_the_setting_and_the_cure() -> None:
    handed = FakeHandOff()
    handed.error = SettingsError("bot_token", "Copy it from OAuth & Permissions.")
    ack = take(event(), handed)
    assert ack.status == 503
    assert "bot_token" in ack.text
    assert "Copy it" in ack.text


def test_message_that_is_not_for_us_is_acked_and_not_handed_off() -> None:
    handed = FakeHandOff()
    assert take(event(type="message", text="hello all"), handed) == Ack(200)
    assert take(event(type="message", text="and?", thread_ts="1700000000.000001"), handed) == Ack(200)
    assert handed == []


def test_reply_of_a_follower_is_handed_off_without_a_mention() -> None:
    handed = FakeHandOff()
    reply = event(type="message", text="and then?", thread_ts="1700000000.000001")
    assert take(reply, handed, followers=("U1",)) == Ack(200)
    assert len(handed) == 1


def test_reply_is_not_acked_when_the_record_cannot_be_read() -> None:
    handed, refusals = FakeHandOff(), RefusalsOfTests()
    reply = event(type="message", text="and then?", thread_ts="1700000000.000001")
    assert take(reply, handed, followers=StoreError("away"), refusals=refusals) == Ack(503)
    assert (handed, len(refusals.reasons)) == ([], 1)
    assert take(event(), handed, followers=StoreError("away")) == Ack(200)


@pytest.mark.parametrize(
    ("body", "sweeps"),
    [
        (event(), 0),
        (event(type="message", text="hello all"), 1),
        (event(type="reaction_added"), 1),
        ({"type": "something_new"}, 1),
    ],
)
def test_genuine_request_without_a_turn_may_begin_a_sweep(body: object, sweeps: int) -> None:
    handed, refusals = FakeHandOff(), RefusalsOfTests()
    assert take(body, handed, refusals=refusals).status == 200
    assert (handed.sweeps, refusals.reasons) == (sweeps, [])


def test_refusal_is_noted_without_the_content() -> None:
    handed, refusals = FakeHandOff(), RefusalsOfTests()
    assert take(event(text="secret"), handed, headers={}, refusals=refusals) == Ack(401)
    assert take(b"secret", handed, refusals=refusals) == Ack(400)
    assert take(b"[" * 100_000, handed, refusals=refusals) == Ack(400)
    assert (handed.sweeps, len(refusals.reasons)) == (0, 3)
    assert "secret" not in str(refusals.reasons)


def test_absurd_size_is_refused_before_anything_is_read() -> None:
    assert take(b'"' + b"x" * LARGEST, FakeHandOff()) == Ack(401)
    challenge = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()
    assert take(challenge, FakeHandOff(), secrets=()) == Ack(200, "abc")
    assert take(challenge + b" " * LARGEST_UNSIGNED, FakeHandOff(), secrets=()) == Ack(401)


def test_url_verification_is_answered_with_the_challenge() -> None:
    assert take({"type": "url_verification", "challenge": "abc"}, FakeHandOff()) == Ack(200, "abc")


@pytest.mark.parametrize("kind", ["app_rate_limited", "something_new"])
def test_other_request_is_acked(kind: str) -> None:
    assert take({"type": kind, "team_id": "T1", "minute_rate_limited": 1}, FakeHandOff()) == Ack(200)


@pytest.mark.parametrize("kind", ["tokens_revoked", "app_uninstalled"])
def test_revoked_token_is_acked(kind: str) -> None:
    assert take(event(type=kind), FakeHandOff()) == Ack(200)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        *[
            {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": signature}
            for signature in ("", "v0=", "v1=" + "0" * 64, "v0=" + "0" * 64, "v0=" + "é" * 64)
        ],
        *[
            {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": "v0=" + "0" * 64}
            for stamp in ("", "abc", "1.5", "-1", "nan", "9" * 400)
        ],
        signed_headers(json.dumps(event()), "another secret"),
        signed_headers(json.dumps(event()) + " ", SECRET),
        signed_headers(json.dumps(event()), SECRET, time.time() - 36_000),
        signed_headers(json.dumps(event()), SECRET, time.time() + 36_000),
    ],
)
def test_unsigned_request_gets_401_and_an_empty_body(headers: dict[str, str]) -> None:
    handed = FakeHandOff()
    assert take(event(), handed, headers=headers) == Ack(401)
    assert handed == []


def test_each_of_several_secrets_is_valid() -> None:
    handed = FakeHandOff()
    assert take(event(), handed, secrets=("new one", SECRET)) == Ack(200)
    assert len(handed) == 1


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b"", b"\xff", b"[" * 20_000, b'{"a":' * 20_000, b"{}", b'"x"']
)
def test_signed_nonsense_gets_200_or_400(body: bytes) -> None:
    assert take(body, FakeHandOff()).status in {
        200,
        400,
        401,
    }  # 401: a body that is not UTF-8 has no valid signature


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from([*event(), "challenge"]), _json),
    st.dictionaries(st.sampled_from([*event()["event"], "files", "edited", "subtype"]), _json),
)
def test_field_of_a_wrong_type_is_acked(outer: dict[str, Any], inner: dict[str, Any]) -> None:
    body = event(**inner) | outer
    assert take(json.dumps(body).encode(), FakeHandOff()).status in {200, 400}


class TestUnconfigured:
    """While there is no signing secret, only Slack's check of the URL is answered."""

    def test_challenge_is_answered(self) -> None:
        body = {"type": "url_verification", "challenge": "x" * 256}
        assert take(body, FakeHandOff(), secrets=(), headers={}) == Ack(200, "x" * 256)

    @pytest.mark.parametrize(
        "body", [event(), {"type": "url_verification", "challenge": "x" * 257}, [], b"", b"\xff"]
    )
    def test_other_request_gets_401(self, body: object) -> None:
        handed = FakeHandOff()
        assert take(body, handed, secrets=(), headers={}) == Ack(401)
        assert handed == []


@pytest.mark.parametrize(
    ("inner", "told"),
    [
        ({}, True),
        ({"type": "message", "channel": "D1", "channel_type": "im", "text": "hi"}, True),
        ({"type": "message", "channel_type": "channel"}, False),
        (
            {"type": "message", "channel_type": "channel", "text": "hi", "thread_ts": "1699999999.000100"},
            False,
        ),
        ({"type": "message", "channel_type": "channel", "text": "hi"}, False),
        ({"type": "message", "channel_type": "channel", "text": "hi", "channel": "C7"}, True),
        ({"bot_id": "B2"}, False),
    ],
)
def test_member_whom_a_rule_refuses_is_told_if_the_member_called_us(
    inner: dict[str, Any], *, told: bool
) -> None:
    handed, notice = FakeHandOff(), NoticeOfTests()
    rules = replace(RULES, allowed_users=frozenset({"U9"}), open_channels=frozenset({"C7"}))
    assert take(event(**inner), handed, rules=rules, notice=notice) == Ack(200)
    assert handed == []
    assert notice == [("U1", "allowed_users")] * told


@pytest.mark.parametrize(("number", "told"), [(None, False), ("1", False), ("3", True), ("4", False)])
def test_author_is_told_when_the_last_try_is_not_taken(number: str | None, *, told: bool) -> None:
    handed, notice, raw = FakeHandOff(), NoticeOfTests(), json.dumps(event()).encode()
    handed.error = HandoffError("no route")
    headers = signed_headers(raw, SECRET) | ({"x-Slack-Retry-Num": number} if number else {})
    assert take(raw, handed, headers=headers, notice=notice).status == 503
    assert notice == [("U1", "not taken")] * told


PLAIN = {"type": "message", "channel_type": "channel", "text": "hi"}
BY_NAME = replace(RULES, open_channels=frozenset({"#help"}))


@pytest.mark.parametrize(
    ("name", "status", "questions"), [("help", 200, 1), ("general", 200, 0), ("", 200, 0), (None, 503, 0)]
)
def test_channel_is_open_by_the_name_that_slack_tells(name: str | None, status: int, questions: int) -> None:
    handed, names = FakeHandOff(), ChannelNameOfTests(name)
    assert take(event(**PLAIN), handed, rules=BY_NAME, channel_name=names).status == status
    assert (len(handed), names) == (questions, ["C1"])


@pytest.mark.parametrize(
    "inner",
    [
        {},
        {"type": "message", "channel_type": "channel"},
        {"type": "message", "channel_type": "im", "channel": "D1", "text": "hi"},
        PLAIN | {"thread_ts": "1699999999.000100"},
        PLAIN | {"bot_id": "B2"},
        PLAIN | {"subtype": "channel_join"},
    ],
)
def test_name_of_a_channel_is_not_asked_for_where_it_decides_nothing(inner: dict[str, Any]) -> None:
    names = ChannelNameOfTests("help")
    take(event(**inner), FakeHandOff(), rules=BY_NAME, channel_name=names)
    assert names == []


def test_member_whom_a_rule_refuses_is_told_in_a_channel_that_is_open_by_its_name() -> None:
    notice, rules = NoticeOfTests(), replace(BY_NAME, allowed_users=frozenset({"U9"}))
    take(event(**PLAIN), FakeHandOff(), rules=rules, notice=notice, channel_name=ChannelNameOfTests("help"))
    assert notice == [("U1", "allowed_users")]
    take(event(**PLAIN), FakeHandOff(), rules=rules, notice=notice, channel_name=ChannelNameOfTests("x"))
    assert len(notice) == 1


def test_question_that_begins_with_a_name_is_for_that_app() -> None:
    handed = FakeHandOff()
    rules = replace(RULES, channel_apps={"~legal": "app-legal"})
    take(event(text="<@UBOT> ~Legal may I?"), handed, rules=rules)
    [job] = handed
    assert (job.message.app_name, job.message.text) == ("legal", "<@UBOT> may I?")
    assert Job.from_dict(job.to_dict()) == job


def test_reply_goes_to_the_app_that_was_asked_last_in_the_thread() -> None:
    reply = event(type="message", channel_type="channel", text="and now?", thread_ts="1699999999.000100")
    handed = FakeHandOff()
    take(reply, handed, followers=FollowersOfTests(("U1",), "legal"))
    assert [job.message.app_name for job in handed] == ["legal"]


def test_change_of_a_user_group_is_passed_on_and_asks_nothing() -> None:
    handed, side_events = FakeHandOff(), SideEventsOfTests()
    changed = {"type": "subteam_members_changed", "subteam_id": "S1", "team_id": "T1"}
    body = event() | {"event": changed}
    assert take(body, handed, side_events=side_events) == Ack(200)
    assert (handed, side_events) == ([], [("group", "T1", "S1")])


@pytest.mark.parametrize(("view", "shown"), [({}, ""), ({"view": {"private_metadata": "abc"}}, "abc")])
def test_opened_home_tab_is_shown(view: dict[str, Any], shown: str) -> None:
    handed = FakeHandOff()
    opened = {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home"} | view
    assert take(event() | {"event": opened}, handed) == Ack(200)
    [notice] = handed.notices
    assert (notice.team_id, notice.user, notice.channel, notice.shown) == ("T1", "U1", "D1", shown)
    assert not notice.is_hello
    assert handed == []


def test_opened_direct_message_shows_nothing() -> None:
    handed = FakeHandOff()
    opened = {"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages"}
    assert take(event() | {"event": opened}, handed) == Ack(200)
    assert (handed, handed.notices) == ([], [])


@pytest.mark.parametrize(
    ("change", "greeted"), [({}, True), ({"user": "U5"}, False), ({"inviter": None}, False)]
)
def test_inviter_of_the_bot_is_greeted(change: dict[str, Any], *, greeted: bool) -> None:
    handed = FakeHandOff()
    joined = {"type": "member_joined_channel", "user": "UBOT", "channel": "C1", "inviter": "U1"} | change
    assert take(event() | {"event": joined}, handed) == Ack(200)
    assert [(one.user, one.channel, one.is_hello) for one in handed.notices] == [("U1", "C1", True)] * greeted


@pytest.mark.parametrize("text", ["<@UBOT> stop", "<@UBOT> Stop!", "<@UBOT> 停止"])
def test_word_in_a_thread_stops_and_is_no_question(text: str) -> None:
    handed, stopping = FakeHandOff(), StoppingOfTests()
    said = event(text=text, thread_ts="1600000000.000100", user_team="T1")
    assert take(said, handed, stopping=stopping) == Ack(200)
    assert handed == []
    [(request, tells)] = stopping
    assert (request.channel, request.user, request.thread_ts) == ("C1", "U1", "1600000000.000100")
    assert request.user_team == "T1"
    assert (request.message_ts, tells) == ("", True)


@pytest.mark.parametrize(
    ("text", "thread_ts"),
    [("<@UBOT> stop", ""), ("<@UBOT> stop the press", "1600000000.000100"), ("<@UBOT> <@U2> stop", "1600.1")],
)
def test_words_beside_stop_or_outside_of_a_thread_are_a_question(text: str, thread_ts: str) -> None:
    handed, stopping = FakeHandOff(), StoppingOfTests()
    assert take(event(text=text, thread_ts=thread_ts), handed, stopping=stopping) == Ack(200)
    assert (len(handed), stopping) == (1, [])


def test_word_stops_a_whole_direct_message_that_is_one_conversation() -> None:
    said = event(type="message", channel="D1", channel_type="im", text="stop", thread_ts="1600000000.000100")
    for style, thread_ts in (("continuous", ""), ("per_thread", "1600000000.000100")):
        stopping, rules = StoppingOfTests(), replace(RULES, dm_conversation=cast("Any", style))
        assert take(said, FakeHandOff(), stopping=stopping, rules=rules) == Ack(200)
        assert [request.thread_ts for request, _ in stopping] == [thread_ts]


def reaction(name: str, user: str = "U1") -> dict[str, Any]:
    item = {"type": "message", "channel": "C1", "ts": "1600000000.000100"}
    inner = {"type": "reaction_added", "user": user, "reaction": name, "item": item, "event_ts": "1700.2"}
    return event() | {"event": inner}


@pytest.mark.parametrize("name", ["octagonal_sign", "x", "heavy_multiplication_x"])
def test_stop_sign_means_the_message_that_it_is_on(name: str) -> None:
    stopping = StoppingOfTests()
    assert take(reaction(name), FakeHandOff(), stopping=stopping) == Ack(200)
    [(request, tells)] = stopping
    assert (request.message_ts, request.user, request.at, tells) == (
        "1600000000.000100",
        "U1",
        "1700.2",
        False,
    )


@pytest.mark.parametrize(("name", "user"), [("eyes", "U1"), ("octagonal_sign", "UBOT")])
def test_other_reactions_and_our_own_stop_nothing(name: str, user: str) -> None:
    stopping = StoppingOfTests()
    assert take(reaction(name, user), FakeHandOff(), stopping=stopping) == Ack(200)
    assert stopping == []


ASKING = replace(RULES, reaction_trigger="robot_face")


def reaction_job(handed: FakeHandOff) -> ReactionJob:
    [job] = handed
    assert isinstance(job, ReactionJob)
    return job


@pytest.mark.parametrize("name", ["robot_face", "robot_face::skin-tone-3"])
def test_emoji_that_asks_is_handed_off_and_acked(name: str) -> None:
    handed, stopping = FakeHandOff(), StoppingOfTests()
    assert take(reaction(name), handed, rules=ASKING, stopping=stopping) == Ack(200)
    message = reaction_job(handed).message
    assert (message.user, message.channel, message.thread_ts) == ("U1", "C1", "1600000000.000100")
    assert (message.ts, message.source, message.text) == ("1700.2", "reaction", "")
    assert (handed.sweeps, stopping) == (0, [])


@pytest.mark.parametrize(
    ("change", "rules"),
    [
        ({}, RULES),
        ({"reaction": "eyes"}, ASKING),
        ({"user": "UBOT"}, ASKING),
        ({"item_user": "UBOT"}, ASKING),
        ({"user": ""}, ASKING),
        ({"user": "USLACKBOT"}, ASKING),
        ({"item": {"type": "file", "file": "F1"}}, ASKING),
        ({"type": "reaction_removed"}, ASKING),
    ],
)
def test_other_emojis_our_own_and_those_on_our_messages_ask_nothing(
    change: dict[str, Any], rules: Settings
) -> None:
    handed, notice = FakeHandOff(), NoticeOfTests()
    body = reaction("robot_face")
    body["event"] |= change
    assert take(body, handed, rules=rules, notice=notice) == Ack(200)
    assert (handed, handed.sweeps, notice) == ([], 1, [])


def test_emoji_that_asks_is_not_acked_when_its_hand_off_fails() -> None:
    handed, notice = FakeHandOff(), NoticeOfTests()
    handed.error = HandoffError("full")
    assert take(reaction("robot_face"), handed, rules=ASKING, notice=notice).status == 503
    assert notice == []
    raw = json.dumps(reaction("robot_face")).encode()
    headers = signed_headers(raw, SECRET) | {"x-Slack-Retry-Num": "3"}
    assert take(raw, handed, rules=ASKING, notice=notice, headers=headers).status == 503
    assert notice == [("U1", "not taken")]


@pytest.mark.parametrize(
    "rule", [{"allowed_users": frozenset({"U9"})}, {"allowed_channels": frozenset({"C9"})}]
)
def test_member_whom_a_rule_refuses_asks_nothing_by_an_emoji_and_is_told(rule: dict[str, Any]) -> None:
    handed, notice = FakeHandOff(), NoticeOfTests()
    rules = replace(ASKING, **rule)
    types = ChannelTypes(FakeClock())
    take(event(type="message", channel_type="channel", text="hi"), FakeHandOff(), types=types)
    assert take(reaction("robot_face"), handed, rules=rules, notice=notice, types=types) == Ack(200)
    assert (handed, notice) == ([], [("U1", *rule)])


def test_organisation_of_who_reacts_is_left_to_the_request_that_reads_the_message() -> None:
    handed = FakeHandOff()
    body = reaction("robot_face") | {"is_ext_shared_channel": True}
    assert take(body, handed, rules=ASKING) == Ack(200)
    assert reaction_job(handed).message.is_ext_shared is True


def test_slacks_own_button_means_the_thread() -> None:
    stopping = StoppingOfTests()
    inner = {
        "type": "agent_session_stopped",
        "channel": "C1",
        "thread_ts": "1600000000.000100",
        "user": "U1",
        "streaming_message_ts": ["1700.1"],
        "event_ts": "1700.2",
    }
    assert take(event() | {"event": inner}, FakeHandOff(), stopping=stopping) == Ack(200)
    [(request, tells)] = stopping
    assert (request.thread_ts, request.message_ts, tells) == ("1600000000.000100", "", False)
