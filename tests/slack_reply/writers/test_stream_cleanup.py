"""Streams that must not stay open, even if Slack refuses their stop."""

from collections.abc import Iterator

import pytest

from slack_api.connection import NeverSent
from slack_api.pool import HttpResponse, Unanswered
from slack_reply.markdown.parts import Markdown, Page
from slack_reply.shared import RateShare
from slack_reply.writer import ReplyTarget, SlackAway, StoppedByUser
from slack_reply.writers.stream_cleanup import CLEANUP_TIMEOUT, REFUSALS, StreamCleanup
from tests.fake_clock import FakeClock
from tests.slack_api.scripted_pool import ACCOUNT, OK, ScriptedPool, api_over, refuses, says
from tests.slack_reply.workspace import slack_over
from tests.support.shown import shown

PLACE = ReplyTarget(ACCOUNT, "C1", "channel", "1.0", "1.0", "U1", "T1", "UBOT")
PAGE = Page((Markdown("So far"),), 6)
APPEND, STOP = "chat.appendStream", "chat.stopStream"
UPDATE, DELETE = "chat.update", "chat.delete"
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
    found = StreamCleanup(slack_over(api, clock), RateShare(api.budget, PLACE))
    found.shows("2.0", PAGE)
    return found, pool, clock


def test_left_stream_is_stopped_once() -> None:
    one, pool, _ = ends(OK)
    one.leave("2.0")
    one.tidy()
    assert pool.methods == [STOP]


def test_stream_is_not_open_when_it_was_stopped_at_once() -> None:
    one, pool, _ = ends(OK)
    assert one.settle() == ()
    one, pool, _ = ends(says(b"", 503), says(b"", 503), OK)
    one.shows("3.0", PAGE)
    assert one.settle() == ("2.0", "3.0")
    one.tidy()
    assert one.settle() == ()
    assert set(pool.methods) == {STOP}


def test_stream_is_stopped_in_tidy_when_the_limits_delay_it() -> None:
    clock = FakeClock()
    api, pool = api_over(OK, clock=clock)
    one = StreamCleanup(slack_over(api, clock), RateShare(api.budget, PLACE))
    one.shows("2.0", PAGE)
    api.budget.pause(ACCOUNT, STOP, 20.0)
    assert one.settle() == ("2.0",)
    assert pool.methods == []


def test_stream_is_stopped_in_tidy_when_it_was_never_left() -> None:
    one, pool, _ = ends(OK)
    one.tidy()
    assert pool.methods == [STOP]


@pytest.mark.parametrize("trouble", TROUBLE)
def test_stop_that_fails_is_tried_again(trouble: HttpResponse | Exception) -> None:
    one, pool, clock = ends(trouble, trouble, trouble, trouble, OK)
    one.leave("2.0")
    one.tidy()
    assert set(pool.methods) == {STOP}
    assert not isinstance(pool.answers[0], Exception)
    assert clock.slept


def test_stop_that_slack_refuses_is_tried_again() -> None:
    one, pool, _ = ends(refuses("streaming_state_conflict"), refuses("msg_too_long"), OK)
    one.tidy()
    assert pool.methods == [STOP] * 3


@pytest.mark.parametrize("error", ["channel_not_found", "token_revoked", "streaming_state_conflict"])
def test_stop_is_not_repeated_when_the_refusal_is_final(error: str) -> None:
    one, pool, clock = ends(refuses(error))
    one.tidy()
    assert pool.methods == [STOP] * REFUSALS
    assert sum(clock.slept) < 20


def test_stop_is_given_up_after_several_refusals() -> None:
    one, pool, clock = ends(says(b"", 503))
    one.tidy()
    assert pool.methods.count(STOP) > 5
    assert sum(clock.slept) < CLEANUP_TIMEOUT + 60


def test_expired_stream_is_repaired() -> None:
    one, pool, _ = ends(OVER, OK)
    one.tidy()
    assert pool.methods == [STOP, UPDATE]
    assert shown(pool.arguments()) == "So far"


def test_stream_ended_by_our_lost_stop_is_not_edited() -> None:
    one, pool, _ = ends(LOST, OVER)
    one.tidy()
    assert pool.methods == [STOP, STOP]


@pytest.mark.parametrize(("age", "mended"), [(200, []), (290, []), (298, [UPDATE]), (310, [UPDATE])])
def test_old_stream_is_edited_after_a_lost_stop(age: float, mended: list[str]) -> None:
    one, pool, clock = ends(LOST, OVER, OK)
    clock.advance(age / 2)
    one.shows("2.0", PAGE)
    clock.advance(age / 2)
    one.tidy()
    assert pool.methods == [STOP, STOP, *mended]


