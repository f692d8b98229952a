import logging
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conversation_store.dify.buckets import Buckets, BucketState
from conversation_store.process_memory import ProcessMemory
from conversation_store.record import InFlight
from conversation_store.resilient_store import ResilientStore, hook_breaker
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from tests.support.house import DEAD, HERE, KEY
from turns.recovery.process_identity import ProcessIdentity
from turns.recovery.recovery import REPEATED, Recovery
from turns.recovery.sweep import AGAIN

SECRET = "xoxb-nobodys-business"


def recovery(clock: FakeClock, *, is_away: bool = False, carries: bool = False) -> Recovery:
    """A recovery that can only read its store."""
    stores = SimpleNamespace(presence=lambda _: None, is_away=lambda _: is_away)
    services = SimpleNamespace(interrupted=lambda *_: None)
    running = SimpleNamespace(carries=lambda _: carries)
    return cast("Any", Recovery)(clock, ProcessIdentity.here(), stores, running, services)  # type: ignore[no-any-return]


def hook() -> Any:
    return SimpleNamespace(id="hook", settings=SimpleNamespace(redis_url=""))


class BrokenStore:
    def in_flight(self, _hook_id: str) -> Any:
        raise RuntimeError(SECRET)


def test_sweep_that_raises_is_made_again_and_logged_without_the_error_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    ours = recovery(clock)
    assert ours.sweeps.take("hook")
    with caplog.at_level(logging.INFO):
        ours.sweep(hook(), cast("Any", BrokenStore()))
    assert "a sweep broke: RuntimeError at test_recovery.py:" in caplog.text
    assert SECRET not in caplog.text
    clock.advance(AGAIN)
    assert ours.sweeps.take("hook")


@pytest.mark.parametrize("is_away", [False, True])
def test_sweep_is_made_again_when_redis_was_away(is_away: bool) -> None:
    clock = FakeClock()
    ours = recovery(clock, is_away=is_away)
    assert ours.sweeps.take("hook")
    ours.sweep(hook(), store(clock))
    clock.advance(AGAIN)
    assert ours.sweeps.take("hook") is is_away


ELSEWHERE = replace(HERE, machine="another").name


@pytest.mark.parametrize(
    ("holder", "age", "listed"),
    [(DEAD, REPEATED, 1), (ELSEWHERE, REPEATED, 1), (DEAD, 0.0, 0), (HERE.name, REPEATED, 0)],
)
def test_repeated_message_of_a_dead_process_is_listed(holder: str, age: float, listed: int) -> None:
    """The new request is itself counted as a running turn of this message, so that count proves nothing."""
    clock = FakeClock()
    ours, threads = recovery(clock, carries=True), store(clock)
    note = InFlight("1.000001", clock.epoch(), holder)
    threads.update(KEY, lambda record: record.with_open(note))
    clock.advance(age)
    assert ours.sweeps.take("hook")
    ours.taken_before(hook(), threads, KEY, "1.000001")
    assert len(threads.in_flight("hook")) == listed
    assert ours.sweeps.take("hook") is bool(listed)


def test_repeated_message_is_not_listed_after_its_end() -> None:
    clock = FakeClock()
    ours, threads = recovery(clock), store(clock)
    threads.update(KEY, lambda record: record.with_handled("1.000001"))
    clock.advance(REPEATED)
    ours.taken_before(hook(), threads, KEY, "1.000001")
    ours.taken_before(hook(), threads, replace(KEY, thread="unknown"), "1.000001")
    assert threads.in_flight("hook") == ()


def store(clock: FakeClock) -> ResilientStore:
    buckets = Buckets(BucketState(), FakeDifyStorage(), clock, 30)
    return ResilientStore(buckets, ProcessMemory(clock), hook_breaker(clock), clock, 30)
