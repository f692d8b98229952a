from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_api.rate_limit.fair_queue import LONGEST_TRAILING_WAIT, MANY, FairQueue, QueuedCall, Urgency
from slack_api.rate_limit.tiers import POSTS, POSTS_IN_CHANNEL, TIER_3, TIER_4, Tier

ONE_BY_ONE = Tier(60, 1)


def run(line: FairQueue, now: float, end: float, tickets: list[QueuedCall]) -> list[tuple[float, QueuedCall]]:
    """The time at which each ticket is granted, until `end`."""
    granted: list[tuple[float, QueuedCall]] = []
    while True:
        line.grant_ready(now)
        granted += [(now, ticket) for ticket in tickets if ticket.granted and ticket not in dict_of(granted)]
        following = line.next_grant_at(now)
        if len(granted) == len(tickets) or following > end:
            return granted
        now = max(following, now + 0.001)


def dict_of(granted: list[tuple[float, QueuedCall]]) -> list[QueuedCall]:
    return [ticket for _, ticket in granted]


def keys(granted: list[tuple[float, QueuedCall]]) -> list[str]:
    return [ticket.key for _, ticket in granted]


def test_message_without_a_call_for_longest_is_granted_first() -> None:
    line = FairQueue(ONE_BY_ONE, None, 0.0)
    first = [line.enqueue(key, Urgency.FLUSH, "", 0.0) for key in "abc"]
    assert keys(run(line, 0.0, 10.0, first)) == ["a", "b", "c"]
    second = [line.enqueue(key, Urgency.FLUSH, "", 5.0) for key in "cba"]
    assert keys(run(line, 5.0, 20.0, second)) == ["a", "b", "c"]


def test_message_is_granted_first_when_it_never_had_a_call() -> None:
    line = FairQueue(ONE_BY_ONE, None, 0.0)
    run(line, 0.0, 5.0, [line.enqueue("old", Urgency.FLUSH, "", 0.0)])
    both = [line.enqueue("old", Urgency.FLUSH, "", 0.1), line.enqueue("new", Urgency.FLUSH, "", 0.2)]
    assert keys(run(line, 0.2, 10.0, both)) == ["new", "old"]


def test_final_call_is_granted_before_flush_and_trailing() -> None:
    line = FairQueue(ONE_BY_ONE, None, 0.0)
    tickets = [
        line.enqueue(urgency.name, urgency, "", 0.0)
        for urgency in (Urgency.TRAILING, Urgency.FLUSH, Urgency.FINAL)
    ]
    assert keys(run(line, 0.0, 10.0, tickets)) == ["FINAL", "FLUSH", "TRAILING"]


def test_trailing_call_is_granted_within_a_minute_despite_steady_flushes() -> None:
    line = FairQueue(ONE_BY_ONE, None, 0.0)
    stop = line.enqueue("stop", Urgency.TRAILING, "", 0.0)
    now = 0.0
    while not stop.granted:
        line.enqueue(f"m{now}", Urgency.FLUSH, "", now)
        line.grant_ready(now)
        now += 0.5
    assert LONGEST_TRAILING_WAIT <= now < 60


def test_posts_are_limited_to_one_a_second_per_channel() -> None:
    line = FairQueue(POSTS, POSTS_IN_CHANNEL, 0.0)
    here = [line.enqueue(f"h{n}", Urgency.FLUSH, "C1", 0.0) for n in range(4)]
    there = [line.enqueue(f"t{n}", Urgency.FLUSH, f"D{n}", 0.0) for n in range(4)]
    granted = run(line, 0.0, 30.0, here + there)
    assert len(granted) == 8
    times = {ticket.key: at for at, ticket in granted}
    assert [times[f"t{n}"] for n in range(4)] == [0.0] * 4
    own = sorted(times[f"h{n}"] for n in range(4))
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(own))


def test_post_pauses_only_its_channel_after_a_429() -> None:
    line = FairQueue(POSTS, POSTS_IN_CHANNEL, 0.0)
    line.pause("C1", 0.0, 30.0)
    assert not line.try_acquire("a", "C1", 1.0)
    assert line.try_acquire("a", "C2", 1.0)


