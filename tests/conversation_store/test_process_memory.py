import pytest

from conversation_store.process_memory import Presses
from conversation_store.resilient_store import ResilientStore
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from tests.support.stores import resilient


@pytest.fixture
def store(storage: FakeDifyStorage, clock: FakeClock) -> ResilientStore:
    return resilient(storage, clock)


def test_press_is_remembered_for_its_hook_by_every_process(store: ResilientStore) -> None:
    assert not Presses(store, "hook", set()).arrive()
    Presses(store, "hook", set()).note()
    assert Presses(store, "hook", set()).arrive()
    assert not Presses(store, "another", set()).arrive()


def test_store_is_asked_once_for_a_known_press(store: ResilientStore, storage: FakeDifyStorage) -> None:
    known = set[str]()
    Presses(store, "hook", known).note()
    storage.calls.clear()
    Presses(store, "hook", known).note()
    assert Presses(store, "hook", known).arrive()
    assert storage.calls == []


def test_press_is_known_in_its_process_alone_while_the_storage_is_broken(
    store: ResilientStore, storage: FakeDifyStorage
) -> None:
    storage.error = Exception("connection refused")
    known = set[str]()
    assert not Presses(store, "hook", known).arrive()
    Presses(store, "hook", known).note()
    assert Presses(store, "hook", known).arrive()
    assert not Presses(store, "hook", set()).arrive()
