import logging
from dataclasses import replace

import gevent
import pytest

from conversation_store.record import InFlight, OpenTurn
from slack_reply.interrupted import Remains
from slack_reply.writers.stream_cleanup import EXPIRY
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from tests.support.house import BESIDE, DEAD, ELSEWHERE, HERE, KEY, SECRET, Ending, House, Leases
from turns.limits import LONGEST_AT_ALL, LONGEST_VISIBLE, REQUEST_SECONDS
from turns.recovery.orphans import CLOCK_SKEW, LONGEST_END, OrphanLocks
from turns.recovery.sweep import AGAIN, EVERY, SECOND_LOOK, SWEEP_SECONDS, SweepSchedule


def test_turn_that_runs_here_is_no_orphan() -> None:
    house = House(running={"1.000001"})
    assert not house.watch.is_orphan(KEY, house.turn(holder=HERE.name))
    assert not house.watch.is_orphan(KEY, house.turn(holder=DEAD))


def test_turn_is_an_orphan_when_it_does_not_run_here_or_its_process_is_dead() -> None:
    house = House()
    assert house.watch.is_orphan(KEY, house.turn(holder=HERE.name))
    assert house.watch.is_orphan(KEY, house.turn(holder=DEAD))


@pytest.mark.parametrize(("message_ts", "longest"), [("", LONGEST_AT_ALL), ("2.000001", LONGEST_VISIBLE)])
def test_turn_of_another_machine_is_judged_by_its_age(message_ts: str, longest: float) -> None:
    house = House()
    turn = house.turn(holder=ELSEWHERE, message_ts=message_ts)
    house.clock.advance(longest + CLOCK_SKEW - 1)
    assert not house.watch.is_orphan(KEY, turn)
    house.clock.advance(3)
    assert house.watch.is_orphan(KEY, turn)


def test_turn_that_went_on_in_fresh_requests_may_be_older() -> None:
    house = House()
    turn = replace(house.turn(holder=ELSEWHERE, message_ts="2.000001"), leg=3)
    house.clock.advance(3 * REQUEST_SECONDS + LONGEST_VISIBLE + CLOCK_SKEW - 1)
    assert not house.watch.is_orphan(KEY, turn)
    house.clock.advance(3)
    assert house.watch.is_orphan(KEY, turn)


@pytest.mark.parametrize("ahead", [-3600.0, 3600.0, 86_400.0])
def test_age_is_counted_by_slacks_clock_when_another_machine_is_wrong(ahead: float) -> None:
    """The other machine writes the beginning of the turn by its own clock."""
    house = House()
    turn = replace(house.turn(holder=ELSEWHERE), started=house.clock.epoch() + ahead)
    assert not house.watch.is_orphan(KEY, turn)
    house.clock.advance(LONGEST_AT_ALL + CLOCK_SKEW + 1)
    assert house.watch.is_orphan(KEY, turn)


@pytest.mark.parametrize(("gone", "orphan"), [(True, True), (False, False), (None, False)])
def test_lease_decides_with_redis(gone: bool | None, orphan: bool) -> None:
    house = House(leases=Leases(gone))
    assert house.watch.is_orphan(KEY, house.turn(holder=ELSEWHERE)) is orphan


def test_container_with_our_host_name_counts_as_restarted_without_redis() -> None:
    house = House()
    assert house.watch.is_orphan(KEY, house.turn(holder=BESIDE))


@pytest.mark.parametrize(("gone", "orphan"), [(True, True), (False, False), (None, False)])
def test_containers_with_one_host_name_are_told_apart_by_their_leases(
    gone: bool | None, orphan: bool
) -> None:
    house = House(leases=Leases(gone))
    assert house.watch.is_orphan(KEY, house.turn(holder=BESIDE)) is orphan


def test_process_seen_on_this_machine_counts_more_than_a_lease() -> None:
    house = House(leases=Leases(gone=False))
    assert house.watch.is_orphan(KEY, house.turn(holder=DEAD))


