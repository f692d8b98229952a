from typing import Any

from dify_app.answer import Ended, TextDelta
from slack_reply import Unreachable
from tests.support.turn_parts import ReplyOfParts, TurnParts
from turns.answer.answer_state import AnswerState
from turns.answer.given_up import GivenUp
from turns.answer.last_text import LastText
from wording import Say

TEXT = "An answer that is long enough to be shown at once, whatever comes behind."
THUMBS: Any = (({"type": "context_actions"},),)


class LostRepliesOfParts(ReplyOfParts):
    """Slack takes the first write alone."""

    def finish(self, snapshot: Any) -> int | None:
        if self.finished:
            raise Unreachable
        return super().finish(snapshot)


def write(turn: TurnParts, text: str, *, withdrawn: bool = False) -> None:
    state = AnswerState()
    state.take(TextDelta(text))
    state.take(Ended("succeeded"))
    state.end()
    context = turn.context()
    given_up = GivenUp(context.author)
    if withdrawn:
        given_up.withdraw(question=False)
    LastText(context, state, given_up, turn.report).write(turn.deadline())


def test_whole_text_ends_the_answer_and_the_report_knows_its_length() -> None:
    turn = TurnParts()
    write(turn, TEXT)
    assert [snapshot.text for snapshot in turn.reply.finished] == [TEXT]
    assert (turn.report.outcome, turn.report.characters) == ("answered", len(TEXT))
    assert turn.report.first_text is not None
    assert turn.status.shown == [""]


def test_word_for_silence_takes_the_messages_away() -> None:
    turn = TurnParts()
    write(turn, "NO_REPLY")
    assert (turn.report.outcome, turn.reply.finished, turn.reply.told) == ("silent", [], ["retract"])
    assert turn.report.first_text is None


def test_rest_of_a_long_answer_is_brought_as_a_file_with_a_note() -> None:
    turn = TurnParts(reply=ReplyOfParts(ends=[20]))
    write(turn, TEXT)
    whole, short = turn.reply.finished
    assert (whole.text, turn.report.rest) == (TEXT, len(TEXT) - 20)
    assert short.text.startswith(TEXT[:20])
    assert str(Say.REST_IN_FILE) in short.text


def test_rest_is_not_brought_into_a_thread_whose_root_is_gone() -> None:
    turn = TurnParts(reply=ReplyOfParts(ends=[20]))
    write(turn, TEXT, withdrawn=True)
    assert (len(turn.reply.finished), turn.report.rest) == (1, None)


def test_lost_files_are_told_under_the_answer() -> None:
    turn = TurnParts(lost_files=["plan.pdf"])
    write(turn, TEXT)
    assert "plan.pdf" in turn.reply.finished[-1].text


def test_note_about_lost_files_may_fail_below_a_whole_answer() -> None:
    turn = TurnParts(lost_files=["plan.pdf"], reply=LostRepliesOfParts())
    write(turn, TEXT)
    assert [snapshot.text for snapshot in turn.reply.finished] == [TEXT]


def test_thumbs_come_with_the_last_write_alone() -> None:
    turn = TurnParts(thumbs=THUMBS)
    write(turn, TEXT)
    assert [snapshot.below for snapshot in turn.reply.finished] == [THUMBS]


def test_answer_whose_thread_is_gone_gets_no_thumbs() -> None:
    turn = TurnParts(thumbs=THUMBS)
    write(turn, TEXT, withdrawn=True)
    assert [snapshot.below for snapshot in turn.reply.finished] == [()]
