import gevent
import pytest

from conversation_store.cached_store import FRESH_SECONDS, CachedStore, RecordCache
from conversation_store.dify.buckets import Buckets, BucketState
from conversation_store.record import ThreadKey, ThreadRecord
from conversation_store.store import Change
from errors import StoreError
from tests.fake_clock import FakeClock, TickingClock
from tests.support.fake_dify_storage import FakeDifyStorage
from tests.support.store_contract import DAYS, unchanged, with_conversation


@pytest.fixture
def inner(storage: FakeDifyStorage, clock: FakeClock) -> Buckets:
    return Buckets(BucketState(), storage, clock, DAYS)


@pytest.fixture
def store(inner: Buckets, clock: FakeClock) -> CachedStore:
    return CachedStore(inner, RecordCache(clock))


@pytest.mark.parametrize("known", [True, False])
def test_cached_record_is_given_while_it_is_fresh(
    store: CachedStore,
    inner: Buckets,
    storage: FakeDifyStorage,
    clock: FakeClock,
    key: ThreadKey,
    *,
    known: bool,
) -> None:
    if known:
        inner.update(key, unchanged)
    first = store.get(key)
    storage.calls.clear()
    inner.update(key, with_conversation)
    clock.advance(FRESH_SECONDS - 0.1)
    assert store.get(key) == first
    assert storage.calls == ["get", "set"]
    clock.advance(0.2)
    record = store.get(key)
    assert record is not None
    assert record.conversation_id


def test_fresh_get_asks_the_store_and_is_cached(store: CachedStore, inner: Buckets, key: ThreadKey) -> None:
    store.get(key)
    written = inner.update(key, with_conversation)
    assert store.get(key, fresh=True) == written
    assert store.get(key) == written


def test_written_record_is_cached(store: CachedStore, storage: FakeDifyStorage, key: ThreadKey) -> None:
    written = store.claim(key, "1.000001", unchanged)
    storage.calls.clear()
    assert store.get(key) == written
    assert storage.calls == []


def test_failed_write_is_not_cached(store: CachedStore, storage: FakeDifyStorage, key: ThreadKey) -> None:
    store.update(key, unchanged)
    storage.quota = 0
    with pytest.raises(StoreError):
        store.update(key, with_conversation)
    storage.calls.clear()
    store.get(key)
    assert storage.calls == ["get"]


def test_slow_read_does_not_replace_a_newer_write_in_the_cache(
    store: CachedStore, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    """The read began before the write and would remember what it overtook."""
    inner = store.inner
    read = inner.get(key)
    gate = gevent.event.Event()

    class Slow:
        def get(self, key: ThreadKey, *, fresh: bool = False) -> object:
            gate.wait()
            return read

        def __getattr__(self, name: str) -> object:
            return getattr(inner, name)

    slow = CachedStore(Slow(), store.cache)  # type: ignore[arg-type]
    reader = gevent.spawn(slow.get, key)
    gevent.sleep(0)
    written = slow.update(key, with_conversation)
    gate.set()
    reader.join()
    assert slow.cache.records[key] == written


def test_record_of_a_write_that_returns_late_does_not_replace_a_later_write_in_the_cache(
    store: CachedStore, key: ThreadKey
) -> None:
    inner, gate = store.inner, gevent.event.Event()

    class Late:
        def update(self, key: ThreadKey, change: Change) -> ThreadRecord:
            record = inner.update(key, change)
            gate.wait()
            return record

        def __getattr__(self, name: str) -> object:
            return getattr(inner, name)

    late = CachedStore(Late(), store.cache)  # type: ignore[arg-type]
    writer = gevent.spawn(late.update, key, unchanged)
    gevent.sleep(0)
    store.update(key, with_conversation)
    gate.set()
    writer.join()
    assert store.get(key) == inner.get(key)


@pytest.mark.parametrize("early", range(5))
def test_cached_record_may_expire_during_a_call(storage: FakeDifyStorage, key: ThreadKey, early: int) -> None:
    clock = TickingClock()
    store = CachedStore(Buckets(BucketState(), storage, clock, DAYS), RecordCache(clock))
    for call in (store.get, lambda key: store.update(key, unchanged)):
        store.update(key, with_conversation)
        clock.advance(FRESH_SECONDS - 0.1 * early)
        clock.tick = 0.1
        assert call(key) is not None
        clock.tick = 0.0
