"""The middle of a turn: the app is asked, the thread sees the answer grow, the record remembers."""

from contextlib import suppress
from dataclasses import replace

import gevent

from conversation_store.record import InFlight, OpenTurn, ThreadRecord
from conversation_store.store import Change
from errors import ContextBroken, StoreError
from slack_reply.silence import is_silent, may_be_silent
from slack_reply.view import View
from slack_reply.writer import CannotReply, StoppedByUser, Unreachable
from turns.answer.answer_state import AnswerState
from turns.answer.ending import Ending, below
from turns.answer.streaming import Streaming
from turns.answer.turn_context import TurnContext
from turns.files import notes as file_notes
from turns.files import rest_file as rest
from turns.report import TurnReport, logger
from wording import Say

# In a direct message this word begins a new conversation (design D3).
RESET = "reset"
AFTER_TEXT = 5.0  # seconds that files have at least, whatever time is left


class Answering:
    """Answers one message in one thread."""

    def __init__(self, desk: TurnContext, report: TurnReport) -> None:
        self._desk = desk
        self._report = report
        self._began = desk.received
        self._visible = False
        self._is_whole = False
        self._unstopped: tuple[str, ...] = ()
        self._asked = False
        self._growing = AnswerState()
        self._streaming = Streaming(desk, self._growing)
        self.is_cut = False
        """Whether the turn's request is gone: Dify's answer and the storage's come no more."""
        self.is_unsaid = False
        """Whether Slack did not take the end in time: that is for later, and the thread's record stays open."""

    def waiting(self) -> None:
        """Show that the message stands in line."""
        self._desk.status.show(self._desk.asker.say(Say.WAITING))

    def refuse(self, say: Say) -> None:
        """Answer with a sentence of our own instead of the app's."""
        self._conclude(str(say), self._desk.asker.say(say))

    def drop(self, outcome: str) -> None:
        """Say nothing: the message is not answered."""
        self._report.outcome = outcome
        self._done(self._growing)

    def cut(self) -> None:
        """The turn's request is gone: what has come is all, and the thread is told."""
        self.is_cut = True
        self._growing.end(ContextBroken("request dropped"))

    def run(self, record: ThreadRecord, deadline: float) -> None:
        """Ask the app and write along. `deadline` is the clock's `now` at which the turn ends itself."""
        desk = self._desk
        if desk.message.is_dm and desk.asker.query.casefold() == RESET:
            self._remember(lambda known: known.with_conversation(""))
            self.refuse(Say.RESET_DONE)
            return
        desk.status.show(desk.asker.say(Say.THINKING))
        if desk.asking.is_empty():
            self._greet()
            return
        growing = self._growing
        self._asked = True
        reading = gevent.spawn(desk.asking.run, growing, record)
        try:
            self._answer(growing, record, deadline)
        finally:
            reading.kill(block=False)
            desk.produced.drop()
        self._done(growing)  # not of a turn that broke: its record stays open until the thread is told

    def _answer(self, growing: AnswerState, record: ThreadRecord, deadline: float) -> None:
        try:
            self._desk.overture.play(record)
            for _ in self._streaming.show(deadline):
                self._see()
            self._finish(growing, deadline, in_time=growing.over)
        except CannotReply as error:
            self._cannot_reply(error, f"cannot reply: {error.error}")
        except StoppedByUser:
            self._report.outcome = "stopped by user"

    def _cannot_reply(self, error: CannotReply, outcome: str) -> None:
        self._report.outcome = outcome
        self.is_unsaid = isinstance(error, Unreachable)

    def leave(self) -> None:
        """Another request goes on with this turn: its status line stays."""
        self._desk.status.leave()

    def close(self) -> None:
        """Leave nothing open in Slack."""
        desk = self._desk
        desk.status.clear()
        left = desk.reply.close()
        if not self._is_whole or left == self._unstopped == ():
            return
        self._unstopped = left
        if left:
            self.is_unsaid = True
            note = self._note()
            self._remember(lambda record: record.with_in_flight(note))
        else:
            self._remember(lambda record: record.without_in_flight(desk.message.ts))
            self._leave_list()

    def _leave_list(self) -> None:
        desk = self._desk
        with suppress(StoreError):
            desk.store.clear_in_flight(OpenTurn(desk.key, desk.message.ts, desk.holder, self._began))

    def _see(self) -> None:
        """Remember the first visible message: whoever comes after a crash must find it."""
        desk, growing = self._desk, self._growing
        if not desk.reply.message_ts:
            return
        if self._report.first_text is None and not may_be_silent(growing.text):
            self._report.first_text = self._since()
        if self._visible:
            return
        self._visible = True
        desk.status.clear()
        note = self._note()
        self._remember(lambda record: _with_conversation(record.with_in_flight(note), growing))

    def _note(self) -> InFlight:
        desk = self._desk
        return InFlight(
            ts=desk.message.ts,
            started=desk.clock.epoch(),
            holder=desk.holder,
            method=desk.reply.method,
            message_ts=desk.reply.message_ts,
            channel=desk.message.channel,
            thread_ts=desk.message.root_ts,
            leg=desk.leg,
            streams=self._unstopped,
        )

    def _finish(self, growing: AnswerState, deadline: float, *, in_time: bool) -> None:
        desk = self._desk
        ending = Ending(
            growing,
            in_time=in_time,
            show_sources=desk.show_sources,
            links=desk.produced.links,
            brings_files=desk.produced.any,
        )
        self._report.outcome = ending.outcome
        if is_silent(growing.text) and not ending.notes:
            self._report.outcome = "silent"
            desk.reply.retract()
            return
        text = ending.text(desk.asker)
        self._report.characters = len(text)
        cards = growing.progress.cards(desk.asker.say, ending.work) if desk.show_progress else ()
        whole = View(text, cards, continued=desk.asker.say(Say.CONTINUED))
        if text or desk.reply.message_ts:
            whole = self._bring(whole, ending, deadline)
        lost = desk.produced.share(max(AFTER_TEXT, deadline - desk.clock.now()))
        if lost:
            more = below(whole.text, file_notes.lost(lost, desk.asker.say))
            try:
                desk.reply.finish(replace(whole, text=more))
            except Unreachable:
                if not text:
                    raise  # else the answer is whole, and a note about its files is missing
        if self._report.first_text is None:
            self._report.first_text = self._since()

    def _bring(self, whole: View, ending: Ending, deadline: float) -> View:
        """Show the answer; where the thread takes no more, the rest comes as a file, and a note says so."""
        desk = self._desk
        end = desk.reply.finish(whole)
        if end is None:
            return whole
        self._report.rest = len(whole.text) - end
        said = desk.rest.bring(whole.text[end:], max(AFTER_TEXT, deadline - desk.clock.now()))
        note = desk.asker.say(said, name=rest.NAME)
        short = replace(whole, text=ending.early(whole.text, end, note, desk.asker))
        desk.reply.finish(short)
        return short

    def _greet(self) -> None:
        self._report.outcome = "greeted"
        try:
            self._desk.overture.greet()
        except CannotReply as error:
            self._cannot_reply(error, "greeted, cannot reply")
        except StoppedByUser:
            self._report.outcome = "greeted, stopped by user"
        self._done(self._growing)

    def _conclude(self, outcome: str, text: str) -> None:
        self._report.outcome = outcome
        try:
            self._desk.reply.finish(View(text))
        except CannotReply as error:
            self._cannot_reply(error, f"{outcome}, cannot reply")
        except StoppedByUser:
            self._report.outcome = f"{outcome}, stopped by user"
        self._done(self._growing)

    def _done(self, growing: AnswerState) -> None:
        desk = self._desk
        self._report.method = desk.reply.method
        self._report.conversation = growing.conversation_id
        ts = desk.message.ts

        if self.is_unsaid:
            self._remember(lambda record: _with_conversation(record, growing))
            return
        self._is_whole = True
        self._unstopped = desk.reply.settle()
        note = self._note()

        def change(record: ThreadRecord) -> ThreadRecord:
            closing = record.with_in_flight(note) if self._unstopped else record.without_in_flight(ts)
            ended = _with_conversation(closing, growing)
            ended = ended if self._asked else ended.with_unasked(ts)
            return ended.with_answer(desk.reply.message_ts or record.last_answer_ts)

        self._remember(change)
        if not self._unstopped:
            self._leave_list()

    def _remember(self, change: Change) -> None:
        """A store that fails costs the memory of the thread, never the answer (design D3)."""
        try:
            self._desk.store.update(self._desk.key, change)
        except StoreError:
            logger.warning("the thread's record could not be written")

    def _since(self) -> float:
        return self._desk.clock.epoch() - self._began


def _with_conversation(record: ThreadRecord, growing: AnswerState) -> ThreadRecord:
    return record.with_conversation(growing.conversation_id) if growing.conversation_id else record
