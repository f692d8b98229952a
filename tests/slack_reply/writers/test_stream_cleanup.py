"""Streams that must not stay open, whatever Slack says against their stop."""

from collections.abc import Iterator

import pytest

from slack_api.connection import NeverSent
from slack_api.pool import HttpResponse, Unanswered
from slack_reply.markdown.pages.pages import Markdown, Page
from slack_reply.writers.rate_share import RateShare
from slack_reply.writers.stream_cleanup import CLEANUP_TIMEOUT, REFUSALS, StreamCleanup
from slack_reply.writers.writer import ReplyTarget, SlackAway, StoppedByUser
from tests.fake_clock import FakeClock
from tests.slack_api.scripted_pool import ACCOUNT, OK, ScriptedPool, api_over, refuses, says

PLACE = ReplyTarget(ACCOUNT, "C1", "channel", "1.0", "1.0", "U1", "T1", "UBOT")
PAGE = Page((Markdown("So far"),), 6)
STOP, UPDATE, DELETE = "chat.stopStream", "chat.update", "chat.delete"
LOST = Unanswered("RemoteDisconnected")
OVER = refuses("message_not_in_streaming_state")
TROUBLE: list[HttpResponse | Exception] = [
    LOST,
    NeverSent("x"),
    says(b"", 503),
    says(b"", 429),
    refuses("internal_error"),
]


def ends(*answers: HttpResponse | Exception) -> tuple[StreamCleanup, ScriptedPool, FakeClock]:
    clock = FakeClock()
    api, pool = api_over(*answers, clock=clock)
    found = StreamCleanup(api, RateShare(api.budget, PLACE), PLACE, clock)
    found.shows("2.0", PAGE)
    return found, pool, clock


def test_what_is_left_is_stopped_once() -> None:
    one, pool, _ = ends(OK)
    one.leave("2.0")
    one.tidy()
    assert pool.methods == [STOP]


def test_what_may_be_stopped_at_once_is_not_open_any_more() -> None:
    one, pool, _ = ends(OK)
    assert one.settle() == ()
    one, pool, _ = ends(says(b"", 503), says(b"", 503), OK)
    one.shows("3.0", PAGE)
    assert one.settle() == ("2.0", "3.0")
    one.tidy()
    assert one.settle() == ()
    assert set(pool.methods) == {STOP}


def test_what_the_limits_hold_back_waits_for_the_end() -> None:
    clock = FakeClock()
    api, pool = api_over(OK, clock=clock)
    one = StreamCleanup(api, RateShare(api.budget, PLACE), PLACE, clock)
    one.shows("2.0", PAGE)
    api.budget.pause(ACCOUNT, STOP, 20.0)
    assert one.settle() == ("2.0",)
    assert pool.methods == []


def test_what_nobody_left_is_stopped_in_the_end() -> None:
    one, pool, _ = ends(OK)
    one.tidy()
    assert pool.methods == [STOP]


@pytest.mark.parametrize("trouble", TROUBLE)
def test_a_stop_that_fails_is_tried_again(trouble: HttpResponse | Exception) -> None:
    one, pool, clock = ends(trouble, trouble, trouble, trouble, OK)
    one.leave("2.0")
    one.tidy()
    assert set(pool.methods) == {STOP}
    assert not isinstance(pool.answers[0], Exception)
    assert clock.slept


def test_a_stop_that_slack_refuses_is_tried_again() -> None:
    one, pool, _ = ends(refuses("streaming_state_conflict"), refuses("msg_too_long"), OK)
    one.tidy()
    assert pool.methods == [STOP] * 3


@pytest.mark.parametrize("error", ["channel_not_found", "token_revoked", "streaming_state_conflict"])
def test_what_slack_means_is_believed(error: str) -> None:
    one, pool, clock = ends(refuses(error))
    one.tidy()
    assert pool.methods == [STOP] * REFUSALS
    assert sum(clock.slept) < 20


def test_but_not_for_ever() -> None:
    one, pool, clock = ends(says(b"", 503))
    one.tidy()
    assert pool.methods.count(STOP) > 5
    assert sum(clock.slept) < CLEANUP_TIMEOUT + 60


def test_one_that_expired_is_mended() -> None:
    one, pool, _ = ends(OVER, OK)
    one.tidy()
    assert pool.methods == [STOP, UPDATE]
    assert pool.arguments()["markdown_text"] == "So far"


