from collections.abc import Callable

import gevent

from conversation_store.record import ThreadKey
from conversation_store.redis.shared_thread_queue import LEASE
from errors import StoreError
from tests.fake_clock import FakeClock, TickingClock
from turns.ordering.queue_ticket import LOOK, RENEW, QueueTicket
from turns.ordering.thread_queue import ThreadQueues

KEY = ThreadKey("hook", "app", "T1", "C1", "1")


class Shared:
    """A line that all processes share; `away` as Redis may be."""

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
    def __init__(self, shared: Shared | None, clock: FakeClock) -> None:
        self.lines = ThreadQueues()
        self.shared = shared
        self.clock = clock
        self.spawned: list[Callable[[], None]] = []

    def stand(self, ticket: str, leg: int = 0) -> QueueTicket:
        place = self.lines.join("t", ticket, leg)
        return QueueTicket(self.lines, place, self.shared, KEY, self.clock, spawn=self._spawn)

    def _spawn(self, run: Callable[..., None], *arguments: object) -> None:
        self.spawned.append(lambda: run(*arguments))


def test_without_redis_our_own_line_decides() -> None:
    process = Process(None, FakeClock())
    first, second = process.stand("a"), process.stand("b")
    assert (first.ahead, second.ahead) == (0, 1)
    assert first.my_turn()
    assert not second.wait(10)
    first.leave()
    assert second.wait(10)


def test_how_many_are_ahead_does_not_change_by_who_comes_later() -> None:
    process = Process(None, FakeClock())
    standings = [process.stand(str(number)) for number in range(5)]
    assert [one.ahead for one in standings] == [0, 1, 2, 3, 4]


def test_two_processes_take_turns() -> None:
    shared, clock = Shared(), FakeClock()
    one, two = Process(shared, clock), Process(shared, clock)
    first, second, third = one.stand("a"), two.stand("b"), one.stand("c")
    assert [ticket.ahead for ticket in (first, second, third)] == [0, 1, 2]
    assert [ticket.my_turn() for ticket in (first, second, third)] == [True, False, False]
    first.leave()
    assert [ticket.my_turn() for ticket in (second, third)] == [True, False]
    second.leave()
    assert third.my_turn()


def test_who_waits_looks_every_second() -> None:
    shared, clock = Shared(), FakeClock()
    one, two = Process(shared, clock), Process(shared, clock)
    one.stand("a")
    second = two.stand("b")
    assert not second.wait(5)
    assert clock.slept == [LOOK] * 5


def test_while_redis_is_away_our_own_line_decides() -> None:
    shared, clock = Shared(), FakeClock()
    shared.away = True
    process = Process(shared, clock)
    first, second = process.stand("a"), process.stand("b")
    assert (first.ahead, second.ahead) == (0, 1)
    assert first.my_turn()
    assert not second.my_turn()
    first.leave()
    assert second.my_turn()
    shared.away = False
    assert second.my_turn()
    assert shared.tickets == ["b"]


def test_who_runs_in_another_process_is_waited_for_a_while_when_redis_goes_away() -> None:
    shared, clock = Shared(), FakeClock()
    one, two = Process(shared, clock), Process(shared, clock)
    first, second = one.stand("a"), two.stand("b")
    assert first.my_turn()
    assert not second.my_turn()
    shared.away = True
    assert not second.wait(LEASE - 1)
    assert second.wait(2)


def test_who_ran_in_this_process_is_not_waited_for_when_redis_is_away() -> None:
    shared, clock = Shared(), FakeClock()
    process = Process(shared, clock)
    first, second = process.stand("a"), process.stand("b")
    assert first.my_turn()
    assert not second.my_turn()
    shared.away = True
    first.leave()
    assert second.my_turn()


def test_a_redis_that_lost_its_line_lets_nobody_run_beside_who_runs_here() -> None:
    shared, clock = Shared(), TickingClock()
    clock.tick = 0.5
    process = Process(shared, clock)
    first, second = process.stand("a"), process.stand("b")
    assert first.my_turn()
    shared.tickets = ["b"]
    assert not second.wait(5)
    first.leave()
    assert second.wait(5)


def test_whom_redis_let_go_first_nobody_runs_beside_when_it_goes_away() -> None:
    shared, clock = Shared(), FakeClock()
    process = Process(shared, clock)
    first, second = process.stand("a"), process.stand("b")
    shared.tickets = ["b", "a"]
    assert second.my_turn()
    shared.away = True
    assert not first.wait(5)
    second.leave()
    assert first.wait(5)


