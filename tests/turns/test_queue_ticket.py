from collections.abc import Callable

import gevent

from conversation_store.record import ThreadKey
from conversation_store.redis.leases import LEASE
from errors import StoreError
from tests.fake_clock import FakeClock, TickingClock
from turns.ordering import LOOK, RENEW, QueueTicket, ThreadQueues

KEY = ThreadKey("hook", "app", "T1", "C1", "1")


class FakeSharedQueue:
    """A queue that all processes share; with `away` it raises, as when Redis is away."""

    def __init__(self) -> None:
        self.tickets: list[str] = []
        self.renewed: list[tuple[str, bool]] = []
        self.away = False

    def join(self, key: ThreadKey, ticket: str) -> int:
        if self.away:
            raise StoreError("away")
        if ticket not in self.tickets:
            self.tickets.append(ticket)
        return self.tickets.index(ticket)

    def my_turn(self, key: ThreadKey, ticket: str) -> bool:
        return self.join(key, ticket) == 0

    def renew(self, key: ThreadKey, ticket: str, *, waits: bool = False) -> bool:
        self.renewed.append((ticket, waits))
        return self.my_turn(key, ticket)

    def leave(self, key: ThreadKey, ticket: str) -> None:
        if self.away:
            raise StoreError("away")
        if ticket in self.tickets:
            self.tickets.remove(ticket)


class Process:
    def __init__(self, shared: FakeSharedQueue | None, clock: FakeClock) -> None:
        self.queues = ThreadQueues()
        self.shared = shared
        self.clock = clock
        self.spawned: list[Callable[[], None]] = []

    def ticket(self, ticket: str, continuation: int = 0) -> QueueTicket:
        place = self.queues.join("t", ticket, continuation)
        return QueueTicket(self.queues, place, self.shared, KEY, self.clock, spawn=self._spawn)  # type: ignore[arg-type]

    def _spawn(self, run: Callable[..., None], *arguments: object) -> None:
        self.spawned.append(lambda: run(*arguments))


def test_process_queue_decides_without_redis() -> None:
    process = Process(None, FakeClock())
    first, second = process.ticket("a"), process.ticket("b")
    assert (first.ahead, second.ahead) == (0, 1)
    assert first.my_turn()
    assert not second.wait(10)
    first.leave()
    assert second.wait(10)


def test_number_ahead_does_not_change_when_later_turns_join() -> None:
    process = Process(None, FakeClock())
    tickets = [process.ticket(str(number)) for number in range(5)]
    assert [one.ahead for one in tickets] == [0, 1, 2, 3, 4]


def test_turns_of_two_processes_run_in_order() -> None:
    shared, clock = FakeSharedQueue(), FakeClock()
    one, two = Process(shared, clock), Process(shared, clock)
    first, second, third = one.ticket("a"), two.ticket("b"), one.ticket("c")
    assert [ticket.ahead for ticket in (first, second, third)] == [0, 1, 2]
    assert [ticket.my_turn() for ticket in (first, second, third)] == [True, False, False]
    first.leave()
    assert [ticket.my_turn() for ticket in (second, third)] == [True, False]
    second.leave()
    assert third.my_turn()


def test_waiting_turn_looks_every_second() -> None:
    shared, clock = FakeSharedQueue(), FakeClock()
    one, two = Process(shared, clock), Process(shared, clock)
    one.ticket("a")
    second = two.ticket("b")
    assert not second.wait(5)
    assert clock.slept == [LOOK] * 5


def test_process_queue_decides_while_redis_is_away() -> None:
    shared, clock = FakeSharedQueue(), FakeClock()
    shared.away = True
    process = Process(shared, clock)
    first, second = process.ticket("a"), process.ticket("b")
    assert (first.ahead, second.ahead) == (0, 1)
    assert first.my_turn()
    assert not second.my_turn()
    first.leave()
    assert second.my_turn()
    shared.away = False
    assert second.my_turn()
    assert shared.tickets == ["b"]


def test_turn_waits_a_lease_for_another_process_when_redis_goes_away() -> None:
    shared, clock = FakeSharedQueue(), FakeClock()
    one, two = Process(shared, clock), Process(shared, clock)
    first, second = one.ticket("a"), two.ticket("b")
    assert first.my_turn()
    assert not second.my_turn()
    shared.away = True
    assert not second.wait(LEASE - 1)
    assert second.wait(2)


def test_turn_does_not_wait_for_an_ended_turn_of_this_process_while_redis_is_away() -> None:
    shared, clock = FakeSharedQueue(), FakeClock()
    process = Process(shared, clock)
    first, second = process.ticket("a"), process.ticket("b")
    assert first.my_turn()
    assert not second.my_turn()
    shared.away = True
    first.leave()
    assert second.my_turn()


def test_turn_does_not_run_beside_another_here_when_redis_lost_its_queue() -> None:
    shared, clock = FakeSharedQueue(), TickingClock()
    clock.tick = 0.5
    process = Process(shared, clock)
    first, second = process.ticket("a"), process.ticket("b")
    assert first.my_turn()
    shared.tickets = ["b"]
    assert not second.wait(5)
    first.leave()
    assert second.wait(5)


