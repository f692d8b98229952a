"""Posts that are edited while they grow."""

from typing import Any

import pytest

from simulators.slack.blocks import check_blocks
from simulators.slack.messages import spoken
from slack_api.pool import HttpResponse, Unanswered
from slack_api.rate_limit.rate_limiter import RateLimiter
from slack_reply.markdown.parts import Page, counted
from slack_reply.shared import RateShare
from slack_reply.snapshot import Card, Snapshot
from slack_reply.writer import ReplyTarget, SlackAway, WriterGone
from slack_reply.writers.edited_message import LIMITS, EditedMessage
from slack_reply.writers.single_post import Posting
from slack_reply.writers.stream_cleanup import StreamCleanup
from tests.conversations.answers import long_text
from tests.fake_clock import FakeClock
from tests.slack_api.scripted_pool import ACCOUNT, OK, ScriptedPool, api_over, refuses, says
from tests.slack_reply.workspace import slack_over
from tests.support.shown import shown

PLACE = ReplyTarget(ACCOUNT, "C1", "channel", "1.0", "1.0", "U1", "T1", "UBOT")
POST, UPDATE, STOP, DELETE = "chat.postMessage", "chat.update", "chat.stopStream", "chat.delete"
LOST = Unanswered("RemoteDisconnected")
LONG = long_text(22_000)


def writer(
    *answers: HttpResponse | Exception, follows: WriterGone | None = None
) -> tuple[EditedMessage, ScriptedPool, StreamCleanup]:
    clock = FakeClock()
    api, pool = api_over(*answers, clock=clock)
    slack, share = slack_over(api, clock), RateShare(api.budget, PLACE)
    ends = StreamCleanup(slack, share)
    return EditedMessage(slack, share, Posting(slack, share), ends, follows or WriterGone(0)), pool, ends


def test_answer_is_posted_once_and_then_edited() -> None:
    one, pool, _ = writer(OK)
    one.show(lambda: Snapshot("One two "))
    one.show(lambda: Snapshot("One two three "))
    one.finish(lambda: Snapshot("One two three four"))
    assert pool.methods == [POST, UPDATE, UPDATE]
    assert shown(pool.arguments()) == "One two three four"


@pytest.mark.parametrize("begun", ["**bo", "[a](htt", "`co", "\n| a | b |\n|--"])
def test_half_open_markup_waits_while_a_step_runs_too(begun: str) -> None:
    one, pool, _ = writer(OK)
    one.show(lambda: Snapshot(f"Hello there {begun}", line="Running Search…"))
    assert shown(pool.arguments()).strip() == "Hello there"


def test_paused_text_is_shown_to_its_end_while_a_step_runs() -> None:
    one, pool, _ = writer(OK)
    one.show(lambda: Snapshot("Hello **there** you", line="Running Search…"))
    assert shown(pool.arguments()) == "Hello **there** you"


def plan(arguments: dict[str, Any]) -> list[tuple[str, str]]:
    """The tasks of the plan above the text."""
    first, *_ = arguments["blocks"]
    return [(task["title"], task["status"]) for task in first["tasks"]] if first["type"] == "plan" else []


def test_steps_stand_as_a_plan_above_the_text() -> None:
    one, pool, _ = writer(OK)
    one.show(lambda: Snapshot("One two ", (Card("a", "Search", "running"),), plan="Steps"))
    assert plan(pool.arguments()) == [("Search", "in_progress")]
    one.finish(lambda: Snapshot("One two three", (Card("a", "Search", "done"),), plan="Steps"))
    assert (pool.methods, plan(pool.arguments())) == ([POST, UPDATE], [("Search", "complete")])
    assert pool.arguments()["blocks"][0]["title"] == "Steps"


def test_each_page_has_the_steps_that_began_while_it_was_written() -> None:
    one, pool, _ = writer(OK)
    cards = (Card("a", "First", "done"), Card("b", "Last", "done", len(LONG)))
    one.finish(lambda: Snapshot(LONG, cards, plan="Steps"))
    plans = [plan(pool.arguments(number)) for number in range(len(pool.sent))]
    assert (plans[0], plans[-1]) == ([("First", "complete")], [("Last", "complete")])
    assert set(map(tuple, plans[1:-1])) == {()}


def test_page_and_its_plan_fit_in_a_message() -> None:
    one, pool, _ = writer(OK)
    cards = tuple(Card(str(number), "Step " * 20, "done", output="<&" * 80) for number in range(60))
    one.finish(lambda: Snapshot(LONG, cards, plan="Steps"))
    check_blocks(pool.arguments(0)["blocks"])
    assert counted(spoken(pool.arguments(0)["blocks"])) <= LIMITS.size


def test_text_is_shown_without_a_plan_where_slack_refuses_plans() -> None:
    one, pool, _ = writer(refuses("invalid_blocks"), OK)
    cards = (Card("a", "Search", "done"),)
    one.show(lambda: Snapshot("One two ", cards, plan="Steps"))
    one.finish(lambda: Snapshot("One two three", cards, plan="Steps"))
    assert pool.methods == [POST, POST, UPDATE]
    assert [plan(pool.arguments(number)) for number in range(3)] == [[("Search", "complete")], [], []]


