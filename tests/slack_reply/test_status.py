from collections.abc import Callable
from dataclasses import dataclass

from errors import SlackError, SlackRateLimited, SlackRefused
from slack_reply.status import CHANGE_SECONDS, CLEARING_PAUSES, REFRESH_SECONDS, StatusLine
from tests.fake_clock import FakeClock
from wording import Say

THINKING, WORDS = "is thinking…", "in words"
Act = Callable[[StatusLine], None]


@dataclass(eq=False)
class Planned:
    """What the line does later, after some design seconds."""

    stage: "Stage"
    seconds: float
    run: Callable[[], None]

    def kill(self, *, block: bool) -> None:
        assert not block
        if self in self.stage.plans:
            self.stage.plans.remove(self)


class Stage:
    """A line and the Slack it talks to; `on` tells what happens while a status is being set, or put into words."""

    def __init__(self, on: dict[str, Act] | None = None) -> None:
        self.on = on or {}
        self.asked: list[str] = []
        self.times: list[float] = []
        self.about: tuple[str, ...] = ()
        self.said: list[Say] = []
        self.plans: list[Planned] = []
        self.clock = FakeClock(0.0)
        self.line = StatusLine(self, "C1", "1.1", self.clock, self, spawn_later=self.spawn_later)  # type: ignore[arg-type]

    def spawn_later(self, wall: float, run: Callable[[], None]) -> Planned:
        self.plans.append(Planned(self, wall / self.clock.wall(1.0), run))
        return self.plans[-1]

    def say(self, key: Say) -> str:
        self.said.append(key)
        if key in self.on:
            self.on[key](self.line)
        return WORDS

    def set_status(self, channel: str, thread_ts: str, status: str, about: tuple[str, ...] = ()) -> None:
        self.asked.append(status)
        self.times.append(self.clock.now())
        self.about = about
        if status in self.on:
            self.on[status](self.line)

    def run(self, *, refreshes: int = 0) -> list[str]:
        """The statuses that Slack was asked to set. Of the refreshes only so many are waited for."""
        while self.plans and (self.plans[0].seconds < REFRESH_SECONDS or refreshes):
            [plan] = self.plans
            refreshes -= plan.seconds >= REFRESH_SECONDS
            self.plans.clear()
            self.clock.advance(plan.seconds)
            plan.run()
        return self.asked


def _away(line: StatusLine) -> None:
    raise SlackError("chat.setStatus", "away")


def _refused(line: StatusLine) -> None:
    raise SlackRefused("assistant.threads.setStatus", "missing_scope")


def test_line_cleared_before_it_was_shown_costs_no_call() -> None:
    stage = Stage()
    stage.line.show(THINKING)
    stage.line.clear()
    assert stage.run() == []


def test_line_cleared_while_it_is_being_set_is_taken_away_again() -> None:
    """Slack may act on the status after it acted on the answer's first words."""
    stage = Stage({THINKING: StatusLine.clear})
    stage.line.show(THINKING)
    assert stage.run() == [THINKING, ""]


def test_clearing_is_tried_again_and_then_given_up() -> None:
    stage = Stage({THINKING: StatusLine.clear, "": _away})
    stage.line.show(THINKING)
    assert stage.run() == [THINKING] + [""] * len(CLEARING_PAUSES)


def test_no_more_statuses_are_sent_after_a_refusal() -> None:
    stage = Stage({THINKING: _refused})
    stage.line.show(THINKING)
    assert stage.run() == [THINKING]
    stage.line.show("is running a tool…")
    assert stage.run() == [THINKING]


def test_status_whose_turn_does_not_come_is_skipped_and_needs_no_clearing() -> None:
    def out_of_turn(line: StatusLine) -> None:
        line.clear()
        raise SlackRateLimited("assistant.threads.setStatus", 1.0)

    stage = Stage({THINKING: out_of_turn})
    stage.line.show(THINKING)
    assert stage.run() == [THINKING]


def test_line_is_not_cleared_after_leave() -> None:
    stage = Stage({THINKING: StatusLine.leave})
    stage.line.show(THINKING)
    assert stage.run() == [THINKING]


def test_line_is_set_again_after_a_write_took_it_away() -> None:
    """Source: docs/platform/slack.md#thread-status."""
    steps = iter([StatusLine.written, StatusLine.clear])

    def step(line: StatusLine) -> None:
        next(steps)(line)

    stage = Stage({THINKING: step})
    stage.line.show(THINKING)
    assert stage.run() == [THINKING, THINKING, ""]


def test_line_that_is_not_wanted_is_not_set_after_a_write() -> None:
    stage = Stage()
    stage.line.show(THINKING)
    stage.line.show("")
    stage.line.written()
    stage.line.clear()
    assert stage.run() == []


def test_lines_about_a_long_wait_are_cut_to_what_slack_takes() -> None:
    stage = Stage({THINKING: StatusLine.clear})
    stage.line.show(THINKING, [f"{number}: {'long ' * 20}" for number in range(20)])
    stage.line._set(stage.line._wanted)
    assert len(stage.about) == 10
    assert {len(line) <= 50 for line in stage.about} == {True}


def test_sentence_is_put_into_words_by_the_lines_own_greenlet() -> None:
    stage = Stage({WORDS: StatusLine.leave})
    stage.line.show(Say.THINKING)
    assert stage.said == []
    assert stage.run() == [WORDS]


def test_line_cleared_while_its_words_are_looked_up_costs_no_call() -> None:
    stage = Stage({Say.THINKING: StatusLine.clear})
    stage.line.show(Say.THINKING)
    assert stage.run() == []
    assert stage.said == [Say.THINKING]


def test_line_that_shows_nothing_plans_nothing_and_is_set_at_once_later() -> None:
    """While an answer grows nothing is shown, and that may last for minutes."""
    stage = Stage({THINKING: lambda line: line.show("")})
    stage.line.show(THINKING)
    assert stage.run() == [THINKING, ""]
    assert stage.plans == []
    stage.clock.advance(60.0)
    stage.line.show("is running a tool…")
    assert stage.run() == [THINKING, "", "is running a tool…"]
    assert stage.times == [0.0, CHANGE_SECONDS, CHANGE_SECONDS + 60.0]


def test_status_is_refreshed_until_it_changes() -> None:
    stage = Stage()
    stage.line.show(THINKING)
    assert stage.run(refreshes=2) == [THINKING] * 3
    assert stage.times == [0.0, REFRESH_SECONDS, 2 * REFRESH_SECONDS]
    stage.line.show("")
    assert stage.run() == [*[THINKING] * 3, ""]
    assert stage.plans == []


def test_changes_that_follow_each_other_are_brought_by_one_call() -> None:
    stage = Stage()
    stage.line.show(THINKING)
    stage.run()
    for number in range(5):
        stage.line.show(f"is running tool {number}…")
    assert stage.run() == [THINKING, "is running tool 4…"]
    assert stage.times == [0.0, CHANGE_SECONDS]


def test_line_is_cleared_at_once_although_a_change_is_planned() -> None:
    stage = Stage()
    stage.line.show(THINKING)
    stage.run()
    stage.line.show("is running a tool…")
    stage.line.clear()
    assert stage.run() == [THINKING, ""]
    assert stage.times == [0.0, 0.0]
    stage.line.show("is running a tool…")
    stage.line.written()
    assert stage.run() == [THINKING, ""]


def test_line_that_is_left_is_never_set_again() -> None:
    stage = Stage()
    stage.line.show(THINKING)
    stage.run()
    stage.line.leave()
    stage.line.clear()
    assert stage.run(refreshes=1) == [THINKING]
