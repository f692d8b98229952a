from collections.abc import Callable

import gevent
import pytest

from conversation_store.dify.dify_storage import TimedStorage
from errors import StoreError, StoreFull
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage


@pytest.fixture
def timed(storage: FakeDifyStorage, clock: FakeClock) -> TimedStorage:
    return TimedStorage(storage, clock)


def test_a_missing_key_is_no_error(timed: TimedStorage) -> None:
    assert timed.get("a") is None


@pytest.mark.parametrize("value", [b"", b"{}", bytes(range(256))])
def test_bytes_come_back(timed: TimedStorage, value: bytes) -> None:
    timed.set("a", value)
    assert timed.get("a") == value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("session not found", StoreError),
        ("load data failed", StoreError),
        ("save data failed: allocated size is greater than max storage size", StoreFull),
        ("", StoreError),
    ],
)
def test_errors_are_told_apart(
    timed: TimedStorage, storage: FakeDifyStorage, text: str, kind: type[Exception]
) -> None:
    storage.error = Exception(text)
    calls: list[Callable[[], object]] = [
        lambda: timed.get("a"),
        lambda: timed.set("a", b""),
        lambda: timed.delete("a"),
    ]
    for call in calls:
        with pytest.raises(StoreError) as caught:
            call()
        assert type(caught.value) is kind


def test_silent_storage_is_a_store_error(timed: TimedStorage, storage: FakeDifyStorage) -> None:
    storage.silent = {"get"}
    with pytest.raises(StoreError, match="no answer"):
        timed.get("a")


def test_the_caller_s_own_time_out_stays_the_caller_s(timed: TimedStorage, storage: FakeDifyStorage) -> None:
    storage.silent = {"get"}
    mine = gevent.Timeout(0.01)
    with pytest.raises(gevent.Timeout) as caught, mine:
        timed.get("a")
    assert caught.value is mine


def test_no_time_out_is_left_running(timed: TimedStorage) -> None:
    timed.set("a", b"1")
    gevent.sleep(0.25)


def test_a_write_over_the_quota_is_mended_by_a_delete(timed: TimedStorage, storage: FakeDifyStorage) -> None:
    """The counter is full of sizes that overwriting never gave back."""
    storage.quota = 10
    timed.set("a", b"12345")
    storage.counted = 10
    timed.set("a", b"1234567")
    assert storage.calls == ["set", "set", "delete", "set"]
    assert storage.values["a"] == b"1234567"


def test_full_stays_full_when_nothing_can_be_deleted(clock: FakeClock) -> None:
    storage = FakeDifyStorage(quota=0, counts_overwrites=True)
    storage.silent = {"delete"}
    with pytest.raises(StoreFull):
        TimedStorage(storage, clock).set("a", b"1")


def test_a_value_over_the_whole_quota_is_full(timed: TimedStorage, storage: FakeDifyStorage) -> None:
    storage.quota = 10
    with pytest.raises(StoreFull):
        timed.set("a", b"x" * 11)
