"""Starting a stream, and what is done when the start fails."""

from typing import Any

import pytest

from slack_api.connection import NeverSent
from slack_api.pool import HttpResponse, Unanswered
from slack_api.rate_limit.tiers import START, tier_of
from slack_reply.shared import CHANNEL_REMEMBERED, NativeSupport, RateShare, Written
from slack_reply.writer import CannotReply, ReplyTarget, SlackAway, WriterGone
from slack_reply.writers.opening import Opening, looks_like, reads_like
from tests.fake_clock import FakeClock
from tests.slack_api.scripted_pool import ACCOUNT, OK, ScriptedPool, api_over, refuses, says
from tests.slack_reply.workspace import slack_over

CHUNKS = [{"type": "markdown_text", "text": "So far"}]
LOST = Unanswered("RemoteDisconnected")
SO_FAR = {"ts": "2.0", "user": "UBOT", "text": "So far"}


def opening(
    *answers: HttpResponse | Exception, kind: str = "channel", clock: FakeClock | None = None
) -> tuple[Opening, ScriptedPool, NativeSupport, Written]:
    clock = clock or FakeClock()
    api, pool = api_over(*answers, clock=clock)
    slack = slack_over(api, clock)
    return Opening(slack, RateShare(api.budget, place("C1", kind))), pool, slack.support, slack.written


def place(channel: str, kind: str) -> ReplyTarget:
    return ReplyTarget(ACCOUNT, channel, kind, "1.000001", "1.000001", "U1", "T2", "UBOT")


def thread(*messages: dict[str, Any]) -> HttpResponse:
    return says({"ok": True, "messages": [{"ts": "1.000001", "user": "U1"}, *messages]})


def start(one: Opening) -> str:
    return one.start(CHUNKS, 0, first=True)


def test_author_is_named_in_a_channel() -> None:
    one, pool, _, written = opening(OK)
    assert start(one) == "1.5"
    asked = pool.arguments()
    assert (asked["recipient_user_id"], asked["recipient_team_id"]) == ("U1", "T2")
    assert written.knows(ACCOUNT, "C1", "1.5")


def test_author_is_named_in_a_dm_only_when_slack_asks_for_it() -> None:
    one, pool, _, _ = opening(refuses("missing_recipient_user_id"), OK, kind="im")
    assert start(one) == "1.5"
    assert "recipient_user_id" not in pool.arguments(0)
    assert pool.arguments(1)["recipient_user_id"] == "U1"


def test_second_start_acquires_its_own_call() -> None:
    one, pool, _, _ = opening(refuses("missing_recipient_user_id"), OK, kind="im")
    for _ in range(tier_of(START).burst - 1):
        assert one._api.budget.try_acquire(ACCOUNT, START, "others")
    with pytest.raises(WriterGone):
        start(one)
    assert pool.methods == [START]


@pytest.mark.parametrize("error", ["invalid_thread_ts", "thread_not_found", "cannot_reply_to_message"])
def test_nothing_is_tried_in_a_thread_that_is_gone(error: str) -> None:
    one, pool, _, _ = opening(refuses(error))
    with pytest.raises(CannotReply, match=error):
        start(one)
    assert pool.methods == [START]


def test_only_two_refusals_are_remembered() -> None:
    one, _, support, _ = opening(refuses("unknown_method"))
    with pytest.raises(WriterGone):
        start(one)
    assert not support.expected(place("C2", "im"))
    one, _, support, _ = opening(refuses("restricted_action"))
    with pytest.raises(WriterGone):
        start(one)
    assert support.expected(place("C1", "channel"))


@pytest.mark.parametrize("kind", ["channel", ""])
def test_channel_that_takes_no_streams_is_remembered_for_five_minutes(kind: str) -> None:
    """Perhaps the bot was only not a member of it (docs/platform/slack.md#stream-availability)."""
    clock = FakeClock()
    one, _, support, _ = opening(refuses("channel_type_not_supported"), kind=kind, clock=clock)
    with pytest.raises(WriterGone):
        start(one)
    assert not support.expected(place("C1", "channel"))
    assert support.expected(place("C2", kind))
    clock.advance(CHANNEL_REMEMBERED + 1)
    assert support.expected(place("C1", "channel"))


def test_slack_is_not_called_without_a_granted_start() -> None:
    one, pool, _, _ = opening(OK)
    one._api.budget.pause(ACCOUNT, START, 60.0)
    with pytest.raises(WriterGone):
        start(one)
    assert pool.sent == []


def test_start_that_was_never_sent_is_tried_later() -> None:
    one, _, _, _ = opening(NeverSent("x"))
    with pytest.raises(SlackAway):
        start(one)