def test_stream_still_open_is_stopped_before_it_is_repaired() -> None:
    one, pool, _ = ends(refuses("streaming_state_conflict"), OK)
    one.expired("2.0")
    one.tidy()
    assert pool.methods == [UPDATE, STOP, UPDATE]


@pytest.mark.parametrize("stop", [OK, OVER, LOST, refuses("stopped_by_user"), says(b"", 503)])
def test_unwanted_stream_still_open_is_stopped_and_deleted(stop: HttpResponse | Exception) -> None:
    one, pool, _ = ends(refuses("streaming_state_conflict"), stop, OK)
    one.unwanted("2.0")
    one.tidy()
    assert (pool.methods[:2], pool.methods[-1]) == ([DELETE, STOP], DELETE)


def test_stream_that_stays_open_is_given_up() -> None:
    one, pool, clock = ends(refuses("streaming_state_conflict"))
    one.unwanted("2.0")
    one.tidy()
    assert pool.methods.count(DELETE) == REFUSALS
    assert sum(clock.slept) < 20


def test_stop_waits_for_a_granted_call() -> None:
    one, pool, _ = ends(refuses("streaming_state_conflict"))
    one._api.budget.pause(PLACE.account, STOP, 10_000.0)
    one.unwanted("2.0")
    one.tidy()
    assert set(pool.methods) == {DELETE}
    assert len(pool.methods) > REFUSALS


def test_repair_is_tried_again_after_a_failure() -> None:
    one, pool, _ = ends(OVER, says(b"", 503), OK)
    one.expired("2.0")
    one.tidy()
    assert pool.methods[-1] == UPDATE


def test_refused_repair_is_given_up() -> None:
    one, pool, _ = ends(OVER, refuses("msg_too_long"))
    one.tidy()
    one.tidy()
    assert pool.methods == [STOP, UPDATE]


def test_stop_raises_when_a_member_stopped_the_stream() -> None:
    one, _, _ = ends(refuses("stopped_by_user"))
    with pytest.raises(StoppedByUser):
        one.stop("2.0")


def test_unknown_stream_is_not_stopped() -> None:
    one, pool, _ = ends(OK)
    one.stop("3.0")
    one.stopped("2.0")
    one.tidy()
    assert pool.methods == []


def test_no_stop_is_sent_without_a_granted_call() -> None:
    one, pool, clock = ends(OK)
    one._api.budget.pause(ACCOUNT, STOP, 10_000.0)
    one.tidy()
    assert pool.methods == []
    assert sum(clock.slept) < CLEANUP_TIMEOUT + 60


@pytest.mark.parametrize("trouble", [says(b"", 503), refuses("internal_error"), NeverSent("x")])
def test_stray_that_cannot_be_taken_away_now_is_tried_again(trouble: HttpResponse | Exception) -> None:
    one, pool, _ = ends(*[trouble] * 4, OK)
    one.stopped("2.0")
    one.tidy(lambda: "9.0")
    assert set(pool.methods) == {"chat.delete"}
    assert pool.arguments()["ts"] == "9.0"
    assert not isinstance(pool.answers[0], Exception)
    assert len(pool.sent) >= 5


def test_stray_that_nobody_can_be_asked_for_now_is_looked_for_again() -> None:
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


RUNNING = [{"type": "task_update", "id": "a", "title": "Search", "status": "complete"}]


@pytest.mark.parametrize("how", ["leave", "stop", "tidy"])
def test_cards_are_settled_by_an_append_before_the_stop(how: str) -> None:
    """Source: docs/platform/slack.md#stream-end."""
    one, pool, _ = ends(OK)
    one.shows("2.0", PAGE, RUNNING)
    one.tidy() if how == "tidy" else getattr(one, how)("2.0")
    assert pool.methods == [APPEND, STOP]
    assert (pool.arguments(0)["chunks"], pool.arguments().get("chunks")) == (RUNNING, None)


@pytest.mark.parametrize("trouble", [LOST, refuses("invalid_chunks"), OVER])
def test_stream_is_stopped_when_its_cards_cannot_be_settled(trouble: HttpResponse | Exception) -> None:
    one, pool, _ = ends(trouble, OK)
    one.shows("2.0", PAGE, RUNNING)
    one.leave("2.0")
    assert pool.methods == [APPEND, STOP]


def test_cards_are_settled_later_when_slack_is_in_trouble() -> None:
    one, pool, _ = ends(refuses("internal_error"), OK)
    one.shows("2.0", PAGE, RUNNING)
    one.leave("2.0")
    assert pool.methods == [APPEND]
    one.tidy()
    assert pool.methods == [APPEND, APPEND, STOP]


def test_stop_refused_for_another_organisations_member_ends_the_stream() -> None:
    one, pool, _ = ends(refuses("user_not_found"))
    one.leave("2.0")
    one.tidy()
    assert (pool.methods, one.left) == ([STOP], ())
