from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from slack_api.rate_limit.tiers import MINUTE, TIER_2, TIER_3, TIER_4, Tier
from slack_api.rate_limit.token_bucket import TokenBucket


def drain(bucket: TokenBucket, begin: float, end: float) -> list[float]:
    """Spend a call whenever the bucket is ready."""
    now, taken = begin, []
    while now < end:
        ready = bucket.ready_at(now)
        if ready > now:
            now = ready
            continue
        bucket.spend(now)
        taken.append(now)
    return [at for at in taken if at < end]


def fullest_minute(taken: list[float]) -> int:
    return max((sum(1 for other in taken if at <= other < at + MINUTE) for at in taken), default=0)


@given(
    st.sampled_from([TIER_2, TIER_3, TIER_4]),
    st.lists(st.floats(0, 40), max_size=12),
)
def test_calls_never_exceed_the_tier_in_any_minute(tier: Tier, rests: list[float]) -> None:
    bucket, now, taken = TokenBucket(tier, 0.0), 0.0, []
    for rest in rests:
        now += rest
        taken += drain(bucket, now, now + 20)
        now += 20
    assert fullest_minute(taken) < tier.per_minute


def test_bucket_uses_most_of_the_tier_in_the_long_run() -> None:
    for tier in (TIER_2, TIER_3, TIER_4):
        assert len(drain(TokenBucket(tier, 0.0), 0, 600)) >= tier.per_minute * 10 * 0.9


def test_burst_is_granted_at_once_after_a_rest() -> None:
    bucket = TokenBucket(TIER_2, 0.0)
    assert drain(bucket, 100.0, 100.001) == [100.0] * TIER_2.burst


def test_flush_tiers_never_wait_for_the_end_of_a_minute() -> None:
    for tier in (TIER_3, TIER_4):
        taken = drain(TokenBucket(tier, 0.0), 0, 300)
        gaps = [later - earlier for earlier, later in pairwise(taken)]
        assert max(gaps) <= MINUTE / tier.per_minute * 1.2


def test_bucket_pauses_then_slows_and_recovers_after_a_429() -> None:
    bucket = TokenBucket(TIER_4, 0.0)
    full = bucket.calls_per_second(0.0)
    bucket.pause(10.0, 7.0)
    assert bucket.ready_at(10.0) > 17.0
    slowed = bucket.calls_per_second(17.0)
    assert slowed < full
    assert slowed < bucket.calls_per_second(47.0) < full
    assert bucket.calls_per_second(1000.0) == full


def test_several_429_of_one_burst_count_as_one() -> None:
    one, many = TokenBucket(TIER_4, 0.0), TokenBucket(TIER_4, 0.0)
    one.pause(1.0, 5.0)
    for delay in range(4):
        many.pause(1.0 + delay / 10, 4.0)
    assert many.calls_per_second(1.5) == one.calls_per_second(1.5)


def test_rate_never_reaches_zero() -> None:
    bucket = TokenBucket(TIER_4, 0.0)
    for now in range(0, 600, 5):
        bucket.pause(float(now), 1.0)
    assert bucket.ready_at(600.0) < 610.0


def test_bucket_is_idle_only_when_it_equals_a_new_one() -> None:
    bucket = TokenBucket(TIER_4, 0.0)
    assert bucket.is_idle(0.0)
    bucket.spend(0.0)
    assert not bucket.is_idle(30.0)
    assert bucket.is_idle(61.0)
    bucket.pause(61.0, 1.0)
    assert not bucket.is_idle(70.0)


def test_call_given_back_counts_neither_now_nor_in_its_minute() -> None:
    bucket = TokenBucket(TIER_2, 0.0)
    for _ in range(TIER_2.burst):
        bucket.spend(0.0)
    assert bucket.ready_at(0.0) > 0.0
    bucket.give_back(0.0, 0.0)
    assert bucket.ready_at(0.0) == 0.0
    full, back = (TokenBucket(TIER_2, 0.0) for _ in range(2))
    for one in (full, back):
        drain(one, 0.0, 50.0)
        one.spend(50.0)
    back.give_back(0.0, 50.0)
    assert back.ready_at(50.0) <= full.ready_at(50.0)


@given(st.lists(st.tuples(st.floats(0, 5), st.booleans()), max_size=200))
def test_calls_that_were_sent_never_exceed_the_tier_though_others_are_given_back(
    steps: list[tuple[float, bool]],
) -> None:
    bucket, now, sent = TokenBucket(TIER_3, 0.0), 0.0, []
    for rest, is_sent in steps:
        now = max(now + rest, bucket.ready_at(now + rest))
        bucket.spend(now)
        if is_sent:
            sent.append(now)
        else:
            bucket.give_back(now, now + rest)
            now += rest
    assert fullest_minute(sent) < TIER_3.per_minute


def test_no_call_is_given_back_into_a_pause() -> None:
    bucket = TokenBucket(TIER_4, 0.0)
    bucket.spend(0.0)
    bucket.pause(1.0, 10.0)
    bucket.give_back(0.0, 2.0)
    assert bucket.ready_at(2.0) > 11.0
