"""Decides when one process looks for orphans, and makes what ends them."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import gevent
from gevent.event import Event

from clock import Clock
from conversation_store import REST, OpenTurn, ProcessStores, ResilientStore, ThreadKey, ThreadStore
from turns.answer import Answering
from turns.endpoint_request import EndpointRequest
from turns.recovery.orphans import FinishedTurns, OrphanLocks, Orphans, RunningTurns, Watch
from turns.recovery.process_identity import Fate, ProcessIdentity
from turns.recovery.sweep import Sweep, SweepSchedule
from turns.report import logger, where
from turns.services import EndingsOfEndpoint, Services

# If a message comes again so many seconds after its claim, it is Slack's retry; sooner, a mention's other event.
REPEATED = 2.0


@dataclass(slots=True)
class Recovery:
    """One per process."""

    clock: Clock
    holder: ProcessIdentity
    stores: ProcessStores
    running: RunningTurns
    services: Services
    sweeps: SweepSchedule = field(init=False)
    locks: OrphanLocks = field(init=False)
    finished: FinishedTurns = field(default_factory=FinishedTurns)

    def __post_init__(self) -> None:
        self.sweeps = SweepSchedule(self.clock)
        self.locks = OrphanLocks(self.clock)

    def orphans(self, endpoint: EndpointRequest, store: ThreadStore) -> Orphans:
        """The object that ends the orphans of a hook, for one request."""
        presence = self.stores.presence(endpoint.settings.redis_url or "")
        watch = Watch(self.holder, self.running, presence, self.clock)
        return Orphans(store, watch, self.locks, self.finished, EndingsOfEndpoint(self.services, endpoint))

    def taken_before(self, endpoint: EndpointRequest, store: ResilientStore, key: ThreadKey, ts: str) -> None:
        """A claimed message came again: its process may have died before the turn was on the hook's list.

        If so, the turn is put on the list. The sweep decides whether the turn is an orphan, since it can look twice.
        """
        record = store.get(key)
        turn = record.open_turn(ts) if record else None
        if turn is None or self.clock.epoch() - turn.started < REPEATED:
            return
        if turn.holder != self.holder.name and self.holder.fate_of(turn.holder) is not Fate.LIVES:
            store.note_in_flight(OpenTurn(key, ts, turn.holder, turn.started))
            self.sweeps.soon(endpoint.id, 0.0)

    def turn_ended(self, endpoint: EndpointRequest, store: ResilientStore, turn: Answering) -> None:
        """If the storage or the thread does not know how the turn ended, make a sweep due soon, which tells them."""
        if turn.is_cut:
            self.sweeps.soon(endpoint.id, 0.0)
        elif turn.is_unsaid:
            self.sweeps.soon(endpoint.id)
        elif store.has_unsaved(endpoint.id):
            self.sweeps.soon(endpoint.id, REST)

    def beside(self, turn: "Work", endpoint: EndpointRequest, store: ResilientStore) -> "Work":
        """The turn, with a sweep beside it."""
        return TurnWithSweep(turn, partial(self.sweep, endpoint, store))

    def sweep(self, endpoint: EndpointRequest, store: ResilientStore) -> None:
        """Look for all orphans of a hook, for at most the life of a request. Never raises."""
        try:
            is_done = Sweep(store, self.orphans(endpoint, store), self.clock).run(endpoint.id)
            away = self.stores.is_away(endpoint.settings.redis_url or "")
            if away or not is_done or store.has_unsaved(endpoint.id):
                self.sweeps.soon(endpoint.id)
        except Exception as error:  # noqa: BLE001 - the error must not be lost without a word in the log
            logger.error("a sweep broke: %s", where(error))
            self.sweeps.soon(endpoint.id)


class Work(Protocol):
    """The work that runs in a request. Once `released` is set, the request may end before the work does."""

    @property
    def released(self) -> Event: ...  # noqa: D102 - see the class

    def run(self) -> None:
        """Return when all is done. Never raises."""


@dataclass(frozen=True, slots=True)
class SweepRun:
    """The work of a sweep's request. `held` frees the request's share of the process when the sweep has ended."""

    recovery: Recovery
    endpoint: EndpointRequest
    store: ResilientStore
    held: AbstractContextManager[object]
    released: Event = field(default_factory=Event)

    def run(self) -> None:
        """Never raises."""
        with self.held:
            self.recovery.sweep(self.endpoint, self.store)


@dataclass(frozen=True, slots=True)
class TurnWithSweep:
    """A turn and a sweep side by side, in one request."""

    turn: Work
    sweep: Callable[[], None]

    @property
    def released(self) -> Event:
        """The turn's. A sweep that loses its request so is made again."""
        return self.turn.released

    def run(self) -> None:
        """Never raises."""
        sweeping = gevent.spawn(self.sweep)
        try:
            self.turn.run()
        finally:
            sweeping.join()
