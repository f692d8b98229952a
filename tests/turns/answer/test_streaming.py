from typing import Any

import gevent
import pytest

from dify_app.answer import Step, TextDelta
from tests.support.turn_parts import ReplyOfParts, TurnParts
from turns.answer.answer_state import AnswerState
from turns.answer.streaming import FEW, FIRST_LOOK, LONG_WORD, Streaming

WORDS = "These are words enough to be worth a look at once, before a line is whole."


def made(turn: TurnParts) -> tuple[Streaming, AnswerState]:
    state = AnswerState()
    return Streaming(turn.context(), state), state


def test_answer_that_is_over_is_left_to_finish() -> None:
    turn = TurnParts()
    streaming, state = made(turn)
    state.take(TextDelta(WORDS))
    state.end()
    assert list(streaming.show(turn.deadline())) == []
    assert (turn.reply.shown, streaming.is_over()) == ([], True)


def test_first_words_are_shown_and_told_to_the_caller() -> None:
    turn = TurnParts()
    streaming, state = made(turn)
    state.take(TextDelta(WORDS))
    shows = streaming.show(turn.deadline())
    next(shows)
    assert turn.reply.shown == [WORDS]
    state.end()
    assert list(shows) == []


def test_pace_of_the_writer_passes_between_two_shows() -> None:
    turn = TurnParts(reply=ReplyOfParts(pace=5.0))
    streaming, state = made(turn)
    state.take(TextDelta("One. "))
    shows, began = streaming.show(turn.deadline()), turn.clock.now()
    next(shows)

    def later() -> None:
        state.take(TextDelta("Two. "))
        turn.clock.advance(5.0)

    gevent.spawn_later(0.001, later)
    next(shows)
    assert turn.reply.shown == ["One. ", "One. Two. "]
    assert turn.clock.now() - began >= 5.0


def test_turn_whose_time_is_over_stops_without_an_end() -> None:
    turn = TurnParts()
    streaming, state = made(turn)
    state.take(TextDelta(WORDS))
    deadline = turn.clock.now()
    assert list(streaming.show(deadline)) == []
    assert streaming.is_over()
    assert not state.over


def test_stream_with_cards_begins_with_the_first_whole_word_and_not_before() -> None:
    """A stream that began with cards alone would show its first word only with the next append."""
    turn = TurnParts(show_progress=True, reply=ReplyOfParts(pace=60.0))
    streaming, state = made(turn)
    shows = streaming.show(turn.deadline())
    state.take(Step("1", "Search", "running"))
    state.take(TextDelta("These"))
    gevent.spawn(state.take, TextDelta(" are"))
    next(shows)
    assert turn.reply.shown == ["These are"]
    state.end()


def test_text_without_blanks_waits_for_no_end_of_a_word() -> None:
    turn = TurnParts(show_progress=True, reply=ReplyOfParts(pace=60.0))
    streaming, state = made(turn)
    state.take(Step("1", "Search", "running"))
    state.take(TextDelta("w" * (LONG_WORD + 1)))
    next(streaming.show(turn.deadline()))
    assert turn.reply.shown == ["w" * (LONG_WORD + 1)]
    state.end()


@pytest.mark.parametrize("text", ["", "NO", "NO_REPLY"])
def test_text_that_may_turn_out_silent_is_not_shown(text: str) -> None:
    turn = TurnParts()
    streaming, state = made(turn)
    state.take(TextDelta(text))
    gevent.spawn_later(0.001, state.end)
    assert list(streaming.show(turn.deadline())) == []
    assert turn.reply.shown == []
    assert streaming.snapshot().text == ""


def test_step_alone_is_told_in_the_status_line_where_no_stream_is_written() -> None:
    turn = TurnParts(show_progress=True)
    streaming, state = made(turn)
    state.take(Step("1", "Search", "running"))
    gevent.spawn_later(0.001, state.end)
    assert list(streaming.show(turn.deadline())) == []
    assert any("Search" in shown for shown in turn.status.shown)


def test_answer_of_posts_is_not_shown_before_its_end_and_its_steps_are_told() -> None:
    turn = TurnParts(show_progress=True, reply=ReplyOfParts(method="post"))
    streaming, state = made(turn)
    events = [
        TextDelta(WORDS),
        Step("1", "Search", "running"),
        TextDelta(" More."),
        Step("2", "Read", "running"),
    ]

    def answer() -> None:
        for event in events:
            state.take(event)
            gevent.sleep(0.002)  # each event is seen before the next one comes, however busy the machine is
        state.end()

    gevent.spawn(answer)
    assert list(streaming.show(turn.deadline())) == []
    assert turn.reply.shown == []
    assert ["Search" in turn.status.shown[0], "Read" in turn.status.shown[-1]] == [True, True]


def test_answer_of_posts_whose_time_is_over_stops_without_an_end() -> None:
    turn = TurnParts(reply=ReplyOfParts(method="post"))
    streaming, state = made(turn)
    state.take(TextDelta(WORDS))
    deadline = turn.deadline()
    gevent.spawn_later(0.002, turn.clock.advance, deadline)
    gevent.spawn_later(0.004, state.stepped.set)
    assert list(streaming.show(deadline)) == []
    assert not state.over


