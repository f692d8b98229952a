"""Claims a message: in its thread's record for all processes, and in the hook's list for the sweep."""

from contextlib import suppress
from dataclasses import dataclass, replace

import gevent

from clock import Clock
from conversation_store import InFlight, OpenTurn, ThreadKey, ThreadRecord, ThreadStore, Verdict
from errors import StoreError
from message import Message


@dataclass(frozen=True, slots=True)
class Claim:
    """For one message and one request. `holder` names this process."""

    store: ThreadStore
    key: ThreadKey
    message: Message
    holder: str
    clock: Clock

    def claim(self, *, in_doubt: bool = False) -> ThreadRecord | None:
        """Claim the message; None when it was claimed before. The author is a follower in the thread from now on.

        A claimed message is on the hook's list, too: the list is read and written beside the record, but not written
        before the record was read and shows no claim, since other processes take a turn on the list for one that
        answers (turns/throttle/unknown_channel.py). If this process dies before Slack's ack and only the list was
        written, the record still is what counts for the sweep.
        """
        author, note = self.message.bot_id or self.message.user, self._note()
        is_free = Verdict()
        listing = gevent.spawn(self.list_open, is_free, in_doubt=in_doubt)

        def change(record: ThreadRecord) -> ThreadRecord:
            is_free.give(is_noted=True)
            return record.with_follower(author).with_app_name("").with_open(note)

        try:
            record = self.store.claim(self.key, note.ts, change)
        finally:
            is_free.give(is_noted=False)
            listing.join()
        if record is None and is_free.wait():  # another process was faster between our read and our write
            self.unlist()
        return record

    def point(self, usual: ThreadKey) -> None:
        """Note in the record of the usual app (key `usual`) that the thread's replies go to the app that is named."""
        author, name = self.message.author, self.message.app_name
        self.store.update(usual, lambda record: record.with_follower(author).with_app_name(name))

    def go_on(self, leg: int) -> ThreadRecord | None:
        """Claim a later continuation; None if another process claimed it, or a later one, or if the turn has ended.

        Within this process the claims decide (handoff/claims.py). If the record does not know the message, the record
        was lost, and the turn goes on.
        """
        note = replace(self._note(), leg=leg)
        is_ours = False

        def change(record: ThreadRecord) -> ThreadRecord:
            nonlocal is_ours
            found = record.open_turn(note.ts)
            if found is None:
                is_ours = note.ts not in record.handled
            else:
                is_next = found.leg < leg or (found.leg == leg and found.holder == self.holder)
                is_ours = is_next and not found.streams
            new = replace(found, holder=self.holder, leg=leg) if found else note
            return record.with_open(new) if is_ours else record

        record = self.store.update(self.key, change)
        return record if is_ours else None

    def leave(self) -> None:
        """Close our claim in the record and take it off the list: this turn does not answer the message."""

        def change(record: ThreadRecord) -> ThreadRecord:
            found = record.open_turn(self.message.ts)
            ours = found is not None and found.holder == self.holder
            return record.without_in_flight(self.message.ts) if ours else record

        self.store.update(self.key, change)
        self.unlist()

    def unlist(self) -> None:
        """Take the turn off the hook's list."""
        self.store.clear_in_flight(self._open_turn())

    def list_open(self, verdict: Verdict | None = None, *, in_doubt: bool = False) -> None:
        """Put the turn on the hook's list, where the sweep finds the turn if this process dies."""
        with suppress(StoreError):
            self.store.note_in_flight(replace(self._open_turn(), in_doubt=in_doubt), verdict)

    def _note(self) -> InFlight:
        message, now = self.message, self.clock.epoch()
        return InFlight(message.ts, now, self.holder, channel=message.channel, thread_ts=message.root_ts)

    def _open_turn(self) -> OpenTurn:
        return OpenTurn(self.key, self.message.ts, self.holder, self.clock.epoch(), user=self.message.user)