def test_orphan_is_ended_once_and_leaves_the_record() -> None:
    house = House()
    turn = house.turn(method="stream", message_ts="2.000001")
    assert house.orphans.end(KEY, turn)
    assert house.orphans.end(KEY, turn)
    assert house.ending.ended == [
        Remains("C1", "1.000001", "1.000001", "2.000001", after="1.000001", streamed=True)
    ]
    assert house.record().open == ()
    assert house.record().last_answer_ts == "9.000009"
    assert house.store.in_flight("hook") == ()


def test_second_caller_waits_while_an_orphan_is_ended() -> None:
    house = House()
    turn = house.turn()
    order: list[str] = []

    def slow() -> None:
        gevent.sleep(0.02)
        order.append("ended")

    house.ending.inside = slow
    first = gevent.spawn(house.orphans.end, KEY, turn)
    gevent.sleep(0)
    assert house.orphans.end(KEY, turn)
    assert first.get(timeout=1)
    assert order == ["ended"]
    assert len(house.ending.ended) == 1


def test_orphan_is_left_for_later_when_another_greenlet_holds_it_too_long() -> None:
    house = House()
    turn = house.turn()
    with house.locks.hold(f"{KEY.digest()}/{turn.ts}"):
        assert not house.orphans.end(KEY, turn)
    assert house.orphans.end(KEY, turn)


def test_unused_lock_is_forgotten() -> None:
    house = House()
    assert house.orphans.end(KEY, house.turn())
    assert house.locks._locks == {}


def test_messages_of_a_running_turn_are_not_touched() -> None:
    house = House(running={"3.000003"})
    turn = house.turn(message_ts="2.000002")
    house.turn("3.000003", HERE.name, message_ts="4.000004")
    assert house.orphans.end(KEY, turn)
    assert house.ending.ended[0].before == "4.000004"


def test_orphan_is_ended_once_by_two_processes() -> None:
    house = House()
    turn = house.turn()
    other = replace(house.orphans, locks=OrphanLocks(house.clock))  # another process has its own locks
    house.ending.inside = lambda: None if house.ending.ended else _ended(other.end(KEY, turn))
    assert house.orphans.end(KEY, turn)
    assert len(house.ending.ended) == 1


def _ended(done: bool) -> None:
    assert done


def test_orphan_is_left_for_the_next_look_when_slack_fails() -> None:
    house = House(ending=Ending(fails=1))
    turn = house.turn()
    assert not house.orphans.end(KEY, turn)
    [left] = house.record().open
    assert left.holder == HERE.name
    house.orphans.end_all(KEY, house.record())
    assert len(house.ending.ended) == 1
    assert house.record().open == ()


def test_turn_whose_answer_is_whole_is_closed_without_a_note_when_a_record_still_has_it_open() -> None:
    house = House()
    house.orphans.note_finished(KEY, "1.000001")
    house.turn("1.000001", HERE.name)
    house.turn("2.000002", HERE.name)
    house.orphans.end_all(KEY, house.record())
    assert [remains.trigger_ts for remains in house.ending.ended] == ["2.000002"]
    assert house.record().open == ()


def test_orphan_that_could_not_be_ended_is_logged_without_the_error_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house = House(ending=Ending(fails=1))
    with caplog.at_level(logging.INFO):
        assert not house.orphans.end(KEY, house.turn())
    assert "could not be ended yet: SlackUnreachable" in caplog.text
    assert SECRET not in caplog.text


def test_orphans_of_a_thread_end_in_order_without_the_asking_turn() -> None:
    house = House(running={"4.000004"})
    for ts in ("3.000003", "1.000001", "2.000002"):
        house.turn(ts)
    house.turn("4.000004", HERE.name)
    house.orphans.end_all(KEY, house.record(), but="4.000004")
    assert [remains.trigger_ts for remains in house.ending.ended] == ["1.000001", "2.000002", "3.000003"]
    assert [remains.after for remains in house.ending.ended] == ["1.000001", "9.000009", "9.000009"]
    assert [turn.ts for turn in house.record().open] == ["4.000004"]