def test_turn_does_not_run_beside_the_first_one_on_redis_when_redis_goes_away() -> None:
    shared, clock = FakeSharedQueue(), FakeClock()
    process = Process(shared, clock)
    first, second = process.ticket("a"), process.ticket("b")
    shared.tickets = ["b", "a"]
    assert second.my_turn()
    shared.away = True
    assert not first.wait(5)
    second.leave()
    assert first.wait(5)


def test_turn_that_is_first_here_only_does_not_block_the_order_on_redis() -> None:
    shared, clock = FakeSharedQueue(), FakeClock()
    one, two = Process(shared, clock), Process(shared, clock)
    first, second, third = one.ticket("a"), one.ticket("b"), two.ticket("c")
    shared.tickets = ["b", "c", "a"]
    assert [ticket.my_turn() for ticket in (first, third, second)] == [False, False, True]
    second.leave()
    assert [ticket.my_turn() for ticket in (first, third)] == [False, True]
    third.leave()
    assert first.my_turn()


def test_turn_waits_for_the_running_one_when_redis_is_set_up_meanwhile() -> None:
    clock = TickingClock()
    clock.tick = 0.5
    process = Process(None, clock)
    first = process.ticket("a")
    assert first.my_turn()
    process.shared = FakeSharedQueue()
    second = process.ticket("b")
    assert not second.wait(5)
    first.leave()
    assert second.wait(5)


def test_turn_waits_for_the_running_one_when_redis_is_removed_meanwhile() -> None:
    shared = FakeSharedQueue()
    process = Process(shared, FakeClock())
    process.shared = None
    first = process.ticket("a")
    process.shared = shared
    second = process.ticket("b")
    assert second.my_turn()
    assert not first.wait(5)
    second.leave()
    assert first.wait(5)


def test_turn_that_was_handed_over_before_it_began_does_not_block_others() -> None:
    shared, clock = FakeSharedQueue(), FakeClock()
    process = Process(shared, clock)
    first, second = process.ticket("a"), process.ticket("b")
    assert first.my_turn()
    again = process.ticket("a", continuation=1)
    first.hand_over(0)
    shared.tickets = ["b", "a"]
    assert not again.my_turn()
    assert second.my_turn()


def test_turn_does_not_join_the_queue_again_after_leaving() -> None:
    shared, clock = FakeSharedQueue(), FakeClock()
    process = Process(shared, clock)
    ticket = process.ticket("a")
    ticket.leave()
    for renewing in process.spawned:
        renewing()
    assert (shared.tickets, shared.renewed) == ([], [])


class NotingClock(FakeClock):
    """Notes the seconds of each wait before they become wall seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wall(self, seconds: float, *, at_least: float = 0.0) -> float:
        self.waited.append(seconds)
        return super().wall(seconds, at_least=at_least)


def renewals(process: Process, ticket: QueueTicket) -> list[tuple[str, bool]]:
    """What the newest ticket tells Redis during three renewals."""
    shared = process.shared
    assert shared is not None
    shared.renewed.clear()
    renewing = gevent.spawn(process.spawned[-1])
    with gevent.Timeout(30):
        while len(shared.renewed) < 3:
            gevent.sleep(0.001)
    ticket.leave()
    renewing.get(timeout=5)
    return shared.renewed


def test_renewal_tells_redis_whether_the_turn_runs_or_waits() -> None:
    process = Process(FakeSharedQueue(), FakeClock())
    waiting, running = process.ticket("a"), process.ticket("b")
    assert process.shared is not None
    assert set(renewals(process, running)) == {("b", True)}
    running = process.ticket("c")
    process.shared.tickets = ["c", "a"]
    assert running.my_turn()
    assert set(renewals(process, running)) == {("c", False)}
    assert waiting.my_turn()


def test_failed_renewal_is_tried_again_soon() -> None:
    shared, clock = FakeSharedQueue(), NotingClock()
    shared.away = True
    process = Process(shared, clock)
    ticket = process.ticket("a")
    renewing = gevent.spawn(process.spawned[0])
    with gevent.Timeout(30):
        while clock.waited.count(LOOK) < 2:
            gevent.sleep(0.001)
        shared.away = False
        while clock.waited[-2:] != [RENEW, RENEW]:
            gevent.sleep(0.001)
    ticket.leave()
    renewing.get(timeout=5)
    assert clock.waited[:3] == [RENEW, LOOK, LOOK]


def test_continuation_in_this_process_keeps_the_place() -> None:
    process = Process(FakeSharedQueue(), FakeClock())
    first, second = process.ticket("a"), process.ticket("b")
    again = process.ticket("b", continuation=1)
    second.hand_over(0)
    first.leave()
    assert again.my_turn()
    assert process.queues.waiting("t") == 0


def test_continuation_in_another_process_keeps_the_place_on_redis() -> None:
    shared, clock = FakeSharedQueue(), FakeClock()
    one, two = Process(shared, clock), Process(shared, clock)
    one.ticket("a")
    second = one.ticket("b")
    third = one.ticket("c")
    elsewhere = two.ticket("b", continuation=1)
    second.hand_over(0)
    assert elsewhere.ahead == 1
    shared.leave(KEY, "a")
    assert elsewhere.my_turn()
    assert not third.my_turn()
