import logging

import pytest

from conversation_store.circuit_breaker import REST, CircuitBreaker
from errors import StoreBusy, StoreError, StoreFull
from tests.fake_clock import FakeClock


class Store:
    """Raises `error` while there is one, and counts its calls."""

    def __init__(self) -> None:
        self.error: StoreError | None = None
        self.calls = 0

    def answer(self) -> str:
        self.calls += 1
        if self.error is not None:
            raise self.error
        return "answer"


@pytest.fixture
def store() -> Store:
    return Store()


def breaker(clock: FakeClock, failures: int = 1) -> CircuitBreaker:
    return CircuitBreaker(clock, failures=failures, failing="it fails", recovered="it works again")


def fails(breaker: CircuitBreaker, store: Store) -> None:
    with pytest.raises(StoreError):
        breaker.call(store.answer)


def test_answer_of_a_working_store_is_passed_on(clock: FakeClock, store: Store) -> None:
    assert breaker(clock).call(store.answer) == "answer"


@pytest.mark.parametrize("failures", [1, 3])
def test_store_is_left_alone_after_its_failures_in_a_row(
    clock: FakeClock, store: Store, failures: int
) -> None:
    ours = breaker(clock, failures)
    store.error = StoreError("broken")
    for _ in range(failures + 5):
        fails(ours, store)
    assert store.calls == failures
    clock.advance(REST)
    fails(ours, store)  # one call after the rest, then the next rest begins
    fails(ours, store)
    assert store.calls == failures + 1
    store.error = None
    clock.advance(REST)
    assert [ours.call(store.answer) for _ in range(3)] == ["answer"] * 3


def test_success_between_failures_begins_the_count_anew(clock: FakeClock, store: Store) -> None:
    ours = breaker(clock, 2)
    for _ in range(3):
        store.error = StoreError("broken")
        fails(ours, store)
        store.error = None
        assert ours.call(store.answer) == "answer"


def test_busy_store_is_not_failing(clock: FakeClock, store: Store) -> None:
    ours = breaker(clock)
    store.error = StoreBusy("too many")
    for _ in range(3):
        fails(ours, store)
    assert store.calls == 3
    assert not ours.is_failing


def test_full_store_is_failing_and_is_still_asked(clock: FakeClock, store: Store) -> None:
    ours = breaker(clock)
    store.error = StoreFull("quota")
    for _ in range(3):
        fails(ours, store)
    assert store.calls == 3
    assert ours.is_failing


def test_failure_and_recovery_are_logged_once_each(
    clock: FakeClock, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    ours = breaker(clock, 3)
    with caplog.at_level(logging.WARNING):
        store.error = StoreError("broken")
        for _ in range(5):
            fails(ours, store)
        clock.advance(REST)
        store.error = None
        ours.call(store.answer, shows_recovery=False)
        assert ours.is_failing
        for _ in range(2):
            ours.call(store.answer)
    assert caplog.messages == ["it fails: broken", "it works again"]
    assert not ours.is_failing