def test_sweep_ends_orphans_of_every_thread_and_only_them() -> None:
    house = House(running={"3.000003"})
    house.turn("1.000001")
    house.turn("2.000002", ELSEWHERE)
    house.turn("3.000003", HERE.name)
    house.sweep()
    assert [remains.trigger_ts for remains in house.ending.ended] == ["1.000001"]
    assert {turn.ts for turn in house.record().open} == {"2.000002", "3.000003"}
    assert house.clock.slept == [SECOND_LOOK]


def test_sweep_that_leaves_nothing_looks_once() -> None:
    house = House()
    house.turn()
    house.sweep()
    assert house.clock.slept == []
    house.sweep()
    assert len(house.ending.ended) == 1


def test_next_sweep_comes_soon_when_slack_fails() -> None:
    house = House(ending=Ending(fails=2))
    house.turn()
    assert not house.sweep()
    assert house.sweep()
    assert len(house.ending.ended) == 1


def test_second_look_ends_an_orphan_that_the_first_could_not() -> None:
    house = House(ending=Ending(fails=1))
    house.turn()
    house.sweep()
    assert len(house.ending.ended) == 1
    assert house.record().open == ()


def test_entries_of_ended_turns_are_cleared_from_the_list() -> None:
    house = House()
    house.turn()
    house.store.update(KEY, lambda record: record.without_in_flight("1.000001"))
    house.sweep()
    assert (house.ending.ended, house.store.in_flight("hook")) == ([], ())


def whole(house: House, holder: str, *streams: str) -> InFlight:
    """A turn whose answer is whole, but whose streams are not stopped yet."""
    house.turn(holder=holder)
    closing = InFlight("1.000001", house.clock.epoch(), holder, "stream", streams[0], "C1", streams=streams)
    house.store.update(KEY, lambda record: record.with_in_flight(closing).with_answer("3.000003"))
    return closing


def test_whole_answer_of_a_dead_process_is_closed_and_not_marked() -> None:
    house = House(ending=Ending(fails=1))
    whole(house, DEAD, "2.000002", "3.000003")
    house.sweep()
    assert house.ending.ended == []
    assert house.ending.closed == [("C1", ("2.000002", "3.000003"), False)]
    assert house.clock.slept == [SECOND_LOOK]  # Slack failed at the first look
    assert house.store.in_flight("hook") == ()
    assert (house.record().open, house.record().last_answer_ts) == ((), "3.000003")


def test_streams_of_a_turn_that_this_process_finished_are_closed() -> None:
    house = House()
    house.orphans.note_finished(KEY, "1.000001")
    house.orphans.end(KEY, whole(house, HERE.name, "2.000002"))
    assert house.ending.ended == []
    assert house.ending.closed == [("C1", ("2.000002",), False)]


def test_whole_answer_of_a_living_process_is_left_alone() -> None:
    house = House(running={"1.000001"})
    whole(house, HERE.name, "2.000002")
    house.sweep()
    assert (house.ending.ended, house.ending.closed) == ([], [])
    assert len(house.store.in_flight("hook")) == 1


def test_turn_with_a_valid_lease_is_looked_at_again() -> None:
    house = House(leases=(leases := Leases(gone=None)))
    whole(house, ELSEWHERE, "2.000002")
    house.clock.advance(EXPIRY + 2)

    def expire(_: float) -> None:
        leases.gone = True

    house.clock.sleep = expire  # type: ignore[assignment,method-assign]
    house.sweep()
    assert house.ending.closed == [("C1", ("2.000002",), True)]


