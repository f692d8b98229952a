from dataclasses import replace
from types import SimpleNamespace

from conversation_store import ProcessStores
from message import Message
from slack_events.remembered import KEPT_SECONDS, ChannelTypes, Followers
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from turns import EndpointRequest

MENTION = Message("T1", "C1", "1.000001", "app_mention", user="U1")
SAID = replace(MENTION, source="message", channel_type="mpim")


def test_mention_gets_the_type_that_earlier_messages_named() -> None:
    types = ChannelTypes(FakeClock())
    assert types.with_type("hook", MENTION) == MENTION
    assert types.with_type("hook", SAID) == SAID
    assert types.with_type("hook", MENTION) == replace(MENTION, channel_type="mpim")
    for elsewhere in (replace(MENTION, channel="C2"), replace(MENTION, team_id="T2")):
        assert types.with_type("hook", elsewhere) == elsewhere


def test_latest_type_is_remembered_for_an_hour() -> None:
    clock = FakeClock()
    types = ChannelTypes(clock)
    types.with_type("hook", SAID)
    types.with_type("hook", replace(SAID, channel_type="group"))
    assert types.with_type("hook", MENTION).channel_type == "group"
    clock.advance(KEPT_SECONDS)
    assert types.with_type("hook", MENTION) == MENTION


def test_type_that_one_hook_knows_is_unknown_to_another() -> None:
    types = ChannelTypes(FakeClock())
    types.with_type("hostile", SAID)
    assert types.with_type("hook", MENTION) == MENTION


def test_member_who_asked_in_another_process_a_moment_ago_is_a_follower() -> None:
    clock, storage = FakeClock(), FakeDifyStorage()
    session = SimpleNamespace(storage=storage)
    endpoint = EndpointRequest.of(session, {"Dify-Hook-Id": "hook"}, {"app": {"app_id": "app-1"}})
    here, there = (Followers(endpoint, ProcessStores(clock)) for _ in range(2))
    reply = replace(MENTION, ts="2.000001", thread_ts="1.000001", source="message")
    assert here.of(reply) == ()
    endpoint.store(there.stores).update(endpoint.key(reply), lambda record: record.with_follower("U1"))
    assert "U1" in here.of(reply)


def test_thread_has_no_followers_for_a_message_from_before_its_first_question() -> None:
    storage = FakeDifyStorage()
    session = SimpleNamespace(storage=storage)
    endpoint = EndpointRequest.of(session, {"Dify-Hook-Id": "hook"}, {"app": {"app_id": "app-1"}})
    followers = Followers(endpoint, ProcessStores(FakeClock()))
    reply = replace(MENTION, ts="3.000001", thread_ts="1.000001", source="message")
    followers.endpoint.store(followers.stores).update(
        endpoint.key(reply), lambda record: record.with_follower("U1").with_handled("2.000001")
    )
    assert followers.of(reply) == ("U1",)
    assert followers.of(replace(reply, ts="1.500000")) == ()
