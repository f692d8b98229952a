from collections.abc import Callable
from dataclasses import replace

import gevent
import pytest

from conversation_store.record import InFlight, ThreadRecord
from dify_app.answer import ConversationStarted, TextDelta
from errors import RunFailed
from slack_reply import CannotReply, StoppedByUser, Unreachable
from tests.support.turn_parts import MESSAGE, ReplyOfParts, StoreOfParts, TurnParts
from turns.answer.answer_state import AnswerState
from wording import Say

TEXT = "An answer that is long enough to be shown at once, whatever comes behind."


def parts(**more: object) -> TurnParts:
    return TurnParts(says=(ConversationStarted("c-1"), TextDelta(TEXT)), **more)  # type: ignore[arg-type]


def test_answer_is_finished_and_its_conversation_remembered() -> None:
    turn = parts()
    answering = turn.answering()
    answering.run(ThreadRecord(), turn.deadline())
    answering.close()
    assert [snapshot.text for snapshot in turn.reply.finished] == [TEXT]
    assert (turn.report.outcome, turn.report.characters) == ("answered", len(TEXT))
    assert turn.store.record.conversation_id == "c-1"
    assert turn.store.record.last_answer_ts == "2.000002"
    assert (turn.store.record.open, turn.store.cleared) == ((), [MESSAGE.ts])
    assert turn.greets == ["play"]
    assert turn.status.shown[0] == str(Say.THINKING)


def test_store_that_fails_costs_the_memory_and_not_the_answer() -> None:
    turn = parts(store=StoreOfParts(broken=True))
    turn.answering().run(ThreadRecord(), turn.deadline())
    assert [snapshot.text for snapshot in turn.reply.finished] == [TEXT]
    assert turn.report.outcome == "answered"


def test_failed_run_keeps_the_text_so_far_and_a_note() -> None:
    turn = parts(error=RunFailed())
    turn.answering().run(ThreadRecord(), turn.deadline())
    [snapshot] = turn.reply.finished
    assert snapshot.text.startswith(TEXT)
    assert str(Say.CUT_SHORT) in snapshot.text


def test_empty_message_is_greeted_and_the_app_is_not_asked() -> None:
    turn = parts(is_empty=True)
    turn.answering().run(ThreadRecord(), turn.deadline())
    assert (turn.greets, turn.report.outcome, turn.reply.finished) == (["greet"], "greeted", [])


def test_answer_of_an_app_to_our_answer_is_left_alone() -> None:
    turn = parts(answers_us=True)
    turn.answering().run(ThreadRecord(), turn.deadline())
    assert (turn.reply.finished, turn.greets, turn.status.shown) == ([], [], [])
    assert turn.report.outcome == "an app's answer to our answer"
    assert turn.store.record.unasked == (MESSAGE.ts,)


def test_reset_in_a_direct_message_forgets_the_conversation() -> None:
    message = replace(MESSAGE, channel="D1", source="message")
    turn = parts(message=message, query="Reset", store=StoreOfParts(ThreadRecord("c-0")))
    turn.answering().run(ThreadRecord(), turn.deadline())
    assert turn.store.record.conversation_id == ""
    assert [snapshot.text for snapshot in turn.reply.finished] == [str(Say.RESET_DONE)]


@pytest.mark.parametrize(
    ("fails", "outcome", "unsaid"),
    [
        (CannotReply("channel_not_found"), "cannot reply: channel_not_found", False),
        (Unreachable(), "cannot reply: unreachable", True),
        (StoppedByUser(), "stopped by user", False),
    ],
)
def test_reply_that_fails_names_its_outcome(fails: Exception, outcome: str, unsaid: bool) -> None:
    turn = parts(reply=ReplyOfParts(fails=fails))
    answering = turn.answering()
    answering.run(ThreadRecord(), turn.deadline())
    assert (turn.report.outcome, answering.is_unsaid) == (outcome, unsaid)
    assert turn.store.record.conversation_id == "c-1"


