from setup_page.history import CHART_HEIGHT, history
from slack_events import Reason, SeenOfHook
from tests.fake_clock import FakeClock
from turns import PastTurn, RecentTurns


def test_newest_turn_comes_first_and_what_is_not_known_is_empty() -> None:
    clock = FakeClock()
    recent = RecentTurns(clock)
    recent.ended("hook", PastTurn(clock.epoch(), "C1", "channel", "answered", "edit", 0.52, 1.0, 4.0, 2))
    recent.ended("hook", PastTurn(clock.epoch(), "D1", "im", "foreign team"))
    shown = history(recent.of("hook"), SeenOfHook(), clock)
    assert [row[1:] for row in shown.rows] == [
        ("D1", "im", "foreign team", "", "", "", "", "0"),
        ("C1", "channel", "answered", "edit", "0.5", "1.0", "4.0", "2"),
    ]
    assert shown.outcomes == [("answered", 1), ("foreign team", 1)]
    assert len(shown.bars) == 24
    assert (shown.bars[-1].height, shown.bars[0].height) == (CHART_HEIGHT, 0)


def test_reasons_are_named_by_words_without_blanks() -> None:
    seen = SeenOfHook()
    seen.ignored[Reason.USER_NOT_ALLOWED] = 2
    assert history(RecentTurns(FakeClock()).of("hook"), seen, FakeClock()).ignored == [
        ("user_not_allowed", 2)
    ]
