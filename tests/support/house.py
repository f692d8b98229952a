"""One process with its store and its clock, for the tests of turns whose own process died."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import cast

from conversation_store.dify.buckets import Buckets, BucketState
from conversation_store.process_memory import ProcessMemory
from conversation_store.record import InFlight, OpenTurn, ThreadKey, ThreadRecord
from conversation_store.resilient_store import ResilientStore, hook_breaker
from errors import SlackUnreachable
from slack_reply.interrupted import Interrupted, Remains
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from turns.recovery.orphans import FinishedTurns, OrphanLocks, Orphans, Watch
from turns.recovery.process_identity import ProcessIdentity
from turns.recovery.sweep import Sweep

HERE = ProcessIdentity.here()
DEAD = replace(HERE, born="1").name
BESIDE = replace(HERE, space="1").name
ELSEWHERE = replace(HERE, machine="another").name
SECRET = "xoxb-nobodys-business"
KEY = ThreadKey("hook", "app", "T1", "C1", "1.000001")


@dataclass
class Ending:
    """Stands in for Slack: it records which answers were ended, or fails as often as `fails` says."""

    ended: list[Remains] = field(default_factory=list)
    closed: list[tuple[str, tuple[str, ...], bool]] = field(default_factory=list)
    fails: int = 0
    inside: Callable[[], None] = lambda: None

    def end(self, remains: Remains) -> str:
        self.inside()
        if self.fails:
            self.fails -= 1
            raise SlackUnreachable("chat.stopStream", SECRET)
        self.ended.append(remains)
        return "9.000009"

    def close(self, remains: Remains, streams: tuple[str, ...], *, old: bool) -> None:
        if self.fails:
            self.fails -= 1
            raise SlackUnreachable("chat.stopStream", SECRET)
        self.closed.append((remains.channel, streams, old))


@dataclass
class Leases:
    gone: bool | None = None

    def is_gone(self, holder: str) -> bool | None:
        return self.gone


@dataclass
class House:
    """One process with its store, its clock and the turns that run in it."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(1.0))  # the time of the first message
    running: set[str] = field(default_factory=set)
    leases: Leases | None = None
    ending: Ending = field(default_factory=Ending)
    storage: FakeDifyStorage = field(default_factory=FakeDifyStorage)
    locks: OrphanLocks = field(init=False)
    finished: FinishedTurns = field(default_factory=FinishedTurns)
    store: ResilientStore = field(init=False)

    def __post_init__(self) -> None:
        self.locks = OrphanLocks(self.clock)
        buckets = Buckets(BucketState(), self.storage, self.clock, 30)
        self.store = ResilientStore(
            buckets, ProcessMemory(self.clock), hook_breaker(self.clock), self.clock, 30
        )

    def restarted(self) -> "House":
        """Another process on the same storage."""
        return House(self.clock, storage=self.storage)

    def carries(self, name: str) -> bool:
        return name.rpartition("/")[2] in self.running

    def of(self, _key: ThreadKey, _record: ThreadRecord) -> Interrupted:
        return cast("Interrupted", self.ending)

    @property
    def watch(self) -> Watch:
        return Watch(HERE, self, self.leases, self.clock)  # type: ignore[arg-type]

    @property
    def orphans(self) -> Orphans:
        return Orphans(self.store, self.watch, self.locks, self.finished, self)  # type: ignore[arg-type]

    def turn(self, ts: str = "1.000001", holder: str = DEAD, **more: str) -> InFlight:
        """A turn that was claimed and noted in the hook's list of open turns."""
        note = InFlight(ts, self.clock.epoch(), holder, channel="C1", thread_ts="1.000001", **more)  # type: ignore[arg-type]
        self.store.update(KEY, lambda record: record.with_open(note))
        self.store.note_in_flight(OpenTurn(KEY, ts, holder, self.clock.epoch()))
        return note

    def record(self) -> ThreadRecord:
        return self.store.get(KEY, fresh=True) or ThreadRecord()

    def sweep(self) -> bool:
        return Sweep(self.store, self.orphans, self.clock).run("hook")
