"""What one process does about turns that nobody runs any more: whose they are, and when to look for them."""

from functools import partial

from clock import Clock
from conversation_store.circuit_breaker import REST
from conversation_store.process_stores import ProcessStores
from conversation_store.record import OpenTurn, ThreadKey
from conversation_store.resilient import ResilientStore
from conversation_store.store import ThreadStore
from turns.claims import Claims
from turns.gate import Gate
from turns.holder import Fate, Holder
from turns.orphans import Orphans, Watch
from turns.report import logger, where
from turns.sweep import Sweep, Sweeps
from wiring.hook import Hook
from wiring.workplace import Workplace

REPEATED = 2.0
"""Seconds after its claim from which on a message is Slack's retry, and no longer the other event of a mention."""


class Caretaker:
    """One per process."""

    def __init__(
        self,
        clock: Clock,
        holder: Holder,
        stores: ProcessStores,
        gate: Gate,
        claims: Claims,
        workplace: Workplace,
    ) -> None:
        self.sweeps = Sweeps(clock)
        self._clock = clock
        self._holder = holder
        self._stores = stores
        self._gate = gate
        self._claims = claims
        self._workplace = workplace

    def orphans(self, hook: Hook, store: ThreadStore) -> Orphans:
        """What ends them, for one request."""
        presence = self._stores.presence(hook.settings.redis_url or "")
        watch = Watch(self._holder, self._runs_here, presence, self._clock)
        return Orphans(store, watch, self._claims, partial(self._workplace.ending, hook))

    def taken_before(self, hook: Hook, store: ResilientStore, key: ThreadKey, ts: str) -> None:
        """A message came again that was taken before: whoever took it may have died before it was in the list.

        Whether it did is for the sweep to say, which can look twice.
        """
        record = store.get(key)
        turn = record.open_turn(ts) if record else None
        if turn is None or self._clock.epoch() - turn.started < REPEATED:
            return
        if turn.holder != self._holder.name and self._holder.fate_of(turn.holder) is not Fate.LIVES:
            store.note_in_flight(OpenTurn(key, ts, turn.holder, turn.started))
            self.sweeps.soon(hook.id, 0.0)

    def turn_ended(self, hook: Hook, store: ResilientStore, *, is_cut: bool, is_unsaid: bool) -> None:
        """The storage may not know how, or its thread: then a sweep tells it soon.

        Before that a restart would forget it.
        """
        if is_cut:
            self.sweeps.soon(hook.id, 0.0)
        elif is_unsaid:
            self.sweeps.soon(hook.id)
        elif store.has_unsaved(hook.id):
            self.sweeps.soon(hook.id, REST)

    def sweep(self, hook: Hook, store: ResilientStore) -> None:
        """Look for all of a hook, as long as a request lives at most; never raises."""
        try:
            is_done = Sweep(store, self.orphans(hook, store), self._clock).run(hook.id)
            away = self._stores.is_away(hook.settings.redis_url or "")
            if away or not is_done or store.has_unsaved(hook.id):
                self.sweeps.soon(hook.id)
        except Exception as error:  # noqa: BLE001 - it must not be lost without a word
            logger.error("a sweep broke: %s", where(error))
            self.sweeps.soon(hook.id)

    def _runs_here(self, key: ThreadKey, ts: str) -> bool:
        return self._gate.carries(f"{key.hook_id}/{key.team_id}/{key.channel}/{ts}")
