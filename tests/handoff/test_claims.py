from handoff.claims import KEPT_SECONDS, Claims
from tests.fake_clock import FakeClock


def test_name_is_claimed_by_the_first_caller_only() -> None:
    claims = Claims(FakeClock())
    assert claims.take("a")
    assert not claims.take("a")
    assert claims.take("b")


def test_claim_that_is_given_back_can_be_claimed_again() -> None:
    claims = Claims(FakeClock())
    claims.take("a")
    claims.give_back("a")
    claims.give_back("never taken")
    assert claims.take("a")


def test_claim_is_confirmed_only_after_keep() -> None:
    claims = Claims(FakeClock())
    assert not claims.is_kept("a")
    claims.take("a")
    assert not claims.is_kept("a")
    claims.keep("a")
    assert claims.is_kept("a")
    assert not claims.take("a")
    claims.give_back("a")
    assert not claims.is_kept("a")


def test_claim_lasts_longer_than_slacks_retries() -> None:
    clock = FakeClock()
    claims = Claims(clock)
    claims.take("a")
    clock.advance(6 * 60 + 5)
    assert not claims.take("a")
    clock.advance(KEPT_SECONDS)
    assert claims.take("a")
