"""The middle of a turn: the app is asked, the thread sees the answer grow, the record remembers."""

from contextlib import suppress
from dataclasses import dataclass, replace

import gevent
from gevent.event import Event

from clock import Clock
from conversation_store.record import InFlight, OpenTurn, ThreadKey, ThreadRecord
from conversation_store.store import Change, ThreadStore
from dify_app.app import DifyApp
from errors import ContextBroken, StoreError
from message import Message
from slack_api.client import SlackApi
from slack_reply.reply import Reply
from slack_reply.silence import is_silent, may_be_silent
from slack_reply.status import StatusLine
from slack_reply.view import View
from slack_reply.writer import CannotReply, StoppedByUser
from turns import file_notes
from turns.asking import Asking
from turns.ending import Ending, below
from turns.growing import Growing
from turns.overture import Overture
from turns.produced import ProducedFiles
from turns.question import Asker
from turns.report import Report, logger
from wording import Say

# Text that could still turn into markup is held back by the page: look again soon, nothing was written yet.
FIRST_LOOK = 0.1
# In a direct message this word begins a new conversation (design D3).
RESET = "reset"
AFTER_TEXT = 5.0  # seconds that files have at least, whatever time is left
# Work alone is shown only when it takes so long: many an answer is there before.
FIRST_CARD = 2.0


@dataclass(frozen=True, slots=True)
class Desk:
    """What one turn works with. `holder` names this process in the thread's record."""

    message: Message
    key: ThreadKey
    store: ThreadStore
    app: DifyApp
    reply: Reply
    status: StatusLine
    asker: Asker
    asking: Asking
    produced: ProducedFiles
    overture: Overture
    clock: Clock
    holder: str
    received: float
    show_sources: bool
    api: SlackApi
    show_progress: bool
    leg: int = 0


