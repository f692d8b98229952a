"""The middle of a turn: the app is asked, the answer grows in the thread, and the record is written."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import gevent
from gevent.event import Event

from conversation_store import ThreadRecord
from errors import ContextBroken, SlackError
from job import OpenRun
from message import Message
from slack_api import THREAD_GONE
from slack_reply import CannotReply, Snapshot, StoppedByUser, Unreachable, may_be_silent
from turns.answer.answer_state import AnswerState
from turns.answer.given_up import GivenUp
from turns.answer.last_text import LastText
from turns.answer.open_runs import left_open
from turns.answer.streaming import Streaming
from turns.answer.turn_context import TurnContext
from turns.answer.turn_record import TurnRecord
from turns.prompt import RESET_WORDS, UNFOLLOW_WORDS, is_one_of
from turns.report import TurnReport
from wording import Say

# Seconds in which Slack tells who pressed its own Stop button, after it refused a write because of that.
TOLD_SECONDS = 3.0
TOLD_AT_LEAST = 1.0  # wall seconds: scaled time makes no machine faster
# Names the note among the extra messages of an answer, after those of the greeting and the follow-ups.
_STOPPED = 4


@dataclass(slots=True)
class Answering:
    """Answers one message in one thread."""

    context: TurnContext
    report: TurnReport
    is_cut: bool = False
    """Whether the turn's request is gone: then neither Dify nor the storage answers any more."""
    is_unsaid: bool = False
    """Whether Slack did not take the end in time. Then the record stays open, and a sweep tells the thread."""
    is_whole: bool = False
    """Whether the end of the answer stands in Slack."""
    released: Event = field(default_factory=Event)
    """Set once the turn needs its request no more: the request's end is all that stops a run in Dify."""
    _asked: bool = False
    _clearing: int = 0  # calls of the reply that took the status line away
    _is_refused: bool = False  # Slack says that the place is gone
    _reading: Any = None  # the greenlet that reads the app's stream
    _ending: Any = None  # the greenlet that ends the run in Dify
    _is_left: bool = False  # a fresh request is to go on with the run
    _state: AnswerState = field(default_factory=AnswerState)
    _given_up: GivenUp = field(init=False)
    _record: TurnRecord = field(init=False)

    def __post_init__(self) -> None:
        self._given_up = GivenUp(self.context.author)
        self._record = TurnRecord(self.context, self._state)
        if (run := self.context.run) is not None:
            self._state.take_up(run)
            self.report.first_token, self.report.first_text = run.first_token, run.first_text
            self.report.left_out = next((reason for _, reason, _ in run.left_out), "")

    def waiting(self) -> None:
        """Show that the message waits in its thread's queue."""
        self.context.status.show(Say.WAITING)

    def refuse(self, say: Say, **values: str) -> None:
        """Answer with a sentence of the bot instead of the app's answer."""
        with self._writing(str(say)):
            self.context.reply.finish(Snapshot(self.context.author.say(say, **values)))
        self._done()

    def drop(self, outcome: str) -> None:
        """Leave the message without an answer. `outcome` is for the log."""
        self.report.outcome = outcome
        self._done()

    def cut(self) -> None:
        """End the answer here, since the turn's request is gone: the thread is told that the rest is missing."""
        self.is_cut = True
        self._state.end(ContextBroken("request dropped"))

    def withdraw(self, *, question: bool) -> None:
        """End the answer here: its question was deleted, or else the root of its thread."""
        withdrawn = self._given_up.withdraw(question=question)
        self.context.status.clear()
        self._state.end(withdrawn)
        self._end_run()

    def stop(self, user: str) -> bool:
        """End the answer here, since the member `user` stopped it. False if the answer has ended already."""
        if self._given_up.is_closed and self._given_up.stopped is None:
            self._given_up.stop(user)  # Slack's refusal came before its event
        elif self._state.over:
            return False
        else:
            stopped = self._given_up.stop(user)
            self.context.status.clear()
            self._state.end(stopped)
            self._end_run()
        return True

    @property
    def messages(self) -> tuple[str, ...]:
        """The ts of all messages of the answer."""
        return self.context.reply.messages

    def is_given_up(self) -> bool:
        """Whether a member stopped the answer, or took its place away."""
        return self._given_up.is_given_up

    def gives_up(self) -> bool:
        """Whether a member stopped the turn, or took its place away, before the app was asked; then the turn ends."""
        if self._given_up.withdrawn is not None:
            self._done()
        elif self._given_up.stopped is not None:
            say, values = self._given_up.note()
            self.refuse(say, **values)
        return self._given_up.is_given_up

    def asks_again(self) -> bool:
        """Whether the message only asks for the member's last question once more."""
        context = self.context
        return self._given_up.withdrawn is None and not context.answers_form and context.again.is_meant()

    def earlier_question(self, record: ThreadRecord) -> Message | None:
        """The present message with the words and files of that question; None if there is none."""
        return self.context.again.question(record)

    def run(self, record: ThreadRecord, deadline: float) -> OpenRun | None:
        """Ask the app, and show the answer as it comes. `deadline` is the clock's `now` at which the turn ends.

        Returns the run if it is not over then and a fresh request can go on with it; else None, and the answer has
        ended. After a run the caller calls `leave`, or `end`.
        """
        context, run = self.context, None
        if record.suggested:
            self._record.suggested = record.suggested
            if context.run is None:
                context.follow_ups.remove(record.suggested)
        if context.run is None and (self.gives_up() or self._is_no_question() or self.gives_up()):
            return None
        self._asked = True
        context.asked.asked(context.key, context.message)
        gevent.spawn(context.rating.learn)
        self._reading = gevent.spawn(context.asking.run, self._state, record)
        if context.run is not None and self._given_up.is_given_up:
            self._end_run()  # the member was faster than this request
        with self._concluding():
            with self._writing():
                if not context.answers_form and context.run is None:
                    context.greeting.play(record)
                for _ in Streaming(context, self._state).show(deadline):
                    self._see()
                if not context.answers_form:
                    run = left_open(self._state, context.run, context.reply, self.report)
                if run is None:
                    self._end_text(deadline)
            self._is_left = run is not None
        return run

    def end(self, deadline: float) -> None:
        """End the answer of a run here, since no fresh request goes on with the run."""
        self._is_left = False
        with self._concluding(), self._writing():
            self._end_text(deadline)

    @contextmanager
    def _concluding(self) -> Iterator[None]:
        """End the run and the turn behind the last text, unless the run is left to another request."""
        try:
            yield
            if self._is_left:
                return
            if self._given_up.is_closed or self._is_refused:
                self._end_run()
            if self._given_up.is_closed:
                self._note_who_stopped()
        finally:
            if not self._is_left:
                self._let_go()
        self._done()  # not if the turn broke: then its record stays open until the thread is told

    def _let_go(self) -> None:
        if self._ending is None:
            self._reading.kill(block=False)
        self.context.produced.drop()

    def _end_text(self, deadline: float) -> None:
        given_up = self._given_up
        if given_up.withdrawn is None or (not given_up.is_question_gone and self.context.reply.message_ts):
            LastText(self.context, self._state, given_up, self.report).write(deadline)

    def offer_follow_ups(self) -> None:
        """Under a whole answer, offer the questions that Dify suggests. This waits for a model, and never raises."""
        is_shown = self._asked and self.is_whole and bool(self.context.reply.message_ts)
        if is_shown and self._given_up.withdrawn is None and not self.is_cut:
            self.context.follow_ups.offer(self._state)

    def _is_no_question(self) -> bool:
        """Whether the app need not be asked; then the thread has its answer."""
        context = self.context
        if context.asking.answers_us():
            self.drop("an app's answer to our answer")
            return True
        name, names = context.message.app_name, context.app_names
        if name and name not in names:
            self.refuse(Say.UNKNOWN_APP, name=f"~{name}", names=" ".join(f"~{one}" for one in names))
            return True
        if not self.context.answers_form and self._obeyed():
            return True
        context.status.show(Say.THINKING)
        if self.context.answers_form or not context.asking.is_empty():
            return False
        with self._writing("greeted"):
            context.greeting.greet()
        self._done()
        return True

    def _end_run(self) -> None:
        """End the run in Dify from a greenlet of its own, so that nothing waits for that. Returns at once."""
        if self._reading is not None and self._ending is None:
            self._ending = gevent.spawn(self.context.asking.stop, self._state, self._reading)

    def _note_who_stopped(self) -> None:
        """Say in a message of its own who stopped an answer that Slack itself closed, if Slack tells that in time."""
        context = self.context
        self._state.end()
        self._given_up.told.wait(timeout=context.clock.wall(TOLD_SECONDS, at_least=TOLD_AT_LEAST))
        if self._given_up.stopped is not None:
            say, values = self._given_up.note()
            context.reply.aside(context.author.say(say, **values), _STOPPED)

    def _obeyed(self) -> bool:
        """Do what the message says, if it is one of the words that are no questions."""
        context = self.context
        message = context.message
        if not message.may_tell_us:
            return False
        query = context.author.query
        if is_one_of(RESET_WORDS, query):
            self._record.change(lambda known: known.with_conversation(""))
            self.refuse(Say.RESET_DONE)
        elif is_one_of(UNFOLLOW_WORDS, query) and not message.is_dm:
            for key in filter(None, (context.key, context.usual_key)):
                self._record.change(lambda known: known.without_follower(message.author), key)
            self.refuse(Say.UNFOLLOWED)
        else:
            return False
        return True

    @contextmanager
    def _writing(self, outcome: str = "") -> Iterator[None]:
        """Note in the report how the writing ends. `outcome`: what is written instead of the app's answer."""
        self.report.outcome = outcome or self.report.outcome
        try:
            yield
        except CannotReply as error:
            self.is_unsaid = isinstance(error, Unreachable)
            self._is_refused = error.error in THREAD_GONE
            self.report.outcome = f"{outcome}, cannot reply" if outcome else f"cannot reply: {error.error}"
        except StoppedByUser:
            self._given_up.is_closed = True
            self.report.outcome = f"{outcome}, stopped by user" if outcome else "stopped by user"

    def leave(self) -> None:
        """Leave the turn to another request: the status line in Slack stays, and no stream is left open."""
        self.context.status.leave()
        if self._is_left:
            self._let_go()
            self.context.reply.close()

    def close(self) -> None:
        """Leave nothing open in Slack."""
        context = self.context
        if self._is_left:
            self._let_go()
        context.status.clear()
        left = context.reply.close()
        if not self.is_whole or left == self._record.unstopped == ():
            return
        self._record.unstopped = left
        self.is_unsaid |= bool(left)
        self._record.close()

    def _see(self) -> None:
        """Put the first visible message into the record: after a crash, a sweep must find it."""
        context = self.context
        if not context.reply.message_ts:
            return
        if context.reply.clearing != self._clearing:
            self._clearing = context.reply.clearing
            context.status.written()
        if not may_be_silent(self._state.text):
            self.report.note_first_text(context.since_received())
        self._record.note_message()

    def _leave_place(self) -> None:
        """A deleted question takes its answer with it. If only its place is gone, the author is told alone."""
        context, given_up = self.context, self._given_up
        if given_up.is_given_up or given_up.is_closed or self._is_refused:
            self.released.set()
        if given_up.is_question_gone:
            context.reply.retract()
        elif self._is_refused or (given_up.withdrawn is not None and not context.reply.message_ts):
            with suppress(SlackError):
                context.api.post_ephemeral(
                    context.message.channel, context.message.user, context.author.say(Say.PLACE_GONE)
                )

    def _done(self) -> None:
        context = self.context
        if self._given_up.withdrawn is not None:
            self.report.outcome, self.is_unsaid = str(self._given_up.withdrawn), False
        elif self._given_up.stopped is not None and not self.is_unsaid:
            self.report.outcome = str(self._given_up.stopped)
        self.report.method = context.reply.method
        self.report.conversation = self._state.conversation_id
        if self.is_unsaid:
            self._record.keep_open()
            return
        self.is_whole = True
        self._record.unstopped = context.reply.settle()
        if self._asked and context.reply.message_ts:
            context.asked.answered(context.key.hook_id, context.message, [context.reply.message_ts])
        self._record.end(was_asked=self._asked)
        self._leave_place()
