"""The middle of a turn: the app is asked, the answer grows in the thread, and the record is written."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

import gevent
from gevent.event import Event

from conversation_store import Change, InFlight, OpenTurn, ThreadKey, ThreadRecord
from errors import ContextBroken, SlackError, StoreError, Withdrawn
from slack_api import THREAD_GONE
from slack_reply import CannotReply, Snapshot, StoppedByUser, Unreachable, is_silent, may_be_silent
from turns.answer.answer_state import AnswerState
from turns.answer.ending import Ending, below
from turns.answer.streaming import Streaming
from turns.answer.turn_context import TurnContext
from turns.answer.words import RESET_WORDS, UNFOLLOW_WORDS, is_one_of
from turns.files import notes as file_notes
from turns.files import rest_file as rest
from turns.report import TurnReport, logger
from wording import Say

AFTER_TEXT = 5.0  # seconds that files get at least, however little time is left


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
    _is_refused: bool = False  # Slack says that the place is gone
    _unstopped: tuple[str, ...] = ()
    _state: AnswerState = field(default_factory=AnswerState)

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

    def gives_up(self) -> bool:
        """Whether the question or its thread is gone, so that the app is not asked; if so, this ends the turn."""
        if self._withdrawn is None:
            return False
        self._done()
        return True

    def run(self, record: ThreadRecord, deadline: float) -> None:
        """Ask the app, and show the answer as it comes. `deadline` is the clock's `now` at which the turn ends."""
        if self.gives_up():
            return
        context = self.context
        if context.asking.answers_us():
            self.drop("an app's answer to our answer")
            return
        name, names = context.message.app_name, context.app_names
        if name and name not in names:
            self.refuse(Say.UNKNOWN_APP, name=f"~{name}", names=" ".join(f"~{one}" for one in names))
            return
        answers_form = context.forms.press is not None
        if not answers_form and self._obeyed():
            return
        context.status.show(Say.THINKING)
        if not answers_form and context.asking.is_empty():
            with self._writing("greeted"):
                context.greeting.greet()
            self._done()
            return
        self._asked = True
        reading = gevent.spawn(context.asking.run, self._state, record)
        try:
            with self._writing():
                if not answers_form:
                    context.greeting.play(record)
                for _ in Streaming(context, self._state).show(deadline):
                    self._see()
                if self._withdrawn is None or (not self._withdrawn.question and context.reply.message_ts):
                    self._finish(deadline)
        finally:
            reading.kill(block=False)
            context.produced.drop()
        self._done()  # not if the turn broke: then its record stays open until the thread is told

    def _obeyed(self) -> bool:
        """Do what the message says, if it is one of the words that are no questions."""
        context = self.context
        message = context.message
        if not (message.is_dm or message.is_reply):
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
            self.report.outcome = f"{outcome}, stopped by user" if outcome else "stopped by user"

    def leave(self) -> None:
        """Leave the turn to another request: the status line in Slack stays."""
        self.context.status.leave()

    def close(self) -> None:
        """Leave nothing open in Slack."""
        context = self.context
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
            answers_form=context.forms.press is not None,
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
        if text or context.reply.message_ts:
            whole = self._bring(whole, ending, deadline)
        if not context.forms.show(state):
            whole = replace(whole, text=below(whole.text, [say(Say.PAUSED)]))
            context.reply.finish(whole)
        if text or context.reply.message_ts:
            context.status.show("")  # files may still take a while
        # In a thread whose root is gone, Slack would put files into the channel.
        lost = () if self._withdrawn else context.produced.share(self._left(deadline))
        if lost:
            more = below(whole.text, file_notes.lost(lost, context.author.say))
            try:
                context.reply.finish(replace(whole, text=more))
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
        if gone is not None or self._is_refused:
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
        self.report.method = context.reply.method
        self.report.conversation = self._state.conversation_id
        if self.is_unsaid:
            self._remember(self._with_conversation)
            return
        self.is_whole = True
        self._unstopped = context.reply.settle()

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

        def closed(record: ThreadRecord) -> ThreadRecord:
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
