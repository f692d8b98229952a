"""The middle of a turn: the app is asked, the answer grows in the thread, and the record is written."""

from contextlib import suppress
from dataclasses import replace

import gevent

from conversation_store import Change, InFlight, OpenTurn, ThreadRecord
from errors import ContextBroken, StoreError
from slack_reply import CannotReply, Snapshot, StoppedByUser, Unreachable, is_silent, may_be_silent
from turns.answer.answer_state import AnswerState
from turns.answer.ending import Ending, below
from turns.answer.streaming import Streaming
from turns.answer.turn_context import TurnContext
from turns.files import notes as file_notes
from turns.files import rest_file as rest
from turns.report import TurnReport, logger
from wording import Say

# In a direct message this word begins a new conversation (docs/architecture.md#d3-one-record-per-thread).
RESET = "reset"
AFTER_TEXT = 5.0  # seconds that files get at least, however little time is left


class Answering:
    """Answers one message in one thread."""

    def __init__(self, context: TurnContext, report: TurnReport) -> None:
        self._context = context
        self._report = report
        self._began = context.received
        self._visible = False
        self._is_whole = False
        self._unstopped: tuple[str, ...] = ()
        self._asked = False
        self._state = AnswerState()
        self._streaming = Streaming(context, self._state)
        self.is_cut = False
        """Whether the turn's request is gone: then neither Dify nor the storage answers any more."""
        self.is_unsaid = False
        """Whether Slack did not take the end in time. Then the record stays open, and a sweep tells the thread."""

    def waiting(self) -> None:
        """Show that the message waits in its thread's queue."""
        self._context.status.show(self._context.author.say(Say.WAITING))

    def refuse(self, say: Say) -> None:
        """Answer with a sentence of the bot instead of the app's answer."""
        self._conclude(str(say), self._context.author.say(say))

    def drop(self, outcome: str) -> None:
        """Leave the message without an answer. `outcome` is for the log."""
        self._report.outcome = outcome
        self._done(self._state)

    def cut(self) -> None:
        """End the answer here, since the turn's request is gone: the thread is told that the rest is missing."""
        self.is_cut = True
        self._state.end(ContextBroken("request dropped"))

    def run(self, record: ThreadRecord, deadline: float) -> None:
        """Ask the app, and show the answer as it comes. `deadline` is the clock's `now` at which the turn ends."""
        context = self._context
        if context.message.is_dm and context.author.query.casefold() == RESET:
            self._remember(lambda known: known.with_conversation(""))
            self.refuse(Say.RESET_DONE)
            return
        context.status.show(context.author.say(Say.THINKING))
        if context.asking.is_empty():
            self._greet()
            return
        state = self._state
        self._asked = True
        reading = gevent.spawn(context.asking.run, state, record)
        try:
            self._answer(state, record, deadline)
        finally:
            reading.kill(block=False)
            context.produced.drop()
        self._done(state)  # not if the turn broke: then its record stays open until the thread is told

    def _answer(self, state: AnswerState, record: ThreadRecord, deadline: float) -> None:
        try:
            self._context.greeting.play(record)
            for _ in self._streaming.show(deadline):
                self._see()
            self._finish(state, deadline, in_time=state.over)
        except CannotReply as error:
            self._cannot_reply(error, f"cannot reply: {error.error}")
        except StoppedByUser:
            self._report.outcome = "stopped by user"

    def _cannot_reply(self, error: CannotReply, outcome: str) -> None:
        self._report.outcome = outcome
        self.is_unsaid = isinstance(error, Unreachable)

    def leave(self) -> None:
        """Leave the turn to another request: the status line in Slack stays."""
        self._context.status.leave()

    def close(self) -> None:
        """Leave nothing open in Slack."""
        context = self._context
        context.status.clear()
        left = context.reply.close()
        if not self._is_whole or left == self._unstopped == ():
            return
        self._unstopped = left
        if left:
            self.is_unsaid = True
            note = self._note()
            self._remember(lambda record: record.with_in_flight(note))
        else:
            self._remember(lambda record: record.without_in_flight(context.message.ts))
            self._leave_list()

    def _leave_list(self) -> None:
        context = self._context
        with suppress(StoreError):
            context.store.clear_in_flight(
                OpenTurn(context.key, context.message.ts, context.holder, self._began)
            )

    def _see(self) -> None:
        """Put the first visible message into the record: after a crash, a sweep must find it."""
        context, state = self._context, self._state
        if not context.reply.message_ts:
            return
        if self._report.first_text is None and not may_be_silent(state.text):
            self._report.first_text = self._since()
        if self._visible:
            return
        self._visible = True
        context.status.clear()
        note = self._note()
        self._remember(lambda record: _with_conversation(record.with_in_flight(note), state))

    def _note(self) -> InFlight:
        context = self._context
        return InFlight(
            ts=context.message.ts,
            started=context.clock.epoch(),
            holder=context.holder,
            method=context.reply.method,
            message_ts=context.reply.message_ts,
            channel=context.message.channel,
            thread_ts=context.message.root_ts,
            leg=context.leg,
            streams=self._unstopped,
        )

    def _finish(self, state: AnswerState, deadline: float, *, in_time: bool) -> None:
        context = self._context
        ending = Ending(
            state,
            in_time=in_time,
            show_sources=context.show_sources,
            links=context.produced.links,
            brings_files=context.produced.any,
        )
        self._report.outcome = ending.outcome
        if is_silent(state.text) and not ending.notes:
            self._report.outcome = "silent"
            context.reply.retract()
            return
        text = ending.text(context.author)
        self._report.characters = len(text)
        cards = state.progress.cards(context.author.say, ending.work) if context.show_progress else ()
        whole = Snapshot(text, cards, continued=context.author.say(Say.CONTINUED))
        if text or context.reply.message_ts:
            whole = self._bring(whole, ending, deadline)
        lost = context.produced.share(max(AFTER_TEXT, deadline - context.clock.now()))
        if lost:
            more = below(whole.text, file_notes.lost(lost, context.author.say))
            try:
                context.reply.finish(replace(whole, text=more))
            except Unreachable:
                if not text:
                    raise  # otherwise the answer is whole, and only a note about its files is missing
        if self._report.first_text is None:
            self._report.first_text = self._since()

    def _bring(self, whole: Snapshot, ending: Ending, deadline: float) -> Snapshot:
        """Show the answer. If it is too long for the thread, the rest comes as a file, and a note says so."""
        context = self._context
        end = context.reply.finish(whole)
        if end is None:
            return whole
        self._report.rest = len(whole.text) - end
        said = context.rest.bring(whole.text[end:], max(AFTER_TEXT, deadline - context.clock.now()))
        note = context.author.say(said, name=rest.NAME)
        short = replace(whole, text=ending.early(whole.text, end, note, context.author))
        context.reply.finish(short)
        return short

    def _greet(self) -> None:
        self._report.outcome = "greeted"
        try:
            self._context.greeting.greet()
        except CannotReply as error:
            self._cannot_reply(error, "greeted, cannot reply")
        except StoppedByUser:
            self._report.outcome = "greeted, stopped by user"
        self._done(self._state)

    def _conclude(self, outcome: str, text: str) -> None:
        self._report.outcome = outcome
        try:
            self._context.reply.finish(Snapshot(text))
        except CannotReply as error:
            self._cannot_reply(error, f"{outcome}, cannot reply")
        except StoppedByUser:
            self._report.outcome = f"{outcome}, stopped by user"
        self._done(self._state)

    def _done(self, state: AnswerState) -> None:
        context = self._context
        self._report.method = context.reply.method
        self._report.conversation = state.conversation_id
        ts = context.message.ts

        if self.is_unsaid:
            self._remember(lambda record: _with_conversation(record, state))
            return
        self._is_whole = True
        self._unstopped = context.reply.settle()
        note = self._note()

        def change(record: ThreadRecord) -> ThreadRecord:
            closing = record.with_in_flight(note) if self._unstopped else record.without_in_flight(ts)
            ended = _with_conversation(closing, state)
            ended = ended if self._asked else ended.with_unasked(ts)
            return ended.with_answer(context.reply.message_ts or record.last_answer_ts)

        self._remember(change)
        if not self._unstopped:
            self._leave_list()

    def _remember(self, change: Change) -> None:
        """A store that fails costs the memory of the thread, never the answer.

        See docs/architecture.md#d3-one-record-per-thread.
        """
        try:
            self._context.store.update(self._context.key, change)
        except StoreError:
            logger.warning("the thread's record could not be written")

    def _since(self) -> float:
        return self._context.clock.epoch() - self._began


def _with_conversation(record: ThreadRecord, state: AnswerState) -> ThreadRecord:
    return record.with_conversation(state.conversation_id) if state.conversation_id else record