class Flaky(FakeDifyStorage):
    """Fails at the next `left` reads of keys that begin with `failing`."""

    failing = ""
    left = 0

    def get(self, key: str) -> bytes:
        if self.left and self.failing and key.startswith(self.failing):
            self.left -= 1
            raise RuntimeError("load data failed: connection reset")
        return super().get(key)


@pytest.mark.parametrize("what", ["t1-", "f1-"])
@pytest.mark.parametrize("fails", [1, 2, 5])
def test_turn_that_could_not_be_read_is_ended_by_a_later_sweep(what: str, fails: int) -> None:
    storage = Flaky()
    house = House(storage=storage)
    house.turn()
    storage.failing, storage.left = what, fails
    restarted = house.restarted()
    sweeps = 1
    while not restarted.sweep():
        sweeps += 1
        restarted.clock.advance(AGAIN)
    assert len(restarted.ending.ended) == 1
    assert sweeps <= 1 + fails // 2
    assert restarted.store.in_flight("hook") == ()


def test_entry_without_a_record_is_kept_until_it_is_old() -> None:
    house = House()
    house.store.note_in_flight(OpenTurn(KEY, "1.000001", DEAD, house.clock.epoch()))
    assert not house.sweep()
    assert len(house.store.in_flight("hook")) == 1
    house.clock.advance(LONGEST_AT_ALL + CLOCK_SKEW + 1)
    assert house.sweep()
    assert house.store.in_flight("hook") == ()


def test_turn_closed_by_its_own_process_costs_no_call() -> None:
    house = House()
    for number in range(50):
        key = replace(KEY, thread=f"{number + 1}.000001")
        note = InFlight(key.thread, house.clock.epoch(), DEAD, "stream", "9.000009", "C1", key.thread)
        house.store.update(key, lambda record, note=note: record.with_open(note))  # type: ignore[misc]
        house.store.note_in_flight(OpenTurn(key, key.thread, DEAD, house.clock.epoch()))
        house.store.update(key, lambda record, key=key: record.without_in_flight(key.thread))  # type: ignore[misc]
    assert house.sweep()
    assert (house.ending.ended, house.ending.closed) == ([], [])
    assert house.store.in_flight("hook") == ()


def test_sweep_is_due_at_first_and_then_at_intervals() -> None:
    clock = FakeClock()
    sweeps = SweepSchedule(clock)
    assert sweeps.take("hook")
    assert not sweeps.take("hook")
    assert sweeps.take("other")
    clock.advance(EVERY)
    assert sweeps.take("hook")
    sweeps.soon("hook")
    assert not sweeps.take("hook")
    clock.advance(AGAIN)
    assert sweeps.take("hook")


def many(house: House, count: int) -> None:
    for number in range(count):
        key = replace(KEY, thread=f"{number}.000001")
        note = InFlight(f"{number}.000001", house.clock.epoch(), DEAD, channel="C1", thread_ts=key.thread)
        house.store.update(key, lambda record, note=note: record.with_open(note))  # type: ignore[misc]
        house.store.note_in_flight(OpenTurn(key, note.ts, DEAD, house.clock.epoch() + number))


def test_sweep_ends_in_time_and_the_next_one_goes_on() -> None:
    """Slack allows about 19 stops a minute, so one request cannot end all orphans of a full process."""
    house = House()
    many(house, 400)
    house.ending.inside = lambda: house.clock.advance(3.0)
    sweeps = 0
    while not house.sweep():
        sweeps += 1
        assert house.clock.slept == []
        assert sweeps * SWEEP_SECONDS / 3.0 <= len(house.ending.ended) <= sweeps * REQUEST_SECONDS / 3.0
    assert len({remains.trigger_ts for remains in house.ending.ended}) == len(house.ending.ended) == 400
    assert sweeps == 2
    assert house.store.in_flight("hook") == ()


def test_sweep_leaves_time_for_its_last_orphan() -> None:
    assert SWEEP_SECONDS + LONGEST_END < REQUEST_SECONDS