def test_status_line_is_told_once_for_each_change_of_a_step() -> None:
    turn = TurnParts(show_progress=True)
    turn.reply.show = lambda answer: turn.reply.shown.append(answer.snapshot().text)  # type: ignore[method-assign]
    streaming, state = made(turn)
    state.take(Step("1", "Search", "running"))
    state.take(TextDelta(WORDS))
    shows = streaming.show(turn.deadline())
    for event, told in ((TextDelta(" More."), 1), (TextDelta(" More."), 1), (Step("1", "Search", "done"), 2)):
        state.take(event)
        next(shows)
        turn.clock.advance(FIRST_LOOK)
        assert len(turn.status.shown) == told


def test_text_that_a_writer_held_back_is_looked_at_again_soon() -> None:
    """A page may hold back what could still turn into markup: then nothing is visible, and no pace counts."""
    turn = TurnParts(reply=ReplyOfParts(pace=60.0))
    turn.reply.show = lambda answer: turn.reply.shown.append(answer.snapshot().text)  # type: ignore[method-assign]
    streaming, state = made(turn)
    state.take(TextDelta(WORDS))
    shows = streaming.show(turn.deadline())
    next(shows)
    turn.clock.advance(FIRST_LOOK)
    state.take(TextDelta(" More."))
    next(shows)
    assert turn.reply.shown == [WORDS, f"{WORDS} More."]


def test_status_line_tells_of_a_step_under_a_visible_text_and_goes_when_the_text_grows() -> None:
    """Source: docs/platform/slack.md#thread-status."""
    turn = TurnParts(show_progress=True)
    streaming, state = made(turn)
    state.take(TextDelta(WORDS))
    shows = streaming.show(turn.deadline())
    next(shows)
    assert turn.status.shown[-1] == ""
    turn.clock.advance(turn.reply.pace)
    state.take(Step("1", "Search", "running"))
    next(shows)
    assert "Search" in turn.status.shown[-1]
    turn.clock.advance(turn.reply.pace)
    state.take(TextDelta(" More."))
    next(shows)
    assert turn.status.shown[-1] == ""


def test_status_line_stays_until_a_text_is_visible() -> None:
    turn = TurnParts(show_progress=True)
    turn.reply.show = lambda answer: turn.reply.shown.append(answer.snapshot().text)  # type: ignore[method-assign]
    streaming, state = made(turn)
    state.take(TextDelta(WORDS))
    next(streaming.show(turn.deadline()))
    assert turn.status.shown == []


def test_time_that_slack_takes_is_part_of_the_pace() -> None:
    turn = TurnParts(reply=ReplyOfParts(pace=5.0))
    streaming, state = made(turn)
    show = turn.reply.show

    def slowly(answer: Any) -> None:
        show(answer)
        turn.clock.advance(4.0)

    turn.reply.show = slowly  # type: ignore[method-assign]
    state.take(TextDelta("One. "))
    shows, began = streaming.show(turn.deadline()), turn.clock.now()
    next(shows)
    state.take(TextDelta("Two. "))
    gevent.spawn_later(0.001, turn.clock.advance, 1.0)
    next(shows)
    assert turn.clock.now() - began == 9.0


@pytest.mark.parametrize(("size", "at_once"), [(FEW - 10, True), (FEW + 10, False)])
def test_short_text_that_a_writer_holds_back_is_looked_at_with_each_event(
    size: int, *, at_once: bool
) -> None:
    turn = TurnParts()
    turn.reply.show = lambda answer: turn.reply.shown.append(answer.snapshot().text)  # type: ignore[method-assign]
    streaming, state = made(turn)
    state.take(TextDelta("w" * size))
    shows = streaming.show(turn.deadline())
    next(shows)
    state.take(TextDelta("w"))
    gevent.spawn_later(0.05, state.end)
    assert ([*shows] != []) is at_once  # the clock stands still, so no pause ends


def test_quote_comes_with_the_first_words_and_steps_begin_behind_it() -> None:
    turn = TurnParts(show_progress=True)
    streaming, state = made(turn)
    state.quote = "> 🎤 How far?"
    state.take(Step("s", "Looking", "running"))
    assert streaming.snapshot().text == ""
    state.take(TextDelta("NO_"))
    assert streaming.snapshot().text == ""
    state.take(TextDelta("one knows."))
    state.take(Step("t", "Looking again", "running"))
    seen = streaming.snapshot()
    assert seen.text == "> 🎤 How far?\n\nNO_one knows."
    assert [card.at for card in seen.cards] == [0, len(seen.text)]
    assert seen.line == "running Looking again"


def test_stream_with_cards_begins_once_a_blank_has_ended_the_first_word() -> None:
    turn = TurnParts(show_progress=True, reply=ReplyOfParts(pace=60.0))
    streaming, state = made(turn)
    state.take(Step("1", "Search", "running"))
    state.take(TextDelta("These "))
    next(streaming.show(turn.deadline()))
    assert turn.reply.shown == ["These "]
    state.end()
