import gevent.event
import pytest

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


def test_caller_who_cannot_wait_gets_the_name_once_slack_has_told_it() -> None:
    names = ChannelNames(FakeClock())
    api, pool = api_over(HELP)
    assert names.soon(api, "C1", 1.0) == "help"
    assert names.soon(api, "C1", 1.0) == "help"
    assert len(pool.sent) == 1
    refused, _ = api_over(refuses("missing_scope"))
    assert ChannelNames(FakeClock()).soon(refused, "C1", 1.0) == ""


def test_callers_who_cannot_wait_share_one_call_that_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ChannelNames(FakeClock())
    api, pool = api_over(HELP)
    answered, exchange = gevent.event.Event(), pool.exchange
    monkeypatch.setattr(pool, "exchange", lambda *asked: answered.wait() and exchange(*asked))
    assert [names.soon(api, "C1", 0.01), names.soon(api, "C1", 0.01)] == [None, None]
    answered.set()
    assert names.soon(api, "C1", 5.0) == "help"
    assert len(pool.sent) == 1