class Answering:
    """Answers one message in one thread."""

    def __init__(self, desk: Desk, report: Report) -> None:
        self._desk = desk
        self._report = report
        self._began = desk.received
        self._visible = False
        self._asked = False
        self._growing = Growing()
        self.is_cut = False
        """Whether the turn's request is gone: Dify's answer and the storage's come no more."""

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
        if desk.message.is_dm and desk.asker.query().casefold() == RESET:
            self._remember(lambda known: known.with_conversation(""))
            self.refuse(Say.RESET_DONE)
            return
        desk.status.show(desk.asker.say(Say.THINKING))
        if desk.asking.is_empty():
            self._greet()
            return
        growing = self._growing
        self._asked = True
        reading = gevent.spawn(desk.asking.run, growing, record, self._heard)
        try:
            self._answer(growing, record, deadline)
        finally:
            reading.kill(block=False)
            desk.produced.drop()
        self._done(growing)  # not of a turn that broke: its record stays open until the thread is told

    def _answer(self, growing: Growing, record: ThreadRecord, deadline: float) -> None:
        try:
            self._desk.overture.play(record)
            in_time = self._write_along(growing, deadline)
            self._finish(growing, deadline, in_time=in_time)
        except CannotReply as error:
            self._report.outcome = f"cannot reply: {error.error}"
        except StoppedByUser:
            self._report.outcome = "stopped by user"

    def leave(self) -> None:
        """Another request goes on with this turn: its status line stays."""
        self._desk.status.leave()

    def close(self) -> None:
        """Leave nothing open in Slack."""
        self._desk.status.clear()
        self._desk.reply.close()

    def _heard(self) -> None:
        if self._report.first_token is None and self._growing.text:
            self._report.first_token = self._since()

    def _write_along(self, growing: Growing, deadline: float) -> bool:
        """Show the text while it grows; False when the turn's time is over first."""
        clock, reply = self._desk.clock, self._desk.reply
        due = 0.0
        while not growing.over:
            left = deadline - clock.now()
            if left <= 0:
                return False
            pause = due - clock.now()
            if pause > 0:
                if self._worth_waking(growing).wait(timeout=clock.wall(min(pause, left))):
                    due = 0.0
                continue
            patience = left if reply.message_ts else min(left, FIRST_CARD)
            growing.changed.wait(timeout=clock.wall(patience))
            growing.changed.clear()
            if growing.over or not self._has_something(growing):
                continue
            reply.show(lambda: self._view(growing), lambda: growing.over or clock.now() >= deadline)
            due = clock.now() + (reply.pace if reply.message_ts else FIRST_LOOK)
            self._see(growing)
        return True

    def _worth_waking(self, growing: Growing) -> Event:
        """What ends a pause early: the end, and after cards alone the first words."""
        cards_alone = (
            self._desk.reply.method == "stream" and growing.progress.began and not growing.speaks.is_set()
        )
        return growing.speaks if cards_alone else growing.finished

    def _has_something(self, growing: Growing) -> bool:
        """Whether there is something to show; until then the line under the thread tells what goes on."""
        desk = self._desk
        if not may_be_silent(growing.text):
            return True
        if not desk.show_progress:
            return False
        if growing.progress.steps:
            desk.status.show(growing.progress.status(desk.asker.say))
        if desk.reply.method != "stream" or not growing.progress.began:
            return False
        return bool(desk.reply.message_ts) or self._since() >= FIRST_CARD

    def _view(self, growing: Growing) -> View:
        """What to show now; of an answer that may turn out silent nothing but the work."""
        text = "" if may_be_silent(growing.text) else growing.text
        if not self._desk.show_progress:
            return View(text)
        say, progress = self._desk.asker.say, growing.progress
        return View(text, progress.cards(say), progress.line(say, len(text)), say(Say.CONTINUED))

    def _see(self, growing: Growing) -> None:
        """Remember the first visible message: whoever comes after a crash must find it."""
        desk = self._desk
        if not desk.reply.message_ts:
            return
        if self._report.first_text is None and not may_be_silent(growing.text):
            self._report.first_text = self._since()
        if self._visible:
            return
        self._visible = True
        desk.status.clear()
        note = InFlight(
            ts=desk.message.ts,
            started=desk.clock.epoch(),
            holder=desk.holder,
            method=desk.reply.method,
            message_ts=desk.reply.message_ts,
            channel=desk.message.channel,
            thread_ts=desk.message.root_ts,
            leg=desk.leg,
        )
        self._remember(lambda record: _with_conversation(record.with_in_flight(note), growing))

    def _finish(self, growing: Growing, deadline: float, *, in_time: bool) -> None:
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
            desk.reply.finish(lambda: whole)
        lost = desk.produced.share(max(AFTER_TEXT, deadline - desk.clock.now()))
        if lost:
            more = below(text, file_notes.lost(lost, desk.asker.say))
            desk.reply.finish(lambda: replace(whole, text=more))
        if self._report.first_text is None:
            self._report.first_text = self._since()

    def _greet(self) -> None:
        self._report.outcome = "greeted"
        try:
            self._desk.overture.greet()
        except (CannotReply, StoppedByUser):
            self._report.outcome = "greeted, cannot reply"
        self._done(self._growing)

    def _conclude(self, outcome: str, text: str) -> None:
        self._report.outcome = outcome
        try:
            self._desk.reply.finish(lambda: View(text))
        except (CannotReply, StoppedByUser):
            self._report.outcome = f"{outcome}, cannot reply"
        self._done(self._growing)

    def _done(self, growing: Growing) -> None:
        desk = self._desk
        self._report.method = desk.reply.method
        self._report.conversation = growing.conversation_id
        ts = desk.message.ts

        def change(record: ThreadRecord) -> ThreadRecord:
            ended = _with_conversation(record.without_in_flight(ts), growing)
            ended = ended if self._asked else ended.with_unasked(ts)
            return ended.with_answer(desk.reply.message_ts or record.last_answer_ts)

        self._remember(change)
        with suppress(StoreError):
            desk.store.clear_in_flight(OpenTurn(desk.key, desk.message.ts, desk.holder, self._began))

    def _remember(self, change: Change) -> None:
        """A store that fails costs the memory of the thread, never the answer (design D3)."""
        try:
            self._desk.store.update(self._desk.key, change)
        except StoreError:
            logger.warning("the thread's record could not be written")

    def _since(self) -> float:
        return self._desk.clock.epoch() - self._began


def _with_conversation(record: ThreadRecord, growing: Growing) -> ThreadRecord:
    return record.with_conversation(growing.conversation_id) if growing.conversation_id else record
