from conversation_store.record import InFlight, ThreadRecord
from dify_app.answer import ConversationStarted
from tests.support.turn_parts import MESSAGE, ReplyOfParts, StoreOfParts, TurnParts
from turns.answer.answer_state import AnswerState
from turns.answer.turn_record import TurnRecord

OPENED = ThreadRecord().with_open(InFlight(MESSAGE.ts, 0.0, "here"))


def record_of(turn: TurnParts, conversation_id: str = "c-1") -> TurnRecord:
    state = AnswerState()
    state.take(ConversationStarted(conversation_id))
    return TurnRecord(turn.context(), state)


def test_first_message_is_noted_once() -> None:
    turn = TurnParts(store=StoreOfParts(OPENED), reply=ReplyOfParts(message_ts="2.000002"))
    record = record_of(turn)
    record.note_message()
    turn.reply.message_ts = "2.000003"
    record.note_message()
    [noted] = turn.store.record.open
    assert (noted.message_ts, turn.store.record.conversation_id) == ("2.000002", "c-1")


def test_end_closes_the_turn_and_keeps_conversation_and_answer() -> None:
    turn = TurnParts(store=StoreOfParts(OPENED), reply=ReplyOfParts(message_ts="2.000002"))
    record_of(turn).end(was_asked=True)
    kept = turn.store.record
    assert (kept.open, kept.conversation_id, kept.last_answer_ts) == ((), "c-1", "2.000002")
    assert (kept.unasked, turn.store.cleared) == ((), [MESSAGE.ts])


def test_end_without_a_run_notes_that_the_app_was_not_asked() -> None:
    turn = TurnParts(store=StoreOfParts(OPENED))
    record_of(turn).end(was_asked=False)
    assert turn.store.record.unasked == (MESSAGE.ts,)


def test_turn_with_a_stream_that_is_not_stopped_stays_open() -> None:
    turn = TurnParts(store=StoreOfParts(OPENED))
    record = record_of(turn)
    record.unstopped = ("2.000002",)
    record.end(was_asked=True)
    [left] = turn.store.record.open
    assert (left.streams, turn.store.cleared) == (("2.000002",), [])


def test_turn_whose_end_slack_did_not_take_keeps_its_conversation_and_stays_open() -> None:
    turn = TurnParts(store=StoreOfParts(OPENED))
    record_of(turn).keep_open()
    assert (turn.store.record.conversation_id, len(turn.store.record.open)) == ("c-1", 1)


def test_only_the_suggestions_that_this_turn_removed_leave_the_record() -> None:
    turn = TurnParts(store=StoreOfParts(OPENED.with_suggested("1.000009")))
    record = record_of(turn)
    record.suggested = "1.000008"
    record.end(was_asked=True)
    assert turn.store.record.suggested == "1.000009"


def test_store_that_fails_raises_nothing() -> None:
    turn = TurnParts(store=StoreOfParts(broken=True))
    record_of(turn).end(was_asked=True)
    assert turn.store.cleared == [MESSAGE.ts]
