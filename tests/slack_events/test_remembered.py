from dataclasses import replace

from message import Message
from slack_events.remembered import KEPT_SECONDS, ChannelTypes
from tests.fake_clock import FakeClock

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
