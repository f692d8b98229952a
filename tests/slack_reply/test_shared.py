"""What an answer may send, and when it must not."""

from dataclasses import replace
from functools import partial

import pytest

from slack_api.rate_limit.rate_limiter import RateLimiter
from slack_api.rate_limit.tiers import APPEND, UPDATE
from slack_reply.shared import RATE_LIMIT_TIMEOUT, RateShare, TableSupport, Written
from slack_reply.writer import ReplyTarget, SlackAway
from slack_reply.writers.single_post import LIMITS
from tests.fake_clock import FakeClock
from tests.slack_api.virtual_time import VirtualTime

PLACE = ReplyTarget("T1", "C1", "channel", "1.0", "1.0", "U1", "T1", "UBOT")


def share() -> tuple[RateShare, RateLimiter, VirtualTime]:
    time = VirtualTime()
    budget = RateLimiter(time)
    return RateShare(budget, PLACE), budget, time


def test_call_acquired_ahead_is_used_once() -> None:
    one, budget, time = share()
    times: list[float] = []

    def write() -> None:
        one.ahead(APPEND, final=False)
        for _ in range(8):
            one.spend(APPEND)
            times.append(time.now())

    time.spawn(write)
    time.run()
    assert times[:4] == [0.0] * 4  # what tier 4 lets go at once
    assert times[4] > 0.5
    assert not budget.try_acquire("T1", APPEND, "other")


def test_call_acquired_ahead_is_given_back_when_unused() -> None:
    one, budget, time = share()
    sent: list[float] = []

    def write() -> None:
        for _ in range(6):
            one.ahead(APPEND, final=False)
        one.spend(APPEND)
        sent.append(time.now())

    time.spawn(write)
    time.run()
    assert sent == [0.0]
    assert [budget.try_acquire("T1", APPEND, "other") for _ in range(4)] == [True, True, True, False]


def test_call_acquired_ahead_is_given_back_when_the_answer_leaves_the_method() -> None:
    one, budget, _ = share()
    one.ahead(APPEND, final=False)
    one.leave(APPEND, UPDATE)
    one.leave(APPEND, UPDATE)
    assert [budget.try_acquire("T1", APPEND, "other") for _ in range(5)] == [True] * 4 + [False]


@pytest.mark.parametrize("final", [False, True])
def test_slack_away_is_raised_without_a_granted_call(final: bool) -> None:
    one, budget, time = share()
    budget.pause("T1", UPDATE, 1000.0)
    seen: list[float] = []

    def write() -> None:
        with pytest.raises(SlackAway):
            one.ahead(UPDATE, final=final)
        seen.append(time.now())

    time.spawn(write)
    time.run()
    assert seen == [RATE_LIMIT_TIMEOUT]


def test_only_the_last_text_waits_when_the_answer_is_over() -> None:
    one, budget, time = share()
    while budget.try_acquire("T1", UPDATE, "m"):
        pass
    for number in range(20):
        time.spawn(partial(budget.acquire, "T1", UPDATE, f"x{number}", timeout=60))
    one.over = lambda: time.now() >= 2.0
    seen: list[float] = []

    def write() -> None:
        with pytest.raises(SlackAway):
            one.ahead(UPDATE, final=False)
        seen.append(time.now())
        one.ahead(UPDATE, final=True)
        seen.append(time.now())

    time.spawn(write)
    time.run()
    flush, last = seen
    assert 2.0 <= flush < 4.0
    assert flush < last < 6.0


def test_message_that_joined_counts_until_it_leaves() -> None:
    one, budget, _ = share()
    alone = budget.call_interval("T1", UPDATE)
    one.join(UPDATE)
    assert one.interval(UPDATE) == pytest.approx(2 * alone)
    one.leave(UPDATE)
    assert one.interval(UPDATE) == alone


def test_written_knows_the_messages_of_a_channel() -> None:
    written = Written()
    written.add("T1/abc", "C1", "1.1")
    assert written.knows("T1/abc", "C1", "1.1")
    assert not written.knows("T1/abc", "C2", "1.1")
    assert not written.knows("T1/def", "C1", "1.1")
    assert not written.knows("T1/abc", "C1", "1.2")


def test_written_forgets_the_oldest_message() -> None:
    written = Written(remembered=2)
    for ts in ("1.1", "1.2", "1.3"):
        written.add("T1/abc", "C1", ts)
    assert [written.knows("T1/abc", "C1", ts) for ts in ("1.1", "1.2", "1.3")] == [False, True, True]


def test_refused_tables_are_remembered_for_their_account_and_an_hour() -> None:
    clock = FakeClock()
    tables, limits = TableSupport(clock), LIMITS
    assert not tables.refused("A1", "invalid_blocks", ["markdown", "table"])
    assert not tables.refused("A1", "channel_not_found", ["table", "table"])
    assert tables.fitting("A1", limits) == limits
    assert tables.refused("A1", "invalid_attachments", ["table", "table"])
    assert tables.fitting("A1", limits) == replace(limits, several_tables=False)
    assert tables.refused("A1", "msg_blocks_too_long", ["data_table"])
    assert tables.fitting("A1", limits) == replace(limits, several_tables=False, data_tables=False)
    assert tables.fitting("A2", limits) == limits
    clock.sleep(3601)
    assert tables.fitting("A1", limits) == limits
