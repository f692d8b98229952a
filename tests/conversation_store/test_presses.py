from collections.abc import Callable
from typing import cast

from conversation_store.presses import Presses
from conversation_store.record import ThreadKey, ThreadRecord
from conversation_store.store import ThreadStore
from errors import StoreError


class Records(dict[ThreadKey, ThreadRecord]):
    """As much of a store as is asked here; `broken`: all of it fails."""

    broken = False

    def get(self, key: ThreadKey, *_: object) -> ThreadRecord | None:  # type: ignore[override]
        self._look()
        return super().get(key)

    def update(self, key: ThreadKey, change: Callable[[ThreadRecord], ThreadRecord]) -> ThreadRecord:  # type: ignore[override]
        self._look()
        self[key] = change(self.get(key) or ThreadRecord())
        return self[key]

    def _look(self) -> None:
        if self.broken:
            raise StoreError("broken")


def presses(records: Records, hook: str = "hook", known: set[str] | None = None) -> Presses:
    return Presses(cast("ThreadStore", records), hook, set() if known is None else known)


def test_one_press_is_remembered_for_its_hook_by_every_process() -> None:
    records = Records()
    assert not presses(records).arrive()
    presses(records).note()
    assert presses(records).arrive()
    assert not presses(records, "another").arrive()


def test_the_store_is_asked_once() -> None:
    records, known = Records(), set[str]()
    presses(records, known=known).note()
    records.broken = True
    presses(records, known=known).note()
    assert presses(records, known=known).arrive()


def test_a_broken_store_costs_the_memory_only() -> None:
    records, known = Records(), set[str]()
    records.broken = True
    assert not presses(records).arrive()
    presses(records, known=known).note()
    assert presses(records, known=known).arrive()
    records.broken = False
    assert not presses(records).arrive()
