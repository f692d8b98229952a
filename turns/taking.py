"""A message is taken: in its thread's record for all processes, and in the hook's list for the sweep."""

from dataclasses import dataclass, replace

from clock import Clock
from conversation_store.record import InFlight, OpenTurn, ThreadKey, ThreadRecord
from conversation_store.store import ThreadStore
from message import Message


@dataclass(frozen=True, slots=True)
class Taking:
    """For one message and one request. `holder` names this process."""

    store: ThreadStore
    key: ThreadKey
    message: Message
    holder: str
    clock: Clock

    def claim(self) -> ThreadRecord | None:
        """Take it; None when it was taken before. Whoever asks is followed in the thread from now on."""
        note = self._note()
        return self.store.claim(
            self.key,
            self.message.ts,
            lambda record: record.with_follower(self.message.user).with_open(note),
        )

    def move(self) -> ThreadRecord:
        """Another process took it and handed it on to this one."""
        note = self._note()

        def change(record: ThreadRecord) -> ThreadRecord:
            found = record.open_turn(note.ts)
            return record.with_open(replace(found, holder=self.holder) if found else note)

        return self.store.update(self.key, change)

    def list_open(self) -> None:
        """Let the sweep find it, should this process die. Costs storage time: beside the turn, not before it."""
        self.store.note_in_flight(self._open_turn())

    def _note(self) -> InFlight:
        return InFlight(
            ts=self.message.ts,
            started=self.clock.epoch(),
            holder=self.holder,
            channel=self.message.channel,
            thread_ts=self.message.root_ts,
        )

    def _open_turn(self) -> OpenTurn:
        return OpenTurn(self.key, self.message.ts, self.holder, self.clock.epoch())
