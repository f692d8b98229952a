from collections import deque
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import pytest
from gevent.event import Event
from hypothesis import given
from hypothesis import strategies as st

from slack_api.rate_limit.fair_queue import FairQueue, Urgency
from slack_api.rate_limit.rate_limiter import LOOK, MANY, RateLimiter
from slack_api.rate_limit.tiers import APPEND, POST, START, STOP, UPDATE
from tests.slack_api.virtual_time import VirtualTime

TEAM = "T1"
DOCUMENTED = {START: 20, STOP: 20, APPEND: 100, UPDATE: 50}
PACES = {APPEND: 0.6, UPDATE: 1.2}  # of their writers


class StrictSlack:
    """Allows exactly the documented tier in any minute, not one call more."""

    def __init__(self, time: VirtualTime) -> None:
        self._time = time
        self._calls: dict[str, deque[float]] = {}
        self.refused: list[tuple[float, str]] = []

    def call(self, method: str) -> float | None:
        """None, or the seconds of a Retry-After."""
        now, calls = self._time.now(), self._calls.setdefault(method, deque())
        while calls and calls[0] <= now - 60:
            calls.popleft()
        if len(calls) >= DOCUMENTED[method]:
            self.refused.append((now, method))
            return max(1.0, calls[0] + 60 - now)
        calls.append(now)
        return None


class Streams:
    """Messages that are written all the time, as the writers do: take, then write the newest text."""

    def __init__(self, time: VirtualTime, budget: RateLimiter, slack: StrictSlack, latency: float) -> None:
        self._time, self._budget, self._slack, self._latency = time, budget, slack, latency
        self.oldest: dict[str, float] = {APPEND: 0.0, UPDATE: 0.0}
        self.methods: dict[str, int] = {APPEND: 0, UPDATE: 0}
        self.finished = 0

    def answer(self, key: str, until: float) -> None:
        native = self._budget.try_acquire(TEAM, START, key) and self._send(START)
        method = APPEND if native else UPDATE
        self.methods[method] += 1
        shown = self._time.now()
        while self._time.now() < until:
            if self._budget.acquire(TEAM, method, key, timeout=120) and self._send(method):
                self.oldest[method] = max(self.oldest[method], self._time.now() - shown)
                shown = self._time.now()
        while not (self._budget.acquire(TEAM, method, key, timeout=120, final=True) and self._send(method)):
            pass
        while native and not (
            self._budget.acquire(TEAM, STOP, key, timeout=120, trailing=True) and self._send(STOP)
        ):
            pass
        self.finished += 1

    def _send(self, method: str) -> bool:
        self._time.sleep(self._latency)
        pause = self._slack.call(method)
        if pause is not None:
            self._budget.pause(TEAM, method, pause)
        return pause is None


@pytest.mark.parametrize("apart", [0.0, 3.0])
def test_fifty_streams_get_fair_shares_for_three_minutes(apart: float) -> None:
    time = VirtualTime()
    slack = StrictSlack(time)
    streams = Streams(time, RateLimiter(time), slack, latency=0.05)
    for number in range(50):
        time.spawn(partial(streams.answer, f"m{number}", 180.0), at=number * apart)
    time.run()
    assert streams.finished == 50
    assert slack.refused == []
    for method, messages in streams.methods.items():
        slot = 60 / DOCUMENTED[method]  # one more, for the final of another that came between
        assert streams.oldest[method] <= messages * slot * 1.2 + slot


