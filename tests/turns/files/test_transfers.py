import gevent
from gevent.event import Event

from turns.files.transfers import Transfers


def hold(transfers: Transfers, hook: str, held: list[str], done: Event) -> None:
    with transfers.of(hook).place():
        held.append(hook)
        done.wait(5)


def test_hook_that_wants_all_places_leaves_one_to_another_hook() -> None:
    transfers, held, done = Transfers(4, 3), list[str](), Event()
    greedy = [gevent.spawn(hold, transfers, "hostile", held, done) for _ in range(20)]
    gevent.sleep(0)
    assert held == ["hostile"] * 3
    other = gevent.spawn(hold, transfers, "hook", held, done)
    gevent.sleep(0)
    assert held == [*["hostile"] * 3, "hook"]
    done.set()
    gevent.joinall([*greedy, other], timeout=5, raise_error=True)
    assert len(held) == 21


def test_held_places_are_at_most_those_of_the_process() -> None:
    transfers, held, done = Transfers(4, 3), list[str](), Event()
    all_of_them = [gevent.spawn(hold, transfers, f"hook-{n % 5}", held, done) for n in range(15)]
    gevent.sleep(0)
    assert len(held) == 4
    done.set()
    gevent.joinall(all_of_them, timeout=5, raise_error=True)


def test_hook_without_files_is_forgotten() -> None:
    transfers = Transfers(4, 3)
    with transfers.of("hook").place():
        pass
    assert not vars(transfers)["_hooks"]