def test_who_is_first_here_and_not_on_redis_keeps_nobody_waiting() -> None:
    shared, clock = Shared(), FakeClock()
    one, two = Process(shared, clock), Process(shared, clock)
    first, second, third = one.stand("a"), one.stand("b"), two.stand("c")
    shared.tickets = ["b", "c", "a"]
    assert [ticket.my_turn() for ticket in (first, third, second)] == [False, False, True]
    second.leave()
    assert [ticket.my_turn() for ticket in (first, third)] == [False, True]
    third.leave()
    assert first.my_turn()


def test_a_thread_that_gets_redis_in_the_middle_of_a_turn_waits_for_it() -> None:
    clock = TickingClock()
    clock.tick = 0.5
    process = Process(None, clock)
    first = process.stand("a")
    assert first.my_turn()
    process.shared = Shared()
    second = process.stand("b")
    assert not second.wait(5)
    first.leave()
    assert second.wait(5)


def test_a_thread_that_loses_redis_in_the_middle_of_a_turn_waits_for_it() -> None:
    shared = Shared()
    process = Process(shared, FakeClock())
    process.shared = None
    first = process.stand("a")
    process.shared = shared
    second = process.stand("b")
    assert second.my_turn()
    assert not first.wait(5)
    second.leave()
    assert first.wait(5)


def test_who_was_cut_off_before_it_began_keeps_nobody_from_running() -> None:
    shared, clock = Shared(), FakeClock()
    process = Process(shared, clock)
    first, second = process.stand("a"), process.stand("b")
    assert first.my_turn()
    again = process.stand("a", leg=1)
    first.hand_over(0)
    shared.tickets = ["b", "a"]
    assert not again.my_turn()
    assert second.my_turn()


def test_nobody_stands_in_line_again_after_leaving() -> None:
    shared, clock = Shared(), FakeClock()
    process = Process(shared, clock)
    ticket = process.stand("a")
    ticket.leave()
    for renewing in process.spawned:
        renewing()
    assert (shared.tickets, shared.renewed) == ([], [])


class NotingClock(FakeClock):
    """Notes for how long somebody waits by the wall's time."""

    def __init__(self) -> None:
        super().__init__()
        self.waited: list[float] = []

    def wall(self, seconds: float, *, at_least: float = 0.0) -> float:
        self.waited.append(seconds)
        return super().wall(seconds, at_least=at_least)


def renewals(process: Process, ticket: QueueTicket) -> list[tuple[str, bool]]:
    """What the youngest of them tells Redis in some terms of its lease."""
    shared = process.shared
    assert shared is not None
    shared.renewed.clear()
    renewing = gevent.spawn(process.spawned[-1])
    gevent.sleep(process.clock.wall(RENEW) * 3)
    ticket.leave()
    renewing.get(timeout=5)
    return shared.renewed


def test_redis_is_told_who_runs_and_who_waits() -> None:
    process = Process(Shared(), FakeClock())
    waiting, running = process.stand("a"), process.stand("b")
    assert process.shared is not None
    assert set(renewals(process, running)) == {("b", True)}
    running = process.stand("c")
    process.shared.tickets = ["c", "a"]
    assert running.my_turn()
    assert set(renewals(process, running)) == {("c", False)}
    assert waiting.my_turn()


def test_who_could_not_renew_tries_again_soon() -> None:
    shared, clock = Shared(), NotingClock()
    shared.away = True
    process = Process(shared, clock)
    ticket = process.stand("a")
    renewing = gevent.spawn(process.spawned[0])
    gevent.sleep(0.05)
    shared.away = False
    gevent.sleep(0.05)
    ticket.leave()
    renewing.get(timeout=5)
    assert clock.waited[:3] == [RENEW, LOOK, LOOK]
    assert clock.waited[-2:] == [RENEW, RENEW]


def test_another_leg_here_keeps_the_place() -> None:
    process = Process(Shared(), FakeClock())
    first, second = process.stand("a"), process.stand("b")
    again = process.stand("b", leg=1)
    second.hand_over(0)
    first.leave()
    assert again.my_turn()
    assert process.lines.waiting("t") == 0


def test_a_leg_that_goes_to_another_process_takes_its_place_along() -> None:
    shared, clock = Shared(), FakeClock()
    one, two = Process(shared, clock), Process(shared, clock)
    one.stand("a")
    second = one.stand("b")
    third = one.stand("c")
    elsewhere = two.stand("b", leg=1)
    second.hand_over(0)
    assert elsewhere.ahead == 1
    shared.leave(KEY, "a")
    assert elsewhere.my_turn()
    assert not third.my_turn()