def test_end_that_slack_did_not_take_leaves_the_record_open() -> None:
    opened = ThreadRecord().with_open(InFlight(MESSAGE.ts, 0.0, "here"))
    turn = parts(reply=ReplyOfParts(fails=Unreachable()), store=StoreOfParts(opened))
    turn.answering().run(ThreadRecord(), turn.deadline())
    assert [one.ts for one in turn.store.record.open] == [MESSAGE.ts]
    assert turn.store.cleared == []


def test_streams_that_are_not_stopped_stay_in_the_record() -> None:
    turn = parts(reply=ReplyOfParts(unstopped=("2.000002",)))
    answering = turn.answering()
    answering.run(ThreadRecord(), turn.deadline())
    answering.close()
    [left] = turn.store.record.open
    assert left.streams == ("2.000002",)
    assert answering.is_unsaid


def test_turn_that_is_cut_keeps_what_has_come_and_says_that_it_was_cut() -> None:
    turn = parts()

    def half(state: AnswerState, _record: ThreadRecord) -> None:
        state.take(TextDelta(TEXT))
        answering.cut()

    turn.ask = half  # type: ignore[method-assign]
    answering = turn.answering()
    answering.run(ThreadRecord(), turn.deadline())
    assert answering.is_cut
    [snapshot] = turn.reply.finished
    assert snapshot.text.startswith(TEXT)
    assert len(snapshot.text) > len(TEXT)


@pytest.mark.parametrize("say", [Say.RATE_LIMITED, Say.QUEUE_FULL])
def test_refusal_is_said_in_the_place_of_an_answer(say: Say) -> None:
    turn = parts()
    turn.answering().refuse(say)
    assert [snapshot.text for snapshot in turn.reply.finished] == [str(say)]
    assert (turn.store.record.open, turn.report.outcome) == ((), str(say))


def test_dropped_message_says_nothing() -> None:
    turn = parts()
    turn.answering().drop("foreign team")
    assert (turn.report.outcome, turn.reply.finished, turn.reply.shown) == ("foreign team", [], [])
    assert turn.store.cleared == [MESSAGE.ts]


def test_waiting_is_shown_in_the_status_line() -> None:
    turn = parts()
    turn.answering().waiting()
    assert turn.status.shown == [str(Say.WAITING)]


TOLD = [(MESSAGE.channel, MESSAGE.user, str(Say.PLACE_GONE))]


def test_deleted_question_takes_its_answer_with_it() -> None:
    turn = parts(error=RunFailed())
    answering = turn.answering()
    turn.greets = Withdrawing(lambda: answering.withdraw(question=True))
    answering.run(ThreadRecord(), turn.deadline())
    assert (turn.report.outcome, turn.reply.finished, turn.api.ephemeral) == ("question deleted", [], [])
    assert answering.released.is_set()
    assert "retract" in turn.reply.told
    assert turn.status.shown[-1] == ""
    assert turn.store.record.open == ()


@pytest.mark.parametrize("visible", ["2.000002", ""])
def test_thread_that_lost_its_root_keeps_the_text_and_else_the_author_is_told(visible: str) -> None:
    turn = parts(reply=ReplyOfParts(message_ts=visible))
    answering = turn.answering()
    turn.greets = Withdrawing(lambda: answering.withdraw(question=False))
    answering.run(ThreadRecord(), turn.deadline())
    assert turn.report.outcome == "thread deleted"
    notes = [str(Say.THREAD_DELETED) in snapshot.text for snapshot in turn.reply.finished]
    assert (notes, turn.api.ephemeral) == (([True], []) if visible else ([], TOLD))
    assert "retract" not in turn.reply.told


def test_app_is_not_asked_once_the_question_is_deleted() -> None:
    turn = parts()
    answering = turn.answering()
    assert not answering.gives_up()
    answering.withdraw(question=False)
    answering.withdraw(question=True)
    answering.withdraw(question=False)
    answering.run(ThreadRecord(), turn.deadline())
    assert (turn.greets, turn.report.outcome, turn.reply.told) == ([], "question deleted", ["retract"])
    assert turn.store.record.unasked == (MESSAGE.ts,)


