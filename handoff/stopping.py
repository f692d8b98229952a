"""Stops answers that a member wants to stop, in this process and in others.

Source: docs/architecture.md#d12-the-member-is-in-control.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conversation_store import (
    EndNote,
    OpenTurn,
    ProcessStores,
    ResilientStore,
    SharedStops,
    ThreadKey,
    ThreadRecord,
)
from errors import SettingsError, StoreError
from handoff.claims import CancellationRegistry
from turns import EndpointRequest, RefusalNotice, StopRequest, StopRules, TurnRequest
from wording import Say

MOST_THREADS = 5  # threads with open turns of other processes that are read for one request to stop


@dataclass(frozen=True, slots=True)
class OpenAnswer:
    """An answer that is meant. `turn` is None where another process writes it; `waits` for another of its thread."""

    key: ThreadKey
    ts: str
    asker: str
    waits: bool
    turn: TurnRequest | None = None


@dataclass(frozen=True, slots=True)
class Stopping:
    """For one request. `holder` names this process; without `shared`, answers of other processes can't be stopped."""

    endpoint: EndpointRequest
    stores: ProcessStores
    cancellations: CancellationRegistry
    shared: SharedStops | None
    notice: RefusalNotice
    holder: str
    rules: StopRules

    def stop(self, request: StopRequest, *, tells: bool = True) -> None:
        """Stop what is meant, and tell the member alone, in the thread, what cannot be stopped.

        Members stop their own answers; where they have none, those who asked in the thread stop the answer that is
        being written, and the next question runs. Whom a rule of the admin has shut out since stops nothing. `tells`:
        the member also hears that there is nothing to stop.
        """
        found = [*self._here(request), *self._elsewhere(request)]
        say = self._stopped(request, found)
        if say is not None and (tells or say is not Say.NOTHING_TO_STOP):
            place = request.thread_ts or (found[0].key.thread if found else "")
            self.notice.tell(request.team_id, request.channel, request.user, say, place)

    def _stopped(self, request: StopRequest, found: Sequence[OpenAnswer]) -> Say | None:
        """Stop the answers; what the member must be told, or None."""
        if not found:
            return Say.NOTHING_TO_STOP
        chosen: Sequence[OpenAnswer] = [one for one in found if one.asker == request.user]
        if not chosen:
            if not any(self._asked_in(one.key, request.user) for one in found):
                return Say.MAY_NOT_STOP
            chosen = [one for one in found if not one.waits] or found
        if (refusal := self.rules.refusal(request)) is not None:
            return refusal
        outcomes = [self._end(one, request) for one in chosen]
        return None if None in outcomes else outcomes[0]

    def _end(self, answer: OpenAnswer, request: StopRequest) -> Say | None:
        if answer.turn is not None:
            return None if answer.turn.stop(request.user) else Say.NOTHING_TO_STOP
        if self.shared is None:
            return Say.CANNOT_STOP_HERE
        try:
            self.shared.tell(EndNote(request.hook_id, request.channel, answer.ts, request.user))
        except StoreError:
            return Say.CANNOT_STOP_HERE
        return None

    def _here(self, request: StopRequest) -> Iterator[OpenAnswer]:
        for turn in self.cancellations.meant_by(request):
            yield OpenAnswer(turn.claim.key, turn.job.message.ts, turn.asker, turn.waits, turn)

    def _elsewhere(self, request: StopRequest) -> Iterator[OpenAnswer]:
        """The answers of other processes, by the hook's list of open turns and the records of their threads."""
        store = self._store()
        if store is None:
            return
        for key, turns in self._others(store, request).items():
            record = store.get(key, fresh=True) or ThreadRecord()
            running = record.in_flight
            for turn in turns:
                shown = running.message_ts if running and running.ts == turn.ts else ""
                # A continuous direct message is one thread, whatever the roots of its messages are.
                root = key.thread or request.thread_ts
                is_meant = request.means(key.channel, root, turn.ts, [shown])
                if is_meant and record.open_turn(turn.ts) is not None:
                    yield OpenAnswer(key, turn.ts, turn.user, waits=running is None or running.ts != turn.ts)

    def _others(self, store: ResilientStore, request: StopRequest) -> dict[ThreadKey, list[OpenTurn]]:
        """Turns of other processes in the channel, by their threads; only the latest MOST_THREADS threads."""
        try:
            listed = store.in_flight(self.endpoint.id)
        except StoreError:
            return {}
        found: dict[ThreadKey, list[OpenTurn]] = {}
        for turn in reversed(listed):
            is_here = not request.thread_ts or turn.key.thread in {"", request.thread_ts}
            is_meant = turn.key.channel == request.channel and is_here
            if turn.holder != self.holder and is_meant and (turn.key in found or len(found) < MOST_THREADS):
                found.setdefault(turn.key, []).append(turn)
        return found

    def _asked_in(self, key: ThreadKey, user: str) -> bool:
        """Whether the member has asked in this thread, perhaps in another process and a moment ago."""
        store = self._store()
        record = store.get(key, fresh=True) if store else None
        return record is not None and user in record.followers

    def _store(self) -> ResilientStore | None:
        try:
            return self.endpoint.store(self.stores)
        except SettingsError:
            return None
