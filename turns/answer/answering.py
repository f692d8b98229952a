"""The middle of a turn: the app is asked, the answer grows in the thread, and the record is written."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

import gevent
from gevent.event import Event

from conversation_store import Change, InFlight, OpenTurn, ThreadKey, ThreadRecord
from errors import ContextBroken, SlackError, Stopped, StoreError, Withdrawn
from job import OpenRun
from message import Message
from slack_api import THREAD_GONE
from slack_reply import CannotReply, Snapshot, StoppedByUser, Unreachable, is_silent, links, may_be_silent
from turns.answer.answer_state import AnswerState
from turns.answer.ending import Ending, below
from turns.answer.open_runs import left_open
from turns.answer.streaming import Streaming
from turns.answer.turn_context import TurnContext
from turns.answer.words import RESET_WORDS, UNFOLLOW_WORDS, is_one_of
from turns.files import notes as file_notes
from turns.files import rest_file as rest
from turns.report import TurnReport, logger
from wording import Say

AFTER_TEXT = 5.0  # seconds that files get at least, however little time is left
# Seconds in which Slack tells who pressed its own Stop button, after it refused a write because of that.
TOLD_SECONDS = 3.0
TOLD_AT_LEAST = 1.0  # wall seconds: scaled time makes no machine faster
_STOPPED = (
    4  # names the note among the extra messages of an answer, after those of the greeting and the follow-ups
)


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
    _visible: bool = False
    _asked: bool = False
    _clearing: int = 0  # calls of the reply that took the status line away
    _withdrawn: Withdrawn | None = None
    _suggested: str = ""  # the message with the questions after the last answer, which this turn removes
    _is_refused: bool = False  # Slack says that the place is gone
    _stopped: Stopped | None = None
    _is_closed: bool = False  # a member pressed Slack's own Stop button, and the answer takes no more text
    _told: Event = field(default_factory=Event)  # set when a member stops the answer
    _reading: Any = None  # the greenlet that reads the app's stream
    _ending: Any = None  # the greenlet that ends the run in Dify
    _is_left: bool = False  # a fresh request is to go on with the run
    _unstopped: tuple[str, ...] = ()
    _state: AnswerState = field(default_factory=AnswerState)

    def __post_init__(self) -> None:
        if (run := self.context.run) is not None:
            self._state.take_up(run)
            self.report.first_token, self.report.first_text = run.first_token, run.first_text

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
        if self._withdrawn is None or question:
            self._withdrawn = Withdrawn(question=question)
        self.context.status.clear()
        self._state.end(self._withdrawn)
        self._end_run()

    def stop(self, user: str) -> bool:
        """End the answer here, since the member `user` stopped it. False if the answer has ended already."""
        if self._is_closed and self._stopped is None:
            self._stopped = Stopped(user)  # Slack's refusal came before its event
        elif self._state.over:
            return False
        else:
            self._stopped = Stopped(user)
            self.context.status.clear()
            self._state.end(self._stopped)
            self._end_run()
        self._told.set()
        return True

    @property
    def messages(self) -> tuple[str, ...]:
        """The ts of all messages of the answer."""
        return self.context.reply.messages

    def is_given_up(self) -> bool:
        """Whether a member stopped the answer, or took its place away."""
        return self._withdrawn is not None or self._stopped is not None

    def gives_up(self) -> bool:
        """Whether a member stopped the turn, or took its place away, before the app was asked; then the turn ends."""
        if self._withdrawn is not None:
            self._done()
        elif self._stopped is not None:
            say, values = self._said_stopped()
            self.refuse(say, **values)
        return self.is_given_up()

    def asks_again(self) -> bool:
        """Whether the message only asks for the member's last question once more."""
        return self._withdrawn is None and not self._answers_form and self.context.again.is_meant()

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
            self._suggested = record.suggested
            if context.run is None:
                context.follow_ups.remove(record.suggested)
        if context.run is None and (self.gives_up() or self._is_no_question() or self.gives_up()):
            return None
        self._asked = True
        context.asked.asked(context.key, context.message)
        gevent.spawn(context.rating.learn)
        self._reading = gevent.spawn(context.asking.run, self._state, record)
        if context.run is not None and self.is_given_up():
            self._end_run()  # the member was faster than this request
        with self._concluding():
            with self._writing():
                if not self._answers_form and context.run is None:
                    context.greeting.play(record)
                for _ in Streaming(context, self._state).show(deadline):
                    self._see()
                run = (
                    None
                    if self._answers_form
                    else left_open(self._state, context.run, context.reply, self.report)
                )
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
            if self._is_closed or self._is_refused:
                self._end_run()
            if self._is_closed:
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
        if self._withdrawn is None or (not self._withdrawn.question and self.context.reply.message_ts):
            self._finish(deadline)

    def offer_follow_ups(self) -> None:
        """Under a whole answer, offer the questions that Dify suggests. This waits for a model, and never raises."""
        is_shown = self._asked and self.is_whole and bool(self.context.reply.message_ts)
        if is_shown and self._withdrawn is None and not self.is_cut:
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
        if not self._answers_form and self._obeyed():
            return True
        context.status.show(Say.THINKING)
        if self._answers_form or not context.asking.is_empty():
            return False
        with self._writing("greeted"):
            context.greeting.greet()
        self._done()
        return True

    @property
    def _answers_form(self) -> bool:
        """Whether the message is a member's answer to a form of the app, and no question."""
        return self.context.forms.press is not None

    def _end_run(self) -> None:
        """End the run in Dify from a greenlet of its own, so that nothing waits for that. Returns at once."""
        if self._reading is not None and self._ending is None:
            self._ending = gevent.spawn(self.context.asking.stop, self._state, self._reading)

    def _note_who_stopped(self) -> None:
        """Say in a message of its own who stopped an answer that Slack itself closed, if Slack tells that in time."""
        context = self.context
        self._state.end()
        self._told.wait(timeout=context.clock.wall(TOLD_SECONDS, at_least=TOLD_AT_LEAST))
        if self._stopped is not None:
            say, values = self._said_stopped()
            context.reply.aside(context.author.say(say, **values), _STOPPED)

    def _said_stopped(self) -> tuple[Say, dict[str, str]]:
        """The note under an answer that was stopped: a sentence with its values."""
        name = self._stopper()
        return (Say.STOPPED_BY, {"person": name}) if name else (Say.STOPPED, {})

    def _stopper(self) -> str:
        """The name of the member who stopped the answer, without markup; "" if Slack does not tell the name."""
        user = self._stopped.user if self._stopped else ""
        return links.label_text(self.context.author.names([user])(user)) if user else ""

    def _obeyed(self) -> bool:
        """Do what the message says, if it is one of the words that are no questions."""
        context = self.context
        message = context.message
        if not message.may_tell_us:
            return False
        query = context.author.query
        if is_one_of(RESET_WORDS, query):
            self._remember(lambda known: known.with_conversation(""))
            self.refuse(Say.RESET_DONE)
        elif is_one_of(UNFOLLOW_WORDS, query) and not message.is_dm:
            for key in filter(None, (context.key, context.usual_key)):
                self._remember(lambda known: known.without_follower(message.author), key)
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
            self._is_closed = True
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
        if not self.is_whole or left == self._unstopped == ():
            return
        self._unstopped = left
        self.is_unsaid |= bool(left)
        self._close_record()

    def _see(self) -> None:
        """Put the first visible message into the record: after a crash, a sweep must find it."""
        context = self.context
        if not context.reply.message_ts:
            return
        if context.reply.clearing != self._clearing:
            self._clearing = context.reply.clearing
            context.status.written()
        if not may_be_silent(self._state.text):
            self._note_first_text()
        if self._visible:
            return
        self._visible = True
        note = self._note()
        self._remember(lambda record: self._with_conversation(record.with_in_flight(note)))

    def _note(self) -> InFlight:
        context = self.context
        return InFlight(
            ts=context.message.ts,
            started=context.clock.epoch(),
            holder=context.holder,
            method=context.reply.method,
            message_ts=context.reply.message_ts,
            channel=context.message.channel,
            thread_ts=context.message.root_ts,
            leg=context.continuation,
            streams=self._unstopped,
        )

    def _finish(self, deadline: float) -> None:
        context, state = self.context, self._state
        context.forms.offer(state)
        ending = Ending(
            state,
            in_time=state.over,
            show_sources=context.show_sources,
            links=context.produced.links,
            brings_files=context.produced.any,
            stopper=self._stopper(),
            answers_form=self._answers_form,
            is_long=context.run is not None,
        )
        self.report.outcome = ending.outcome
        if is_silent(state.text) and ending.trouble is None and not state.paused:
            self.report.outcome = "silent"
            context.reply.retract()
            return
        text = ending.text(context.author)
        self.report.characters = len(text)
        cards = state.progress.cards(context.author.say, ending.work) if context.show_progress else ()
        say = context.author.say
        whole = Snapshot(text, cards, continued=say(Say.CONTINUED), plan=say(Say.STEPS) if cards else "")
        thumbs = context.rating.blocks(state) if text and self._withdrawn is None else ()
        # Thumbs stand in the last write alone; files may bring one more, which a post cannot take.
        later = bool(context.produced.any) and context.reply.method != "post"
        if text or context.reply.message_ts:
            whole = self._bring(whole if later else replace(whole, below=thumbs), ending, deadline)
        if not context.forms.show(state):
            whole = replace(whole, text=below(whole.text, [say(Say.PAUSED)]))
            context.reply.finish(whole)
        if text or context.reply.message_ts:
            context.status.show("")  # files may still take a while
        # In a thread whose root is gone, Slack would put files into the channel.
        lost = () if self._withdrawn else context.produced.share(self._left(deadline))
        if lost or (later and thumbs):
            more = below(whole.text, file_notes.lost(lost, context.author.say)) if lost else whole.text
            try:
                context.reply.finish(replace(whole, text=more, below=thumbs if later else ()))
            except Unreachable:
                if not text:
                    raise  # otherwise the answer is whole, and only a note about its files is missing
        self._note_first_text()

    def _bring(self, whole: Snapshot, ending: Ending, deadline: float) -> Snapshot:
        """Show the answer. If it is too long for the thread, the rest comes as a file, and a note says so."""
        context = self.context
        end = context.reply.finish(whole)
        if end is None or self._withdrawn:
            return whole
        self.report.rest = len(whole.text) - end
        said = context.rest.bring(whole.text[end:], self._left(deadline))
        note = context.author.say(said, name=rest.NAME)
        short = replace(whole, text=ending.early(whole.text, end, note, context.author))
        context.reply.finish(short)
        return short

    def _left(self, deadline: float) -> float:
        return max(AFTER_TEXT, deadline - self.context.clock.now())

    def _leave_place(self) -> None:
        """A deleted question takes its answer with it. If only its place is gone, the author is told alone."""
        context, gone = self.context, self._withdrawn
        if gone is not None or self._is_refused or self._stopped or self._is_closed:
            self.released.set()
        if gone is not None and gone.question:
            context.reply.retract()
        elif self._is_refused or (gone is not None and not context.reply.message_ts):
            with suppress(SlackError):
                context.api.post_ephemeral(
                    context.message.channel, context.message.user, context.author.say(Say.PLACE_GONE)
                )

    def _done(self) -> None:
        context = self.context
        if self._withdrawn is not None:
            self.report.outcome, self.is_unsaid = str(self._withdrawn), False
        elif self._stopped is not None and not self.is_unsaid:
            self.report.outcome = str(self._stopped)
        self.report.method = context.reply.method
        self.report.conversation = self._state.conversation_id
        if self.is_unsaid:
            self._remember(self._with_conversation)
            return
        self.is_whole = True
        self._unstopped = context.reply.settle()
        if self._asked and context.reply.message_ts:
            context.asked.answered(context.key.hook_id, context.message, [context.reply.message_ts])

        def ended(record: ThreadRecord) -> ThreadRecord:
            known = self._with_conversation(record)
            known = known if self._asked else known.with_unasked(context.message.ts)
            return known.with_answer(context.reply.message_ts or record.last_answer_ts)

        self._close_record(ended)
        self._leave_place()

    def _close_record(self, change: Change = lambda record: record) -> None:
        """Close the turn in the record and on the hook's list, unless there are streams that must be stopped yet."""
        context, note = self.context, self._note()
        ts = context.message.ts

        def closed(known: ThreadRecord) -> ThreadRecord:
            is_removed = bool(self._suggested) and known.suggested == self._suggested
            record = known.with_suggested("") if is_removed else known
            return change(record.with_in_flight(note) if self._unstopped else record.without_in_flight(ts))

        self._remember(closed)
        if not self._unstopped:
            with suppress(StoreError):
                context.store.clear_in_flight(OpenTurn(context.key, ts, context.holder, context.received))

    def _remember(self, change: Change, key: ThreadKey | None = None) -> None:
        """A store that fails costs the memory of the thread, never the answer."""
        try:
            self.context.store.update(key or self.context.key, change)
        except StoreError:
            logger.warning("the thread's record could not be written")

    def _with_conversation(self, record: ThreadRecord) -> ThreadRecord:
        state = self._state
        if not state.conversation_id:
            return record
        return record.with_conversation(
            state.conversation_id, "api" if state.via == "api" else "", state.user
        )

    def _note_first_text(self) -> None:
        if self.report.first_text is None:
            self.report.first_text = self.context.clock.epoch() - self.context.received