@pytest.mark.parametrize(("error", "told"), [("thread_not_found", TOLD), ("token_revoked", [])])
def test_author_is_told_alone_when_the_thread_takes_no_replies(
    error: str, told: list[tuple[str, str, str]]
) -> None:
    turn = parts(reply=ReplyOfParts(fails=CannotReply(error)))
    turn.answering().run(ThreadRecord(), turn.deadline())
    assert (turn.report.outcome, turn.api.ephemeral) == (f"cannot reply: {error}", told)


@pytest.mark.parametrize("text", [TEXT, ""])
def test_stopped_answer_keeps_its_text_and_says_who_stopped_it(text: str) -> None:
    turn = parts()

    def half(state: AnswerState, _record: ThreadRecord) -> None:
        state.take(TextDelta(text))
        assert answering.stop("U2")
        state.take(TextDelta("This comes too late."))

    turn.ask = half  # type: ignore[method-assign]
    answering = turn.answering()
    answering.run(ThreadRecord(), turn.deadline())
    gevent.sleep(0)  # the run is ended from a greenlet of its own
    [snapshot] = turn.reply.finished
    assert snapshot.text.startswith(text)
    assert str(Say.STOPPED_BY) in snapshot.text
    assert "too late" not in snapshot.text
    assert (turn.report.outcome, turn.stopped_runs) == ("stopped", 1)
    assert answering.released.is_set()
    assert turn.store.record.open == ()


def test_answer_that_has_ended_is_not_stopped() -> None:
    turn = parts()
    answering = turn.answering()
    answering.run(ThreadRecord(), turn.deadline())
    assert not answering.stop("U2")
    assert turn.report.outcome == "answered"


def test_question_that_is_stopped_before_the_app_is_asked_gets_only_the_note() -> None:
    turn = parts()
    answering = turn.answering()
    assert not answering.is_given_up()
    assert answering.stop("U2")
    assert answering.gives_up()
    assert str(Say.STOPPED_BY) in turn.reply.finished[0].text
    assert (turn.stopped_runs, turn.report.outcome) == (0, "stopped")
    assert turn.store.record.unasked == (MESSAGE.ts,)


class Withdrawing(list[str]):
    """Withdraws the answer when its greeting is played, so right before the app speaks."""

    def __init__(self, withdraw: Callable[[], None]) -> None:
        super().__init__()
        self._withdraw = withdraw

    def append(self, item: str) -> None:
        super().append(item)
        self._withdraw()


class ReplyThatPosts(ReplyOfParts):
    """Each write takes the status line away."""

    def show(self, answer: object) -> None:
        super().show(answer)
        self.clearing += 1


class TurnThatTakesTime(TurnParts):
    """The app needs a moment for its last word, so the text before that is shown."""

    def ask(self, state: AnswerState, _record: ThreadRecord) -> None:
        for event in self.says:
            state.take(event)
        gevent.sleep(0.01)
        state.end()


def test_status_line_is_told_of_the_writes_that_took_it_away() -> None:
    turn = TurnThatTakesTime(says=(TextDelta(TEXT),), reply=ReplyThatPosts())
    turn.answering().run(ThreadRecord(), turn.deadline())
    assert turn.status.shown.count("written") == 1


def test_questions_of_the_last_answer_go_when_the_next_question_comes() -> None:
    parts = TurnParts(says=(TextDelta(TEXT),))
    parts.store.record = ThreadRecord(suggested="1.000009")
    parts.answering().run(parts.store.record, parts.deadline())
    assert parts.told == ["1.000009"]
    assert parts.store.record.suggested == ""


def test_follow_ups_are_offered_only_under_a_whole_answer() -> None:
    parts = TurnParts(says=(TextDelta(TEXT),))
    answering = parts.answering()
    answering.offer_follow_ups()
    assert parts.told == []
    answering.run(ThreadRecord(), parts.deadline())
    answering.offer_follow_ups()
    assert parts.told == ["offer"]
    answering.withdraw(question=True)
    answering.offer_follow_ups()
    assert parts.told == ["offer"]
