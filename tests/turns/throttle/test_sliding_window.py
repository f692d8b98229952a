from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fake_clock import FakeClock
from turns.throttle.sliding_window import Limit, Over, SlidingWindow

LIMITS = (Limit(3, 60.0), Limit(5, 600.0))


def test_message_within_the_limits_is_accepted() -> None:
    clock = FakeClock()
    allowance = SlidingWindow(LIMITS, clock)
    assert [allowance.take("a") for _ in range(3)] == [None] * 3
    assert [allowance.take("b") for _ in range(3)] == [None] * 3


def test_message_above_the_limit_is_told_once() -> None:
    clock = FakeClock()
    allowance = SlidingWindow(LIMITS, clock)
    for _ in range(3):
        allowance.take("a")
    assert allowance.take("a") == Over(first=True)
    assert [allowance.take("a") for _ in range(5)] == [Over(first=False)] * 5
    clock.advance(59.9)
    assert allowance.take("a") == Over(first=False)
    clock.advance(0.1)
    assert allowance.take("a") is None


def test_new_flood_is_told_again() -> None:
    clock = FakeClock()
    allowance = SlidingWindow((Limit(1, 60.0),), clock)
    for _ in range(3):
        assert allowance.take("a") is None
        assert allowance.take("a") == Over(first=True)
        assert allowance.take("a") == Over(first=False)
        clock.advance(60.0)


def test_long_limit_applies_after_the_short_one() -> None:
    clock = FakeClock()
    allowance = SlidingWindow(LIMITS, clock)
    let_in = 0
    for _ in range(9):
        let_in += allowance.take("a") is None
        clock.advance(60.0)
    assert let_in == 5


def test_number_of_remembered_names_is_bounded() -> None:
    allowance = SlidingWindow(LIMITS, FakeClock(), names=10)
    for number in range(1000):
        allowance.take(str(number))
    assert len(allowance._accounts) == 10


@settings(max_examples=100)
@given(st.lists(st.floats(0.0, 90.0), max_size=60))
def test_accepted_messages_keep_both_limits_in_any_window(pauses: list[float]) -> None:
    clock = FakeClock(0.0)
    allowance = SlidingWindow(LIMITS, clock)
    let_in: list[float] = []
    for pause in pauses:
        clock.advance(pause)
        if allowance.take("a") is None:
            let_in.append(clock.now())
    for limit in LIMITS:
        for begin in let_in:
            assert sum(begin <= at < begin + limit.seconds for at in let_in) <= limit.count


def test_full_window_is_told_without_counting() -> None:
    clock = FakeClock()
    window = SlidingWindow(LIMITS, clock)
    assert not window.is_full("a")
    for _ in range(3):
        assert not window.is_full("a")
        window.take("a")
    assert window.is_full("a")
    assert not window.is_full("b")
    clock.advance(60.0)
    assert not window.is_full("a")
