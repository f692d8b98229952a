"""What the thread's record and the hook's list of open turns say of one turn."""

from contextlib import suppress
from dataclasses import dataclass

from conversation_store import Change, InFlight, OpenTurn, ThreadKey, ThreadRecord
from errors import StoreError
from turns.answer.answer_state import AnswerState
from turns.answer.turn_context import TurnContext
from turns.report import logger


@dataclass(slots=True)
class TurnRecord:
    """For one turn. A store that fails costs the memory of the thread, never the answer.

    `suggested` is the message with the questions after the last answer, which this turn removes. `unstopped` are the
    streams of the answer that Slack did not stop: a sweep must find them.
    """

    context: TurnContext
    state: AnswerState
    suggested: str = ""
    unstopped: tuple[str, ...] = ()
    _has_message: bool = False

    def note_message(self) -> None:
        """Put the first visible message into the record: after a crash, a sweep must find this message."""
        if not self._has_message:
            self._has_message = True
            note = self._in_flight()
            self.change(lambda record: self._with_conversation(record.with_in_flight(note)))

    def keep_open(self) -> None:
        """Remember the conversation of a turn whose end Slack did not take: a sweep tells the thread."""
        self.change(self._with_conversation)

    def end(self, *, was_asked: bool) -> None:
        """Remember the conversation and the answer, and close the turn."""
        context = self.context

        def ended(record: ThreadRecord) -> ThreadRecord:
            known = self._with_conversation(record)
            known = known if was_asked else known.with_unasked(context.message.ts)
            return known.with_answer(context.reply.message_ts or record.last_answer_ts)

        self.close(ended)

    def close(self, change: Change = lambda record: record) -> None:
        """Close the turn in the record and on the hook's list, unless there are streams that must be stopped yet."""
        context, note = self.context, self._in_flight()
        ts = context.message.ts

        def closed(known: ThreadRecord) -> ThreadRecord:
            is_removed = bool(self.suggested) and known.suggested == self.suggested
            record = known.with_suggested("") if is_removed else known
            return change(record.with_in_flight(note) if self.unstopped else record.without_in_flight(ts))

        self.change(closed)
        if not self.unstopped:
            with suppress(StoreError):
                context.store.clear_in_flight(OpenTurn(context.key, ts, context.holder, context.received))

    def change(self, change: Change, key: ThreadKey | None = None) -> None:
        """Change the record of the thread, or that of another `key`."""
        try:
            self.context.store.update(key or self.context.key, change)
        except StoreError:
            logger.warning("the thread's record could not be written")

    def _in_flight(self) -> InFlight:
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
            streams=self.unstopped,
        )

    def _with_conversation(self, record: ThreadRecord) -> ThreadRecord:
        state = self.state
        if not state.conversation_id:
            return record
        return record.with_conversation(
            state.conversation_id, "api" if state.via == "api" else "", state.user
        )
