from slack_api.channel_names import KEEP, KEEP_FAILURE, ChannelNames
from tests.fake_clock import FakeClock
from tests.slack_api.scripted_pool import api_over, refuses, says

HELP = says({"ok": True, "channel": {"id": "C1", "name": "help"}})


def test_name_is_asked_for_once_in_ten_minutes() -> None:
    clock = FakeClock()
    names = ChannelNames(clock)
    api, pool = api_over(HELP, clock=clock)
    assert [names.of(api, "C1"), names.of(api, "C1")] == ["help", "help"]
    assert len(pool.sent) == 1
    clock.advance(KEEP)
    assert names.known(api, "C1") is None
    assert len(pool.sent) == 1
    names.of(api, "C1")
    assert names.known(api, "C1") == names.of(api, "C1")
    assert len(pool.sent) == 2


def test_name_that_slack_does_not_tell_is_unknown_and_asked_for_later() -> None:
    clock = FakeClock()
    names = ChannelNames(clock)
    api, pool = api_over(refuses("missing_scope"), clock=clock)
    assert [names.of(api, "C1"), names.of(api, "C1")] == [None, None]
    assert len(pool.sent) == 1
    clock.advance(KEEP_FAILURE)
    assert names.of(api, "C1") is None
    assert len(pool.sent) == 2