@pytest.mark.parametrize("lost", [LOST, refuses("internal_error"), refuses("fatal_error")])
def test_lost_start_is_found(lost: HttpResponse | Exception) -> None:
    """An internal error of Slack counts too: the error may have come after the start took effect."""
    one, _, _, written = opening(
        lost, thread(SO_FAR, {"ts": "3.0", "user": "U9", "bot_id": "B9", "text": "So far"})
    )
    assert start(one) == "2.0"
    assert written.knows(ACCOUNT, "C1", "2.0")


def test_message_of_another_answer_is_not_taken() -> None:
    one, _, _, written = opening(LOST, thread(SO_FAR))
    written.add(ACCOUNT, "C1", "2.0")
    with pytest.raises(WriterGone):
        start(one)


def test_answer_continues_by_edits_without_history() -> None:
    one, _, _, _ = opening(LOST, refuses("missing_scope"))
    with pytest.raises(WriterGone):
        start(one)
    assert one.earlier() == ""


def test_lost_start_is_searched_later_when_slack_is_away() -> None:
    away = [refuses("fatal_error")] * 3
    one, pool, _, _ = opening(LOST, *away, thread(SO_FAR))
    with pytest.raises(SlackAway):
        start(one)
    assert one.earlier() == "2.0"
    assert pool.methods.count(START) == 1


def test_history_is_not_read_without_a_lost_start() -> None:
    one, pool, _, _ = opening(OK)
    assert one.earlier() == ""
    assert pool.sent == []


@pytest.mark.parametrize(
    ("said", "text", "like"),
    [
        ("**So** far", "*So* far", True),
        ("So far", "So far, so good", False),
        ("So far", "", False),
        ("[Handbook](https://x.y) says", "The answer before.", False),
        ("… ", "…", False),
        ("See [here](https://x.y) and", "See <https://x.y|here> and", True),
        ("See [here](https://x.y) and", "Look <https://x.y|here> and", False),
        ("日本語で", "日本語で", True),
    ],
)
def test_message_is_recognised_by_its_letters(said: str, text: str, like: bool) -> None:
    assert reads_like([{"type": "markdown_text", "text": said}], text) is like


CARD = {"type": "task_update", "id": "id-1", "title": "Search", "status": "in_progress"}
SHOWN = {"type": "task_card", "task_id": "id-1", "title": "Search", "status": "in_progress"}


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ({"text": "", "blocks": [SHOWN]}, True),
        ({"text": "Search", "blocks": [SHOWN]}, True),
        ({"text": "The answer to the question before.", "blocks": [SHOWN]}, False),
        ({"text": "The answer to the question before."}, False),
        ({"text": "", "blocks": [SHOWN | {"task_id": "id-2"}]}, False),
        ({"text": "", "blocks": [SHOWN, SHOWN | {"task_id": "id-2"}]}, False),
        ({"text": ""}, False),
    ],
)
def test_lost_start_of_cards_alone_is_recognised_by_its_cards(message: dict[str, Any], found: bool) -> None:
    one, _, _, _ = opening(LOST, thread({"ts": "2.0", "user": "UBOT"} | message))
    if found:
        assert one.start([CARD], 0, first=True) == "2.0"
    else:
        with pytest.raises(WriterGone):
            one.start([CARD], 0, first=True)


def test_message_with_the_same_cards_is_not_taken_without_the_same_text() -> None:
    said = [*CHUNKS, CARD]
    assert looks_like(said, {"text": "So far", "blocks": [SHOWN]})
    assert not looks_like(said, {"text": "So far", "blocks": [SHOWN | {"task_id": "id-2"}]})
    assert not looks_like(CHUNKS, {"text": "So far", "blocks": [SHOWN]})


def test_message_with_more_than_text_is_recognised_by_its_beginning() -> None:
    chunks = [
        {"type": "markdown_text", "text": "So far"},
        {"type": "task_update", "id": "1", "title": "Search"},
    ]
    assert reads_like(chunks, "So far Search")
    assert not reads_like(chunks, "Something else")


def test_lost_start_of_cards_is_recognised_in_a_plan() -> None:
    chunks = [
        {"type": "plan_update", "title": "Steps"},
        {"type": "task_update", "id": "a", "title": "Search", "status": "in_progress"},
    ]
    task = {"task_id": "a", "title": "Search", "status": "in_progress"}
    plan = {"type": "plan", "title": "Steps", "tasks": [task]}
    assert looks_like(chunks, {"text": "", "blocks": [plan]})
    assert not looks_like(chunks, {"text": "", "blocks": [plan | {"tasks": [task | {"title": "Read"}]}]})