def test_plan_is_taken_away_where_slack_refuses_it_in_an_edit() -> None:
    one, pool, _ = writer(OK, refuses("invalid_blocks"), OK)
    one.show(lambda: Snapshot("One two ", plan="Steps"))
    one.finish(lambda: Snapshot("One two three", (Card("a", "Search", "done"),), plan="Steps"))
    assert pool.methods == [POST, UPDATE, UPDATE]
    assert shown(pool.arguments()) == "One two three"


def test_same_text_is_sent_once() -> None:
    one, pool, _ = writer(OK)
    one.show(lambda: Snapshot("One two\n\n"))
    one.show(lambda: Snapshot("One two\n\n"))
    assert pool.methods == [POST]


def test_long_answer_goes_on_in_the_next_message() -> None:
    one, pool, _ = writer(OK)
    one.finish(lambda: Snapshot(LONG))
    assert pool.methods == [POST] * 3
    assert all(len(shown(pool.arguments(number))) <= 9000 for number in range(3))


@pytest.mark.parametrize(
    "trouble", [LOST, says(b"", 500), says(b"", 429, retry_after="9"), refuses("internal_error")]
)
def test_edit_that_fails_is_made_again(trouble: HttpResponse | Exception) -> None:
    one, pool, _ = writer(OK, trouble, OK)
    one.show(lambda: Snapshot("One two "))
    with pytest.raises(SlackAway):
        one.finish(lambda: Snapshot("One two three"))
    one.finish(lambda: Snapshot("One two three"))
    assert pool.methods == [POST, UPDATE, UPDATE]


def test_writer_waits_as_long_as_slack_asks() -> None:
    one, pool, ends = writer(OK, says(b"", 429, retry_after="9"), OK)
    one.show(lambda: Snapshot("One two "))
    with pytest.raises(SlackAway):
        one.finish(lambda: Snapshot("One two three"))
    one.finish(lambda: Snapshot("One two three"))
    assert pool.methods == [POST, UPDATE, UPDATE]
    assert sum(ends._clock.slept) >= 9.0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "error", ["edit_window_closed", "cant_update_message", "msg_too_long", "channel_not_found"]
)
def test_next_writer_shows_the_rest_when_edits_are_refused(error: str) -> None:
    one, _, _ = writer(OK, refuses(error))
    one.show(lambda: Snapshot("One two\n\nthree "))
    with pytest.raises(WriterGone) as gone:
        one.finish(lambda: Snapshot("One two\n\nthree four"))
    assert (gone.value.adopt, "One two\n\nthree four"[gone.value.shown :].strip()[-4:]) == ((), "four")
    assert gone.value.shown > 0


def post_found_later(then: HttpResponse) -> tuple[EditedMessage, ScriptedPool]:
    """The post of the first word got no response, and the history could not be read until `then`."""
    trouble, name = says(b"", 500), {"event_payload": {"page": "1.0:0:0"}}
    found = says({"ok": True, "messages": [{"ts": "2.0", "bot_id": "B1", "metadata": name}]})
    one, pool, _ = writer(LOST, trouble, trouble, trouble, found, then)
    with pytest.raises(SlackAway):
        one.show(lambda: Snapshot("One two "))
    return one, pool


def test_post_that_is_found_later_is_edited() -> None:
    one, pool = post_found_later(OK)
    one.finish(lambda: Snapshot("One two three"))
    assert (pool.methods.count(POST), pool.methods[-1], pool.arguments()["ts"]) == (1, UPDATE, "2.0")
    assert shown(pool.arguments()) == "One two three"


def test_next_writer_shows_the_rest_when_a_found_post_cannot_be_edited() -> None:
    one, pool = post_found_later(refuses("edit_window_closed"))
    with pytest.raises(WriterGone) as gone:
        one.finish(lambda: Snapshot("One two three"))
    said = shown(pool.arguments(0)).strip()
    assert (said, "One two three"[gone.value.shown :].strip()) == ("One", "two three")


def test_messages_of_another_writer_are_overwritten() -> None:
    one, pool, _ = writer(OK, follows=WriterGone(4, ("7.0",), sure=8))
    one.finish(lambda: Snapshot("One two three"))
    assert (pool.methods, pool.arguments()["ts"]) == ([UPDATE], "7.0")
    assert shown(pool.arguments()) == "two three"


def test_sure_text_counts_when_a_message_cannot_be_overwritten() -> None:
    one, _, _ = writer(refuses("edit_window_closed"), follows=WriterGone(4, ("7.0",), sure=8))
    with pytest.raises(WriterGone) as gone:
        one.finish(lambda: Snapshot("One two three"))
    assert gone.value.shown == 8


