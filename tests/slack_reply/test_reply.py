"""All writers against the simulated Slack in virtual time: no trouble may lose or double any text."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulators.slack.messages import Message
from slack_reply.reply import REPLY_TIMEOUT, Style
from slack_reply.shared import Written
from slack_reply.snapshot import Card, Snapshot
from slack_reply.writer import CannotReply, StoppedByUser, Unreachable
from tests.conversations.answers import flat, long_text
from tests.fake_clock import FakeClock
from tests.slack_reply.troubled_slack import DONE, GENERAL, TROUBLES, TroubledSlack, grow
from tests.support.growing_answer import Now

STYLES: list[Style] = ["auto", "stream", "edit", "post"]
TROUBLE = st.sampled_from(["", "", *TROUBLES, *(f"{name}!" for name in DONE)])
WHOLE = long_text(9000)


def bare(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=150)
@given(
    st.sampled_from(STYLES),
    st.lists(st.integers(1, len(WHOLE)), min_size=1, max_size=6).map(sorted),
    st.lists(TROUBLE, max_size=14),
)
def test_text_is_complete_after_passing_troubles(style: Style, sizes: list[int], troubles: list[str]) -> None:
    slack = TroubledSlack(troubles)
    texts = [WHOLE[:size] for size in sizes]
    grow(slack, slack.reply(style), texts)
    assert bare(slack.text()) == bare(texts[-1])
    assert slack.open() == []


@settings(max_examples=60)
@given(st.integers(1, 3000), st.lists(TROUBLE, max_size=10))
def test_replaced_text_leaves_nothing_of_what_it_replaces(size: int, troubles: list[str]) -> None:
    slack = TroubledSlack(troubles)
    grow(slack, slack.reply(), [WHOLE[:size], WHOLE[: size + 100], "Let us talk about something else."])
    assert flat(slack.text()) == "Let us talk about something else."
    assert slack.open() == []


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("trouble", [*TROUBLES, *(f"{name}!" for name in DONE)])
@pytest.mark.parametrize("when", range(5))
def test_each_trouble_at_each_call(style: Style, trouble: str, when: int) -> None:
    slack = TroubledSlack([""] * when + [trouble])
    texts = [WHOLE[:200], WHOLE[:500], WHOLE[:900]]
    grow(slack, slack.reply(style), texts)
    assert bare(slack.text()) == bare(texts[-1])
    assert slack.open() == []


@pytest.mark.parametrize("style", STYLES)
def test_last_text_waits_while_slack_is_away(style: Style) -> None:
    slack = TroubledSlack([""] + ["unreachable"] * 60)
    grow(slack, slack.reply(style), [WHOLE[:200], WHOLE[:500]])
    assert bare(slack.text()) == bare(WHOLE[:500])
    assert slack.open() == []


def test_last_text_is_given_up_when_slack_stays_away() -> None:
    slack = TroubledSlack([""] + ["unreachable"] * 9999)
    reply = slack.reply(patience=100.0)
    with pytest.raises(Unreachable):
        grow(slack, reply, [WHOLE[:200], WHOLE[:500]])
    assert slack.clock.slept
    assert sum(slack.clock.slept) < 200


@pytest.mark.parametrize("trouble", ["429-bare", "unreachable", "internal_error", "lost!"])
@pytest.mark.parametrize("style", STYLES)
def test_last_text_has_some_time_when_the_turn_is_at_its_limit(style: Style, trouble: str) -> None:
    slack = TroubledSlack()
    reply = slack.reply(style, patience=REPLY_TIMEOUT)
    reply.show(Now(Snapshot(WHOLE[:200])))
    slack.clock.advance(REPLY_TIMEOUT - 5)
    slack.troubles = [trouble]
    reply.finish(Snapshot(WHOLE[:500]))
    assert bare(slack.text()) == bare(WHOLE[:500])


@pytest.mark.parametrize(
    ("style", "method", "following"),
    [("stream", "chat.appendStream", "edit"), ("edit", "chat.update", "post")],
)
def test_next_writer_shows_the_rest_when_slack_asks_to_wait_too_long(
    style: Style, method: str, following: str
) -> None:
    slack = TroubledSlack()
    reply = slack.reply(style)
    reply.show(Now(Snapshot(WHOLE[:600])))
    slack.clock.advance(REPLY_TIMEOUT - 200)
    slack.troubles = [f"{method}:429-long"]
    reply.finish(Snapshot(WHOLE[:2000]))
    reply.close()
    assert bare(slack.text()) == bare(WHOLE[:2000])
    assert reply.method == following
    assert slack.open() == []


def test_next_writer_shows_the_rest_when_another_answer_caused_the_pause() -> None:
    slack = TroubledSlack()
    reply = slack.reply("edit")
    reply.show(Now(Snapshot(WHOLE[:600])))
    slack.clock.advance(REPLY_TIMEOUT - 200)
    slack.budget.pause(slack.api.account, "chat.update", 299.0)
    began = slack.clock.now()
    reply.finish(Snapshot(WHOLE[:2000]))
    assert bare(slack.text()) == bare(WHOLE[:2000])
    assert slack.clock.now() - began <= 200


def test_slack_is_not_called_for_every_word_while_it_is_away() -> None:
    slack = TroubledSlack(["chat.startStream:429"] + ["chat.postMessage:429-bare"] * 99)
    reply = slack.reply()
    for size in range(100, 200):
        reply.show(Now(Snapshot(WHOLE[:size])))
        slack.clock.advance(0.1)
    assert len(slack.sent) < 20


@pytest.mark.parametrize(
    "error", ["channel_not_found", "not_in_channel", "token_revoked", "account_inactive"]
)
@pytest.mark.parametrize("style", STYLES)
def test_reply_is_given_up_soon_when_nothing_can_be_written(style: Style, error: str) -> None:
    slack = TroubledSlack([error] * 99)
    with pytest.raises(CannotReply, match=error):
        grow(slack, slack.reply(style), [WHOLE[:200], WHOLE[:500]])
    assert slack.sent.count("chat.postMessage") == 1
    assert slack.answers() == []


def test_messages_are_deleted_when_the_answer_is_silent() -> None:
    slack = TroubledSlack()
    reply = slack.reply()
    for count in (40, 80, 120):
        cards = tuple(Card(f"id-{number}", f"Step {number}", "done") for number in range(count))
        reply.show(Now(Snapshot("", cards)))
        slack.clock.advance(100)
    assert len(slack.answers()) > 2
    reply.retract()
    reply.close()
    assert slack.answers() == []


@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
def test_nothing_more_is_written_after_a_member_stopped_the_answer(method: str) -> None:
    """Our stop goes out only before an edit, when it is not known whether the last chunk arrived."""
    slack = TroubledSlack(["chat.appendStream:lost"] if method == "chat.stopStream" else [])
    reply = slack.reply()
    reply.show(Now(Snapshot(WHOLE[:200])))
    [message] = slack.answers()
    assert message.stream is not None
    message.stream.ended = "user"
    if method == "chat.stopStream":
        slack.troubles = ["chat.appendStream:lost"]
    slack.clock.advance(3)
    with pytest.raises(StoppedByUser):
        reply.finish(Snapshot(WHOLE[:500]))
    reply.close()
    assert bare(WHOLE[:200]).startswith(bare(slack.text()))
    assert len(slack.answers()) == 1


def test_content_that_slack_refuses_is_posted_in_a_simpler_form() -> None:
    slack = TroubledSlack(["chat.postMessage:invalid_blocks"])
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n\n" + WHOLE[:200]
    grow(slack, slack.reply("post"), [table])
    [answer] = slack.answers()
    assert "```" in answer.text()
    assert bare(WHOLE[:200]) in bare(answer.text())


def test_content_that_slack_refuses_in_any_form_is_given_up() -> None:
    slack = TroubledSlack(["chat.postMessage:invalid_blocks"] * 9)
    with pytest.raises(CannotReply, match="invalid_blocks"):
        grow(slack, slack.reply("post"), [WHOLE[:200]])


def test_lost_start_is_not_looked_for_in_the_answers_of_others() -> None:
    """The question waited for an earlier answer, so that answer is newer than the question too."""
    slack = TroubledSlack()
    before = slack.reply()
    slack.ask()
    grow(slack, before, ["The answer before."])
    slack.troubles = ["chat.startStream:lost"]
    grow(slack, slack.reply(), [WHOLE[:200], WHOLE[:500]])
    first, second = slack.answers()
    assert first.text() == "The answer before."
    assert bare(second.text()) == bare(WHOLE[:500])


def test_lost_start_is_not_looked_for_in_what_other_bots_say() -> None:
    slack = TroubledSlack()
    world = slack.double.world
    grow(slack, slack.reply(), ["Mine."])
    other = Message(
        GENERAL, world.next_ts(), slack.root, "U0OTHERBT", "B0OTHERBT", log=[{"type": "text", "text": "beep"}]
    )
    world.add(other, "chat.postMessage")
    slack.troubles = ["chat.startStream:lost"]
    grow(slack, slack.reply(), [WHOLE[:200], WHOLE[:500]])
    assert other.text() == "beep"
    assert bare(slack.text()) == bare("Mine." + WHOLE[:500])


def test_lost_start_is_not_looked_for_in_what_another_process_wrote() -> None:
    """That answer is not known to this process, and is newer than the question, which waited for it."""
    slack = TroubledSlack()
    grow(slack, slack.reply(), ["The answer before."])
    slack.written = Written()
    slack.troubles = ["chat.startStream:lost"]
    grow(slack, slack.reply(), [WHOLE[:200], WHOLE[:500]])
    first, second = slack.answers()
    assert first.text() == "The answer before."
    assert bare(second.text()) == bare(WHOLE[:500])


def test_late_start_leaves_no_stray_stream() -> None:
    slack = TroubledSlack(["chat.startStream:late"])
    reply = slack.reply()
    reply.show(Now(Snapshot(WHOLE[:200])))
    slack.happen()
    slack.clock.advance(3)
    grow(slack, reply, [WHOLE[:300], WHOLE[:500]])
    assert bare(slack.text()) == bare(WHOLE[:500])
    assert slack.open() == []


@pytest.mark.parametrize(
    "trouble", ["chat.delete:500", "chat.delete:unreachable", "conversations.replies:html"]
)
def test_late_start_leaves_no_stray_stream_when_slack_is_in_trouble(trouble: str) -> None:
    slack = TroubledSlack(["chat.startStream:late"])
    reply = slack.reply()
    reply.show(Now(Snapshot(WHOLE[:200])))
    slack.happen()
    slack.clock.advance(3)
    slack.troubles = [trouble] * 4
    grow(slack, reply, [WHOLE[:300], WHOLE[:500]])
    assert bare(slack.text()) == bare(WHOLE[:500])
    assert slack.open() == []


def test_answer_is_posted_when_edits_are_short_too() -> None:
    slack = TroubledSlack()
    account = slack.api.account
    while slack.budget.try_acquire(account, "chat.startStream", "m"):
        pass
    for number in range(40):
        slack.budget.add_message(account, "chat.update", f"m{number}")
    reply = slack.reply()
    grow(slack, reply, [WHOLE[:300], WHOLE[:900], WHOLE])
    assert (reply.method, set(slack.sent)) == ("post", {"chat.postMessage"})
    assert bare(slack.text()) == bare(WHOLE)


def test_lost_post_is_not_repeated_without_history() -> None:
    slack = TroubledSlack(["chat.postMessage:lost!", "conversations.replies:missing_scope"])
    grow(slack, slack.reply("edit"), [WHOLE[:200], WHOLE[:900]])
    assert bare(slack.text()) == bare(WHOLE[:900])
    assert len(slack.answers()) == 2


@pytest.mark.parametrize("error", ["edit_window_closed", "cant_update_message"])
def test_lost_post_found_later_is_not_taken_for_the_whole_text(error: str) -> None:
    unseen = ["conversations.replies:500"] * 3
    slack = TroubledSlack(["chat.postMessage:lost!", *unseen, f"chat.update:{error}"])
    grow(slack, slack.reply("edit"), [WHOLE[:200], WHOLE[:900]])
    assert bare(slack.text()) == bare(WHOLE[:900])


def test_lost_post_is_not_taken_for_the_whole_text_without_history() -> None:
    unseen = ["conversations.replies:500"] * 3
    slack = TroubledSlack(["chat.postMessage:lost!", *unseen, "conversations.replies:missing_scope"])
    grow(slack, slack.reply("edit"), [WHOLE[:200], WHOLE[:900]])
    assert bare(slack.text()) == bare(WHOLE[:900])


@pytest.mark.parametrize("style", ["edit", "post"])
def test_late_post_is_not_made_twice(style: Style) -> None:
    class Meanwhile(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            slack.happen()

    slack = TroubledSlack(["chat.postMessage:late"], Meanwhile())
    grow(slack, slack.reply(style), [WHOLE[:500]])
    [answer] = slack.answers()
    assert bare(answer.text()) == bare(WHOLE[:500])


def test_answer_is_posted_after_a_lost_start_without_history() -> None:
    slack = TroubledSlack(["chat.startStream:lost", "conversations.replies:missing_scope"])
    reply = slack.reply()
    grow(slack, reply, [WHOLE[:200], WHOLE[:900]])
    assert reply.method == "edit"
    assert bare(slack.text()) == bare(WHOLE[:900])


@pytest.mark.parametrize("size", [500, 8000])
def test_expired_stream_is_repaired_and_continued(size: int) -> None:
    slack = TroubledSlack()
    reply = slack.reply()
    reply.show(Now(Snapshot(WHOLE[:size])))
    slack.clock.advance(400)
    grow(slack, reply, [WHOLE[: size + 100], WHOLE])
    assert bare(slack.text()) == bare(WHOLE)
    assert slack.open() == []


def test_stream_is_repaired_when_its_stop_comes_too_late() -> None:
    slack = TroubledSlack()
    reply = slack.reply()
    reply.show(Now(Snapshot(WHOLE[:500])))
    slack.clock.advance(400)
    reply.finish(Snapshot(WHOLE[:500]))
    reply.close()
    assert slack.open() == []
    assert bare(slack.text()) == bare(WHOLE[:500])


@pytest.mark.parametrize("lost", ["lost", "lost!"])
def test_stream_is_repaired_when_it_expires_while_its_stop_is_lost(lost: str) -> None:
    slack = TroubledSlack([f"chat.stopStream:{lost}"])
    reply = slack.reply()
    reply.show(Now(Snapshot(WHOLE[:500])))
    slack.clock.advance(299.5)
    reply.finish(Snapshot(WHOLE[:500]))
    reply.close()
    assert slack.open() == []
    assert bare(slack.text()) == bare(WHOLE[:500])


@pytest.mark.parametrize(
    ("channel_type", "method"),
    [("im", "stream"), ("channel", "edit"), ("group", "edit"), ("mpim", "edit"), ("", "edit")],
)
def test_answer_streams_only_where_one_member_reads(channel_type: str, method: str) -> None:
    """Source: docs/platform/slack.md#stream-visibility."""
    assert TroubledSlack().reply("auto", channel_type=channel_type).method == method


