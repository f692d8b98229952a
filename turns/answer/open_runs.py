"""Which runs go on in a fresh request when the time of theirs is over, and with what that request begins."""

from errors import NotHeard
from job import OpenRun
from slack_reply import LONGEST_TEXT, Reply
from turns.answer.answer_state import AnswerState
from turns.limits import RUN_REQUESTS
from turns.report import TurnReport

FOLLOWED = frozenset({"advanced-chat", "workflow"})
"""Modes of apps whose runs Dify tells the events of (docs/platform/dify-service-api.md#run-events)."""


def left_open(
    state: AnswerState, earlier: OpenRun | None, reply: Reply, report: TurnReport
) -> OpenRun | None:
    """The run, if it is not over and a fresh request can go on with it; then its messages are left to that request.

    `earlier` is the run as the present request found it, None where this request began the run. May raise what
    `Reply.show` raises.
    """
    requests = earlier.requests if earlier else 0
    run = state.run
    if state.over or run is None or requests + 1 >= RUN_REQUESTS or not (earlier or _can_be_followed(state)):
        return None
    # The outputs, which make the text whole at the end, still have what a moderation took back.
    if state.paused or state.was_replaced or len(state.shown) > LONGEST_TEXT:
        return None
    left = reply.leave_off()
    if left is None:
        return None
    return OpenRun(
        run.task_id,
        run.message_id,
        run.run_id,
        state.conversation_id,
        state.user,
        state.text,
        state.progress.carried(),
        left.messages,
        left.unfinished,
        left.begin,
        left.sure,
        requests + 1,
        report.first_token,
        report.first_text,
        state.quote,
        tuple((file.name, file.reason, isinstance(file, NotHeard)) for file in state.left_out),
        state.question_cut,
    )


def _can_be_followed(state: AnswerState) -> bool:
    mode = state.form.mode if state.form else ""
    return state.via == "api" and state.run is not None and bool(state.run.run_id) and mode in FOLLOWED