@pytest.mark.parametrize(
    ("method", "messages", "apart", "seconds"),
    [
        (APPEND, 50, 3.3, 175.0),
        (APPEND, 120, 1.0, 200.0),
        (APPEND, 200, 3.3, 240.0),
        (UPDATE, 22, 3.0, 60.0),
        (UPDATE, 60, 0.0, 200.0),
    ],
)
def test_no_message_waits_too_long_while_others_come_and_go(
    method: str, messages: int, apart: float, seconds: float
) -> None:
    """Each message is written at its writer's pace, and ends with its last text."""
    time = VirtualTime()
    slack = StrictSlack(time)
    budget, pace, latency = RateLimiter(time), PACES[method], 0.05
    written: dict[str, list[float]] = {}

    def send(key: str) -> None:
        time.sleep(latency)
        assert slack.call(method) is None
        written[key].append(time.now())

    def answer(key: str) -> None:
        ends = time.now() + seconds
        written[key] = [time.now()]
        while time.now() < ends:
            if budget.acquire(TEAM, method, key, timeout=300, cancelled=lambda: time.now() >= ends):
                send(key)
                time.sleep(max(0.0, min(pace, ends - time.now())))
        assert budget.acquire(TEAM, method, key, timeout=300, final=True)
        send(key)

    for number in range(messages):
        time.spawn(partial(answer, f"m{number}"), at=number * apart)
    time.run()

    def alive(now: float) -> int:
        return sum(1 for times in written.values() if times[0] <= now <= times[-1])

    for times in written.values():
        for earlier, later in pairwise(times):
            share = max(alive(earlier), alive(later)) * 60 / DOCUMENTED[method] * 1.2
            assert later - earlier <= max(share, pace) + 2 * latency, (earlier, later)


def test_cancelled_wait_ends_soon_during_a_pause() -> None:
    """Nothing else wakes the waiting caller: a pause can last for minutes."""
    time = VirtualTime()
    budget = RateLimiter(time)
    budget.pause(TEAM, APPEND, 120.0)
    seen: list[tuple[bool, float]] = []

    def wait() -> None:
        granted = budget.acquire(TEAM, APPEND, "m", timeout=300, cancelled=lambda: time.now() >= 3.0)
        seen.append((granted, time.now()))

    time.spawn(wait)
    time.run()
    [(granted, ended)] = seen
    assert not granted
    assert 3.0 <= ended <= 3.0 + LOOK


def test_cancelled_wait_ends_at_once() -> None:
    time = VirtualTime()
    budget = RateLimiter(time)
    while budget.try_acquire(TEAM, APPEND, "m"):
        pass
    for number in range(20):
        time.spawn(partial(budget.acquire, TEAM, APPEND, f"x{number}", timeout=60))
    seen = []

    def wait() -> None:
        granted = budget.acquire(TEAM, APPEND, "m", timeout=60, cancelled=lambda: time.now() >= 3.0)
        seen.append((granted, round(time.now())))

    time.spawn(wait)
    time.run()
    assert seen == [(False, 3)]


class CountingTime(VirtualTime):
    """Counts how often a caller begins to wait."""

    waits = 0

    def sleep(self, seconds: float) -> None:
        self.waits += 1
        super().sleep(seconds)

    def wait(self, event: Event, seconds: float) -> bool:
        self.waits += 1
        return super().wait(event, seconds)


def test_granted_call_wakes_few_of_the_callers_that_wait() -> None:
    time = CountingTime()
    budget, granted = RateLimiter(time), list[bool]()

    def write(number: int) -> None:
        granted.append(budget.acquire(TEAM, APPEND, f"m{number}", timeout=600, cancelled=lambda: False))

    for number in range(300):
        time.spawn(partial(write, number))
    time.run()
    assert granted == [True] * 300
    # One for each caller, two for each granted call, and one for each look that LOOK makes sooner.
    assert time.waits < 3 * 300 + time.now() / LOOK


@pytest.mark.parametrize("cancelled", [True, False])
def test_next_caller_is_granted_in_time_when_the_one_that_looks_leaves(cancelled: bool) -> None:
    time = VirtualTime()
    budget = RateLimiter(time)
    budget.pause(TEAM, UPDATE, 10.0)
    free_at = budget._line(TEAM, UPDATE).next_grant_at(time.now())
    times = dict[str, tuple[bool, float]]()
    leave = ("looks", "would look next")

    def write(key: str, timeout: float, over: float) -> None:
        is_over = (lambda: time.now() >= over) if cancelled else None
        times[key] = budget.acquire(TEAM, UPDATE, key, timeout=timeout, cancelled=is_over), time.now()

    for key in leave:
        time.spawn(partial(write, key, 60.0 if cancelled else 0.5, 0.5))
    for number in range(3):
        time.spawn(partial(write, f"n{number}", 60.0, 600.0))
    time.run()
    assert not any(times.pop(key)[0] for key in leave)
    assert all(granted for granted, _ in times.values())
    assert min(at for _, at in times.values()) == pytest.approx(free_at, abs=0.01)