def busy(slack: TroubledSlack, answers: int, method: str = "chat.update") -> None:
    """Let so many answers of the workspace be written by this method."""
    for number in range(answers):
        slack.budget.add_message(slack.api.account, method, f"m{number}")


@pytest.mark.parametrize(
    ("edited", "streamed", "method"),
    [
        (3, 0, "edit"),
        (4, 0, "stream"),
        (4, 8, "stream"),
        (4, 11, "edit"),
        (5, 11, "edit"),
        (6, 11, "stream"),
        (16, 40, "edit"),
        (40, 0, "stream"),
        (40, 100, "stream"),
    ],
)
def test_answer_streams_in_a_channel_while_edits_would_be_rare_and_rarer(
    edited: int, streamed: int, method: str
) -> None:
    slack = TroubledSlack()
    busy(slack, edited)
    busy(slack, streamed, "chat.appendStream")
    reply = slack.reply("auto")
    grow(slack, reply, [WHOLE[:300], WHOLE[:900], WHOLE[:1200]])
    assert reply.method == method
    assert bare(slack.text()) == bare(WHOLE[:1200])
    assert slack.open() == []


@pytest.mark.parametrize(("answers", "method"), [(10, "edit"), (40, "post")])
def test_answer_is_edited_seldom_or_posted_where_no_stream_can_begin_either(
    answers: int, method: str
) -> None:
    slack = TroubledSlack(["chat.startStream:restricted_action"])
    busy(slack, answers)
    reply = slack.reply("auto")
    grow(slack, reply, [WHOLE[:300], WHOLE[:900], WHOLE[:1200]])
    assert reply.method == method
    assert bare(slack.text()) == bare(WHOLE[:1200])