def test_stream_that_is_still_open_is_stopped_first() -> None:
    one, pool, ends = writer(refuses("streaming_state_conflict"), OK, follows=WriterGone(0, ("7.0",)))
    ends.shows("7.0", Page((), 0))
    with pytest.raises(SlackAway):
        one.finish(lambda: Snapshot("One two three"))
    one.finish(lambda: Snapshot("One two three"))
    assert pool.methods == [UPDATE, STOP, UPDATE]


def test_post_that_is_called_a_stream_cannot_be_edited() -> None:
    one, _, _ = writer(OK, refuses("streaming_state_conflict"))
    one.show(lambda: Snapshot("One two "))
    with pytest.raises(WriterGone):
        one.finish(lambda: Snapshot("One two three"))


def test_messages_are_deleted_when_the_new_text_needs_fewer() -> None:
    one, pool, _ = writer(OK, follows=WriterGone(0, ("7.0", "8.0")))
    one.finish(lambda: Snapshot("Short."))
    assert pool.methods == [UPDATE, DELETE]
    assert pool.arguments()["ts"] == "8.0"


def test_next_writer_continues_when_slack_refuses_the_content() -> None:
    one, _, _ = writer(refuses("invalid_blocks"))
    with pytest.raises(WriterGone) as gone:
        one.finish(lambda: Snapshot("One two three"))
    assert gone.value.shown == 0


def test_answer_is_left_to_a_post_when_edits_are_short() -> None:
    one, pool, _ = writer(OK)
    for number in range(22):
        one._api.budget.add_message(PLACE.account, UPDATE, f"m{number}")
    one.show(lambda: Snapshot("One two "))
    assert pool.methods == [POST]
    late, pool, _ = writer(OK)
    for number in range(23):
        late._api.budget.add_message(PLACE.account, UPDATE, f"m{number}")
    with pytest.raises(WriterGone) as gone:
        late.show(lambda: Snapshot("One two "))
    assert (gone.value.shown, pool.sent) == (0, [])


def test_answers_that_begin_at_the_same_time_count_each_other() -> None:
    one, _, _ = writer(OK)
    one.show(lambda: Snapshot("One two "))
    alone = RateLimiter(FakeClock()).call_interval(PLACE.account, UPDATE)
    assert one._api.budget.call_interval(PLACE.account, UPDATE) == pytest.approx(2 * alone)


def test_whole_answer_asks_for_no_edits() -> None:
    one, pool, _ = writer(OK)
    for number in range(99):
        one._api.budget.add_message(PLACE.account, UPDATE, f"m{number}")
    one.finish(lambda: Snapshot("One two three"))
    assert pool.methods == [POST]


def test_each_message_of_a_flush_takes_its_turn() -> None:
    """Three pages of another writer are overwritten: tier 3 lets two go at once."""
    one, pool, _ = writer(OK, follows=WriterGone(0, ("7.0", "8.0", "9.0")))
    one.finish(lambda: Snapshot(LONG))
    assert pool.methods == [UPDATE] * 3
    assert sum(one._ends._clock.slept) > 1.0  # type: ignore[attr-defined]


def test_no_edit_is_sent_without_a_granted_call() -> None:
    one, pool, _ = writer(OK)
    one.show(lambda: Snapshot("One two "))
    one._api.budget.pause(PLACE.account, UPDATE, 1000.0)
    with pytest.raises(SlackAway):
        one.finish(lambda: Snapshot("One two three"))
    assert pool.methods == [POST]


def test_deletion_is_left_to_the_stream_cleanup_when_it_fails() -> None:
    one, pool, ends = writer(OK, refuses("fatal_error"), OK, follows=WriterGone(0, ("7.0", "8.0")))
    one.finish(lambda: Snapshot("Short."))
    ends.tidy()
    assert pool.methods == [UPDATE, DELETE, DELETE]


TABLE = "| a | b |\n|---|---|\n| 1 | 2 |\n\n"


def test_second_table_goes_to_the_next_message_once_slack_refused_it() -> None:
    one, pool, _ = writer(OK, refuses("invalid_attachments"), OK)
    one.show(lambda: Snapshot(f"{TABLE}Words. "))
    text = f"{TABLE}Words.\n\n{TABLE}The end."
    with pytest.raises(SlackAway):
        one.finish(lambda: Snapshot(text))
    one.finish(lambda: Snapshot(text))
    assert pool.methods == [POST, UPDATE, UPDATE, POST]
    assert shown(pool.arguments()).endswith("The end.")


def test_data_table_becomes_code_once_slack_refused_it() -> None:
    one, pool, _ = writer(OK, refuses("invalid_blocks"), OK)
    one.show(lambda: Snapshot(f"{TABLE.rstrip()}\n|"))
    text = TABLE.rstrip() + "\n| 1 | 2 |" * 150
    with pytest.raises(SlackAway):
        one.finish(lambda: Snapshot(text))
    one.finish(lambda: Snapshot(text))
    assert pool.methods == [POST, UPDATE, UPDATE]
    assert shown(pool.arguments()).startswith("```")