def test_callers_whose_channels_are_free_sooner_do_not_wait_for_the_look_of_another() -> None:
    """A call of C1 looks first, then one of C2 looks sooner; while it does, one of C3 begins to wait."""
    time = VirtualTime()
    budget = RateLimiter(time)
    times = dict[str, float]()

    def post(channel: str, pause: float) -> None:
        budget.pause(TEAM, POST, pause, channel=channel)
        free_at = budget._line(TEAM, POST)._channels[channel].ready_at(time.now())
        assert budget.acquire(TEAM, POST, channel, timeout=60, channel=channel)
        times[channel] = time.now() - free_at

    for number, pause in enumerate((2.5, 0.3, 0.6), 1):
        time.spawn(partial(post, f"C{number}", pause), at=0.1 * number)
    time.run()
    assert list(times) == ["C2", "C3", "C1"]
    assert all(late < 0.01 for late in times.values())


class Caller(NamedTuple):
    at: float
    channel: str
    timeout: float
    final: bool
    trailing: bool


CALLERS = st.lists(
    st.builds(
        Caller,
        st.floats(0, 8).map(lambda at: round(at, 1)),
        st.sampled_from(("C1", "C2", "C3")),
        st.floats(0.1, 30).map(lambda timeout: round(timeout, 1)),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


def each_looks(queue: FairQueue, time: VirtualTime, caller: Caller, key: str) -> bool:
    """What a caller gets that looks whenever a call can be granted to anybody."""
    urgency = Urgency.FINAL if caller.final else Urgency.TRAILING if caller.trailing else Urgency.FLUSH
    ticket = queue.enqueue(key, urgency, caller.channel, time.now())
    deadline = time.now() + caller.timeout
    while True:
        queue.grant_ready(time.now())
        if ticket.granted or time.now() >= deadline:
            break
        time.sleep(max(0.001, min(queue.next_grant_at(time.now()), deadline) - time.now()))
    queue.remove(ticket)
    if ticket.granted and caller.final:
        queue.remove_message(key)
    return ticket.granted


@given(CALLERS, st.sampled_from((POST, UPDATE)), st.sampled_from((0.0, 4.0)))
def test_caller_gets_what_it_would_get_if_each_caller_looked(
    callers: list[Caller], method: str, pause: float
) -> None:
    def ends(looks: Callable[[RateLimiter, VirtualTime, Caller, str], bool]) -> dict[str, tuple[bool, float]]:
        time = VirtualTime()
        budget, found = RateLimiter(time), dict[str, tuple[bool, float]]()
        budget.pause(TEAM, method, pause, channel="C1")

        def call(key: str, caller: Caller) -> None:
            found[key] = looks(budget, time, caller, key), time.now()

        for number, caller in enumerate(callers):
            time.spawn(partial(call, f"m{number}", caller), at=caller.at)
        time.run()
        return found

    def one_looks(budget: RateLimiter, time: VirtualTime, caller: Caller, key: str) -> bool:
        _, channel, timeout, final, trailing = caller
        return budget.acquire(
            TEAM, method, key, timeout=timeout, final=final, trailing=trailing, channel=channel
        )

    alike = ends(lambda budget, *more: each_looks(budget._line(TEAM, method), *more))
    found = ends(one_looks)
    assert {key: granted for key, (granted, _) in found.items()} == {
        key: granted for key, (granted, _) in alike.items()
    }
    assert all(found[key][1] == pytest.approx(at, abs=0.02) for key, (_, at) in alike.items())


def test_limiter_slows_down_after_429_when_another_process_uses_the_tier() -> None:
    """Another process of the same app uses half of the tier: after a while refusals are few."""
    time = VirtualTime()
    slack = StrictSlack(time)
    budget = RateLimiter(time)
    streams = Streams(time, budget, slack, latency=0.05)

    def stranger() -> None:
        while time.now() < 600:
            slack.call(APPEND)
            time.sleep(1.2)

    time.spawn(stranger)
    for number in range(10):
        time.spawn(partial(streams.answer, f"m{number}", 600.0))
    time.run()
    assert streams.finished == 10
    ours = [at for at, method in slack.refused if method == APPEND]
    assert sum(1 for at in ours if at > 300) < 60


def test_wait_ends_at_its_timeout() -> None:
    time = VirtualTime()
    budget = RateLimiter(time)
    budget.pause(TEAM, APPEND, 100.0)
    seen = []

    def wait() -> None:
        seen.append((budget.acquire(TEAM, APPEND, "m", timeout=30.0), time.now()))

    time.spawn(wait)
    time.run()
    assert seen == [(False, 30.0)]
    assert not budget.try_acquire(TEAM, APPEND, "other")


def test_caller_that_timed_out_delays_no_other() -> None:
    time = VirtualTime()
    budget = RateLimiter(time)
    order = []
    for number in range(8):
        time.spawn(partial(budget.acquire, TEAM, UPDATE, f"x{number}", timeout=0.1))
    time.spawn(
        lambda: order.append((budget.acquire(TEAM, UPDATE, "m", timeout=60), round(time.now(), 1))), at=1.0
    )
    time.run()
    assert order[0][0]
    assert order[0][1] < 3


def test_pause_applies_only_to_its_method_and_workspace() -> None:
    time = VirtualTime()
    budget = RateLimiter(time)
    budget.pause(TEAM, APPEND, 100.0)
    assert budget.try_acquire(TEAM, UPDATE, "m")
    assert budget.try_acquire("T2", APPEND, "m")


def test_killed_waiter_leaves_the_queue() -> None:
    class Killed(Exception):
        pass

    class Killing(VirtualTime):
        def sleep(self, seconds: float) -> None:
            raise Killed

    time = Killing()
    budget = RateLimiter(time)
    while budget.try_acquire(TEAM, UPDATE, "m"):
        pass
    with pytest.raises(Killed):
        budget.acquire(TEAM, UPDATE, "m", timeout=60)
    time._now = 10.0
    assert budget.try_acquire(TEAM, UPDATE, "other")


def test_posts_of_one_channel_wait_for_each_other() -> None:
    time = VirtualTime()
    budget = RateLimiter(time)
    times = []

    def post(number: int) -> None:
        budget.acquire(TEAM, POST, f"m{number}", timeout=60, channel="C1")
        times.append(time.now())

    for number in range(5):
        time.spawn(partial(post, number))
    time.run()
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(times))


def test_finished_message_is_not_counted() -> None:
    time = VirtualTime()
    budget = RateLimiter(time)
    alone = budget.call_interval(TEAM, UPDATE)
    assert budget.try_acquire(TEAM, UPDATE, "m")
    assert budget.call_interval(TEAM, UPDATE) == 2 * alone
    budget.remove_message(TEAM, UPDATE, "m")
    assert budget.call_interval(TEAM, UPDATE) == alone
    time.spawn(lambda: budget.acquire(TEAM, UPDATE, "n", timeout=10, final=True))
    time.run()
    assert budget.call_interval(TEAM, UPDATE) == alone


def test_idle_workspaces_are_forgotten() -> None:
    time = VirtualTime()
    budget = RateLimiter(time)
    for number in range(3 * MANY):
        assert budget.acquire(f"T{number}/x", POST, "m", timeout=0, final=True)
        time._now += 1.0
    assert len(budget._lines) <= MANY


def test_busy_workspaces_are_kept_however_many_there_are() -> None:
    time = VirtualTime()
    budget = RateLimiter(time)
    for number in range(3 * MANY):
        budget.pause(f"T{number}/x", POST, 300.0)
    assert not any(budget.try_acquire(f"T{number}/x", POST, "m") for number in range(3 * MANY))
