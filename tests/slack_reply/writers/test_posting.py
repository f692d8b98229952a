"""One post, and what is done when it is not known whether the post arrived."""

import pytest

from slack_api.connection import NeverSent
from slack_api.pool import HttpResponse, Unanswered
from slack_reply.markdown.parts import Markdown, Page
from slack_reply.shared import RateShare, Written
from slack_reply.writer import CannotReply, ReplyTarget, SlackAway, WriterGone
from slack_reply.writers.single_post import Posted, Posting, Unfit
from tests.slack_api.scripted_pool import ACCOUNT, OK, ScriptedPool, api_over, refuses, says
from tests.slack_reply.workspace import slack_over
from tests.support.shown import shown

PLACE = ReplyTarget(ACCOUNT, "C1", "channel", "1.000000", "1.000000", "U1", "T1", "UBOT")
PAGE = Page((Markdown("Some text."),), 10)
LONGER = Page((Markdown("Some text. And more."),), 20)
LOST = Unanswered("RemoteDisconnected")
POST, REPLIES = "chat.postMessage", "conversations.replies"


def posting(*answers: HttpResponse | Exception) -> tuple[Posting, ScriptedPool, Written]:
    api, pool = api_over(*answers)
    slack = slack_over(api)
    return Posting(slack, RateShare(api.budget, PLACE)), pool, slack.written


def thread(*names: str) -> HttpResponse:
    """Messages of ours, each with the name of its page, and one without."""
    found = [
        {"ts": f"2.{n}", "bot_id": "B1", "metadata": {"event_payload": {"page": name}}}
        for n, name in enumerate(names)
    ]
    return says({"ok": True, "messages": [{"ts": "1.000000"}, {"ts": "1.9", "bot_id": "B1"}, *found]})


def test_page_is_posted_with_its_name_and_remembered() -> None:
    one, pool, written = posting(OK)
    assert one.post(PAGE, 7) == Posted("1.5", PAGE)
    assert pool.arguments()["metadata"]["event_payload"] == {"page": "1.000000:7:0"}
    assert shown(pool.arguments()) == "Some text."
    assert written.knows(ACCOUNT, "C1", "1.5")


@pytest.mark.parametrize("lost", [LOST, says(b"oops", 500), says(b"<html>"), refuses("internal_error")])
def test_lost_post_is_found_by_its_name(lost: HttpResponse | Exception) -> None:
    one, pool, _ = posting(lost, thread("1.000000:7:0"))
    assert one.post(PAGE, 7) == Posted("2.0", PAGE)
    assert pool.methods == [POST, REPLIES]


def test_post_of_another_page_is_not_taken() -> None:
    one, _, _ = posting(LOST, thread("1.000000:0:0", "1.000000:70:0", "0.9:7:0", "1.000000:7:1"))
    with pytest.raises(SlackAway):
        one.post(PAGE, 7)


def test_missing_post_is_sent_again_at_the_next_try() -> None:
    one, pool, _ = posting(LOST, thread(), thread(), OK)
    with pytest.raises(SlackAway):
        one.post(PAGE, 7)
    assert one.post(PAGE, 7) == Posted("1.5", PAGE)
    assert pool.methods == [POST, REPLIES, REPLIES, POST]
    assert pool.arguments()["metadata"]["event_payload"] == {"page": "1.000000:7:1"}


def test_post_that_arrives_late_is_not_sent_again() -> None:
    one, pool, _ = posting(LOST, thread(), thread("1.000000:7:0"))
    with pytest.raises(SlackAway):
        one.post(PAGE, 7)
    assert one.post(PAGE, 7) == Posted("2.0", PAGE)
    assert pool.methods.count(POST) == 1


@pytest.mark.parametrize(("arrived", "page"), [("1.000000:7:0", PAGE), ("1.000000:7:1", LONGER)])
def test_of_several_tries_the_one_that_arrived_is_known(arrived: str, page: Page) -> None:
    one, _, _ = posting(LOST, thread(), thread(), LOST, thread(), thread(arrived))
    for text in (PAGE, LONGER):
        with pytest.raises(SlackAway):
            one.post(text, 7)
    assert one.post(LONGER, 7) == Posted("2.0", page)


def test_post_is_not_sent_again_while_slack_is_away() -> None:
    one, pool, _ = posting(
        LOST, refuses("fatal_error"), refuses("fatal_error"), refuses("fatal_error"), thread("1.000000:7:0")
    )
    with pytest.raises(SlackAway):
        one.post(PAGE, 7)
    assert one.post(LONGER, 7) == Posted("2.0", PAGE)
    assert pool.methods.count(POST) == 1


def test_found_post_is_not_found_again() -> None:
    one, pool, _ = posting(LOST, thread("1.000000:7:0"), OK)
    one.post(PAGE, 7)
    assert one.post(LONGER, 7) == Posted("1.5", LONGER)
    assert pool.methods == [POST, REPLIES, POST]


def test_lost_post_is_not_sent_again_without_history() -> None:
    one, _, _ = posting(LOST, refuses("missing_scope"))
    with pytest.raises(WriterGone) as gone:
        one.post(PAGE, 7)
    assert gone.value.shown == PAGE.end


def test_next_writer_starts_behind_the_sent_page_without_history() -> None:
    one, _, _ = posting(LOST, says(b"", 500), says(b"", 500), says(b"", 500), refuses("missing_scope"))
    with pytest.raises(SlackAway):
        one.post(PAGE, 7)
    with pytest.raises(WriterGone) as gone:
        one.post(LONGER, 7)
    assert gone.value.shown == PAGE.end


def test_refusals_raise_cannot_reply_or_unfit() -> None:
    with pytest.raises(CannotReply, match="channel_not_found"):
        posting(refuses("channel_not_found"))[0].post(PAGE, 0)
    with pytest.raises(Unfit, match="invalid_blocks"):
        posting(refuses("invalid_blocks"))[0].post(PAGE, 0)


def test_rate_limits_and_outages_raise_slack_away() -> None:
    with pytest.raises(SlackAway):
        posting(NeverSent("no route"))[0].post(PAGE, 0)
    with pytest.raises(SlackAway) as away:
        posting(says(b"", 429, retry_after="33"))[0].post(PAGE, 0)
    assert away.value.pause == 33.0
