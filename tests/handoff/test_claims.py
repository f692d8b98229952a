from handoff.claims import KEPT_SECONDS, Claims
from tests.fake_clock import FakeClock


def test_only_the_first_takes_it() -> None:
    claims = Claims(FakeClock())
    assert claims.take("a")
    assert not claims.take("a")
    assert claims.take("b")


def test_what_is_given_back_can_be_taken() -> None:
    claims = Claims(FakeClock())
    claims.take("a")
    claims.give_back("a")
    claims.give_back("never taken")
    assert claims.take("a")


def test_what_is_taken_is_kept_once_that_is_said() -> None:
    claims = Claims(FakeClock())
    assert not claims.is_kept("a")
    claims.take("a")
    assert not claims.is_kept("a")
    claims.keep("a")
    assert claims.is_kept("a")
    assert not claims.take("a")
    claims.give_back("a")
    assert not claims.is_kept("a")


def test_a_claim_outlives_slacks_retries() -> None:
    clock = FakeClock()
    claims = Claims(clock)
    claims.take("a")
    clock.advance(6 * 60 + 5)
    assert not claims.take("a")
    clock.advance(KEPT_SECONDS)
    assert claims.take("a")