def test_first_text_that_slack_refuses_is_not_tried_as_a_stream() -> None:
    slack = TroubledSlack(["chat.postMessage:invalid_blocks"])
    reply = slack.reply("auto")
    grow(slack, reply, [WHOLE[:300], WHOLE[:900]])
    assert (reply.method, "chat.startStream" in slack.sent) == ("post", False)


def test_answer_counts_the_calls_that_take_the_status_line_away() -> None:
    """Source: docs/platform/slack.md#thread-status."""
    slack = TroubledSlack()
    reply = slack.reply("edit")
    reply.show(Now(Snapshot(WHOLE[:300])))
    slack.clock.advance(3.0)
    reply.show(Now(Snapshot(WHOLE[:600])))
    assert reply.clearing == 1
    streamed = slack.reply("stream")
    streamed.show(Now(Snapshot(WHOLE[:300])))
    slack.clock.advance(3.0)
    streamed.show(Now(Snapshot(WHOLE[:600])))
    assert streamed.clearing == 2


@settings(max_examples=120)
@given(
    st.sampled_from(STYLES),
    st.sampled_from(["im", "channel"]),
    st.integers(1, len(WHOLE)),
    st.booleans(),
    st.lists(TROUBLE, max_size=8),
)
def test_text_that_another_reply_goes_on_with_is_whole(
    style: Style, place: str, size: int, is_same: bool, troubles: list[str]
) -> None:
    """The reply of another request knows only what `leave_off` tells."""
    slack = TroubledSlack(troubles)
    first = slack.reply(style, channel_type=place)
    text = WHOLE if is_same else WHOLE[-1000:]
    try:
        first.show(Now(Snapshot(WHOLE[:size])))
        left = first.leave_off()
        if left is None:  # not sure of a post
            grow(slack, first, [text])
            return
        second = slack.reply(style, channel_type=place, left_off=replace(left, before=WHOLE[: left.begin]))
        first.close()
        grow(slack, second, [f"{WHOLE[:size]} … more", text])
    except (CannotReply, StoppedByUser):
        return
    assert bare(slack.text()) == bare(text)
    assert slack.open() == []


@pytest.mark.parametrize("style", STYLES)
def test_reply_that_nobody_goes_on_with_is_finished_after_all(style: Style) -> None:
    slack = TroubledSlack([])
    reply = slack.reply(style, channel_type="im")
    reply.show(Now(Snapshot(WHOLE[:3000])))
    reply.leave_off()
    reply.finish(Snapshot(WHOLE))
    reply.close()
    assert bare(slack.text()) == bare(WHOLE)
    assert slack.open() == []