def test_one_that_our_lost_stop_ended_is_not_edited() -> None:
    one, pool, _ = ends(LOST, OVER)
    one.tidy()
    assert pool.methods == [STOP, STOP]


@pytest.mark.parametrize(("age", "mended"), [(200, []), (290, []), (298, [UPDATE]), (310, [UPDATE])])
def test_but_where_it_may_have_died_just_then_it_is(age: float, mended: list[str]) -> None:
    one, pool, clock = ends(LOST, OVER, OK)
    clock.advance(age / 2)
    one.shows("2.0", PAGE)
    clock.advance(age / 2)
    one.tidy()
    assert pool.methods == [STOP, STOP, *mended]


def test_one_that_is_still_open_after_all_is_stopped_before_it_is_mended() -> None:
    one, pool, _ = ends(refuses("streaming_state_conflict"), OK)
    one.expired("2.0")
    one.tidy()
    assert pool.methods == [UPDATE, STOP, UPDATE]


@pytest.mark.parametrize("stop", [OK, OVER, LOST, refuses("stopped_by_user"), says(b"", 503)])
def test_nor_is_one_that_shall_go_left_for_that(stop: HttpResponse | Exception) -> None:
    one, pool, _ = ends(refuses("streaming_state_conflict"), stop, OK)
    one.unwanted("2.0")
    one.tidy()
    assert (pool.methods[:2], pool.methods[-1]) == ([DELETE, STOP], DELETE)


def test_one_that_never_ceases_to_be_a_stream_is_left() -> None:
    one, pool, clock = ends(refuses("streaming_state_conflict"))
    one.unwanted("2.0")
    one.tidy()
    assert pool.methods.count(DELETE) == REFUSALS
    assert sum(clock.slept) < 20


def test_before_it_is_stopped_it_has_its_turn() -> None:
    one, pool, _ = ends(refuses("streaming_state_conflict"))
    one._api.budget.pause(PLACE.account, STOP, 10_000.0)
    one.unwanted("2.0")
    one.tidy()
    assert set(pool.methods) == {DELETE}
    assert len(pool.methods) > REFUSALS


def test_mending_is_tried_again() -> None:
    one, pool, _ = ends(OVER, says(b"", 503), OK)
    one.expired("2.0")
    one.tidy()
    assert pool.methods[-1] == UPDATE


def test_what_slack_does_not_take_is_left() -> None:
    one, pool, _ = ends(OVER, refuses("msg_too_long"))
    one.tidy()
    one.tidy()
    assert pool.methods == [STOP, UPDATE]


def test_who_stopped_it_is_told() -> None:
    one, _, _ = ends(refuses("stopped_by_user"))
    with pytest.raises(StoppedByUser):
        one.stop("2.0")


def test_what_is_no_stream_of_ours_is_not_stopped() -> None:
    one, pool, _ = ends(OK)
    one.stop("3.0")
    one.stopped("2.0")
    one.tidy()
    assert pool.methods == []


def test_out_of_turn_no_stop_is_sent() -> None:
    one, pool, clock = ends(OK)
    one._api.budget.pause(ACCOUNT, STOP, 10_000.0)
    one.tidy()
    assert pool.methods == []
    assert sum(clock.slept) < CLEANUP_TIMEOUT + 60


@pytest.mark.parametrize("trouble", [says(b"", 503), refuses("internal_error"), NeverSent("x")])
def test_a_stray_that_cannot_be_taken_away_now_is_tried_again(trouble: HttpResponse | Exception) -> None:
    one, pool, _ = ends(*[trouble] * 4, OK)
    one.stopped("2.0")
    one.tidy(lambda: "9.0")
    assert set(pool.methods) == {"chat.delete"}
    assert pool.arguments()["ts"] == "9.0"
    assert not isinstance(pool.answers[0], Exception)
    assert len(pool.sent) >= 5


def test_a_stray_that_nobody_can_be_asked_for_now_is_looked_for_again() -> None:
    one, pool, _ = ends(OK)
    one.stopped("2.0")
    looks: Iterator[str | SlackAway] = iter([SlackAway(), SlackAway(), "9.0"])

    def look() -> str:
        found = next(looks)
        if isinstance(found, SlackAway):
            raise found
        return found

    one.tidy(look)
    assert pool.methods == ["chat.delete"]
