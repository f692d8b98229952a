from simulators.slack.tiers import Tiers
from tests.fake_clock import FakeClock


def test_half_a_minute_at_once_then_the_tiers_pace(clock: FakeClock) -> None:
    tiers = Tiers(clock.now, 0.5)
    assert [tiers.take("chat.startStream", 20, "") for _ in range(11)] == [None] * 10 + [3]
    clock.advance(3)
    assert tiers.take("chat.startStream", 20, "") is None
    assert tiers.take("chat.startStream", 20, "") == 3


def test_methods_do_not_share(clock: FakeClock) -> None:
    tiers = Tiers(clock.now, 0.05)
    assert tiers.take("chat.startStream", 20, "") is None
    assert tiers.take("chat.startStream", 20, "") is not None
    assert tiers.take("chat.stopStream", 20, "") is None


def test_posts_are_counted_per_channel(clock: FakeClock) -> None:
    tiers = Tiers(clock.now, 0.5)
    assert [tiers.take("chat.postMessage", 0, "C1") for _ in range(6)] == [None] * 5 + [1]
    assert tiers.take("chat.postMessage", 0, "C2") is None


def test_posts_are_counted_per_workspace_too(clock: FakeClock) -> None:
    tiers = Tiers(clock.now, 0.5)
    taken = [tiers.take("chat.postMessage", 0, f"C{n}") for n in range(151)]
    assert taken == [None] * 150 + [1]


def test_a_refused_call_costs_nothing(clock: FakeClock) -> None:
    tiers = Tiers(clock.now, 0.05)
    tiers.take("chat.update", 20, "")
    for _ in range(10):
        tiers.take("chat.update", 20, "")
    clock.advance(3)
    assert tiers.take("chat.update", 20, "") is None


def test_special_methods_have_no_tier(clock: FakeClock) -> None:
    tiers = Tiers(clock.now, 0.5)
    assert all(tiers.take("auth.test", 0, "") is None for _ in range(500))


def test_what_is_left_grows_with_time(clock: FakeClock) -> None:
    tiers = Tiers(clock.now, 0.5)
    for _ in range(4):
        tiers.take("chat.startStream", 20, "")
    assert tiers.left() == {"chat.startStream": (6.0, 10.0)}
    clock.advance(6)
    assert tiers.left() == {"chat.startStream": (8.0, 10.0)}