def test_method_without_channels_is_paused_after_a_429() -> None:
    line = FairQueue(TIER_4, None, 0.0)
    line.pause("C1", 0.0, 30.0)
    assert not line.try_acquire("a", "C2", 29.0)


def test_try_acquire_does_not_overtake_a_waiting_ticket() -> None:
    line = FairQueue(ONE_BY_ONE, None, 0.0)
    assert line.try_acquire("a", "", 0.0)
    waiting = line.enqueue("b", Urgency.FLUSH, "", 0.0)
    assert not line.try_acquire("c", "", 0.5)
    assert not line.try_acquire("c", "", 1.2)  # b got that one
    assert waiting.granted


def test_removed_ticket_is_never_granted() -> None:
    line = FairQueue(ONE_BY_ONE, None, 0.0)
    ticket = line.enqueue("a", Urgency.FLUSH, "", 0.0)
    line.remove(ticket)
    line.remove(ticket)
    line.grant_ready(0.0)
    assert not ticket.granted


def test_call_interval_follows_the_number_of_messages() -> None:
    line = FairQueue(TIER_3, None, 0.0)
    alone = line.call_interval(0.0)
    for number in range(3):
        line.try_acquire(f"m{number}", "", number * 2.0)
    busy = line.call_interval(6.0)
    assert busy == pytest.approx(4 * alone)
    line.remove_message("m0")
    assert line.call_interval(6.0) == pytest.approx(3 * alone)
    assert line.call_interval(1000.0) == alone


def test_message_is_forgotten_when_it_never_waited() -> None:
    line = FairQueue(TIER_3, None, 0.0)
    for number in range(1000):
        assert line.try_acquire(f"m{number}", "", number * 4.0)
        line.remove_message(f"m{number}")
        line.remove_message(f"never-served-{number}")
    assert len(line._served) + len(line._over) < 200


def test_idle_queue_behaves_like_a_new_one() -> None:
    line = FairQueue(TIER_3, POSTS_IN_CHANNEL, 0.0)
    assert line.is_idle(0.0)
    ticket = line.enqueue("m", Urgency.FLUSH, "C1", 0.0)
    assert not line.is_idle(0.0)
    line.grant_ready(0.0)
    assert ticket.granted
    assert not line.is_idle(120.0)  # still written
    line.remove_message("m")
    assert not line.is_idle(30.0)  # of this minute
    assert line.is_idle(120.0)


@pytest.mark.parametrize("channel", ["", "C1"])
def test_queue_is_not_idle_while_paused_or_slowed(channel: str) -> None:
    line = FairQueue(TIER_3, POSTS_IN_CHANNEL, 0.0)
    line.pause(channel, 0.0, 300.0)
    assert not line.is_idle(299.0)
    assert not line.is_idle(301.0)
    assert line.is_idle(600.0)


def test_idle_channels_are_forgotten() -> None:
    line = FairQueue(POSTS, POSTS_IN_CHANNEL, 0.0)
    for number in range(3 * MANY):
        line.try_acquire("m", f"C{number}", number * 61.0)
    assert len(line._channels) <= MANY


@given(st.integers(1, 60), st.sampled_from([TIER_3, TIER_4]))
def test_no_message_waits_longer_than_its_share(messages: int, tier: Tier) -> None:
    line = FairQueue(tier, None, 0.0)
    now = 0.0
    waiting = {key: line.enqueue(str(key), Urgency.FLUSH, "", now) for key in range(messages)}
    served = dict.fromkeys(waiting, now)
    oldest = 0.0
    while now < 240:
        line.grant_ready(now)
        for key, ticket in list(waiting.items()):
            if ticket.granted:
                oldest = max(oldest, now - served[key])
                served[key] = now
                waiting[key] = line.enqueue(str(key), Urgency.FLUSH, "", now)
        now = max(line.next_grant_at(now), now + 0.001)
    assert oldest <= messages * 60 / tier.per_minute * 1.2
