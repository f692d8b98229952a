import random
import uuid
from collections import Counter
from dataclasses import replace
from functools import partial
from pathlib import Path

import gevent
import pytest
import yaml

from conversation_store.codec import record_fields
from conversation_store.dify.buckets import BUCKET_BYTES, BUCKETS, STORAGE_BYTES, Bucket, Buckets, BucketState
from conversation_store.record import DAY, HANDLED_KEPT, OpenTurn, ThreadKey, ThreadRecord
from conversation_store.store import Verdict
from errors import StoreError, StoreFull
from tests.fake_clock import FakeClock
from tests.support.fake_dify_storage import FakeDifyStorage
from tests.support.store_contract import DAYS, unchanged, with_conversation

MANIFEST = Path(__file__).parents[3] / "manifest.yaml"
DIFYS_LIMIT = 100 * 2**20


@pytest.fixture
def store(storage: FakeDifyStorage, clock: FakeClock) -> Buckets:
    return Buckets(BucketState(), storage, clock, DAYS)


def thread(number: int) -> ThreadKey:
    return ThreadKey("hook", "app", "T012ABCDEFG", "C012ABCDEFG", f"{1763881234 + number}.000100")


def usual_record(number: int, *, handled: int = 5, followers: int = 1) -> ThreadRecord:
    rng = random.Random(number)
    record = ThreadRecord(str(uuid.UUID(int=rng.getrandbits(128))), updated=1763881234.0 + number)
    for turn in range(handled):
        record = record.with_handled(
            f"{1763881234 + number + turn * 97 + rng.randrange(90)}.{rng.randrange(10**6):06d}"
        )
    for _ in range(followers):
        record = record.with_follower(f"U{rng.randrange(10**9, 10**10)}")
    return record.with_answer(record.handled[-1])


def written_instead(record: ThreadRecord, _: ThreadRecord) -> ThreadRecord:
    return record


def test_a_read_is_one_call_and_a_write_is_two(
    store: Buckets, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    store.get(key)
    assert storage.calls == ["get"]
    store.claim(key, "1.000001", unchanged)
    assert storage.calls == ["get", "get", "set"]
    store.claim(key, "1.000001", unchanged)
    assert storage.calls == ["get", "get", "set", "get"]


def test_keys_are_flat_and_few(store: Buckets, storage: FakeDifyStorage) -> None:
    for number in range(50):
        store.update(thread(number), unchanged)
    assert all(
        name.startswith("t1-") and name[3:].isdigit() and int(name[3:]) < BUCKETS for name in storage.values
    )


@pytest.mark.parametrize(
    "junk", [b"", b"{", b"null", b"[1]", b'{"a":1}', b"\xff\xfe", b'{"a":[30,{"u":"x"}]}', b"[" * 9999]
)
def test_a_broken_bucket_is_an_empty_one(
    store: Buckets, storage: FakeDifyStorage, key: ThreadKey, junk: bytes
) -> None:
    storage.values = {f"t1-{number}": junk for number in range(BUCKETS)}
    assert store.get(key) is None
    written = store.update(key, with_conversation)
    assert store.get(key) == written


def test_errors_are_store_errors(store: Buckets, storage: FakeDifyStorage, key: ThreadKey) -> None:
    storage.error = Exception("session not found")
    for call in (
        lambda: store.get(key),
        lambda: store.update(key, unchanged),
        lambda: store.claim(key, "1.000001", unchanged),
        lambda: store.forget(key),
        lambda: store.in_flight("hook"),
        lambda: store.note_in_flight(OpenTurn(key, "1.000001", "p1", 1.0)),
    ):
        with pytest.raises(StoreError, match="session not found"):
            call()


@pytest.mark.parametrize("call", ["get", "set"])
def test_bucket_is_unlocked_after_a_silent_storage(
    store: Buckets, storage: FakeDifyStorage, key: ThreadKey, call: str
) -> None:
    storage.silent = {call}
    with pytest.raises(StoreError, match="no answer"):
        store.claim(key, "1.000001", unchanged)
    storage.silent = set()
    store.claim(key, "1.000002", unchanged)


def test_update_fails_when_its_bucket_stays_locked(store: Buckets, key: ThreadKey) -> None:
    lock = store.state.locks[store.state.bucket_of(key.digest())]
    with lock, pytest.raises(StoreError, match="too long"):
        store.update(key, unchanged)
    store.update(key, unchanged)


def test_read_fails_while_its_bucket_is_locked(store: Buckets, key: ThreadKey) -> None:
    """Else the daemon may keep the state before the write for five minutes (docs/platform/dify.md#storage-cache)."""
    lock = store.state.locks[store.state.bucket_of(key.digest())]
    with lock, pytest.raises(StoreError, match="too long"):
        store.get(key)
    assert store.get(key) is None


def test_update_over_the_quota_is_store_full_and_later_updates_work(clock: FakeClock, key: ThreadKey) -> None:
    storage = FakeDifyStorage(quota=20)
    store = Buckets(BucketState(), storage, clock, DAYS)
    with pytest.raises(StoreFull):
        store.update(key, with_conversation)
    storage.quota = 10_000
    assert store.update(key, with_conversation) == store.get(key)


@pytest.mark.parametrize("counts_overwrites", [False, True])
def test_rewriting_never_uses_the_quota_up(clock: FakeClock, *, counts_overwrites: bool) -> None:
    """Daemons before 0.5.7 count every overwrite in full."""
    state = BucketState(buckets=4, bucket_bytes=2048)
    storage = FakeDifyStorage(quota=4 * 2048, counts_overwrites=counts_overwrites)
    store = Buckets(state, storage, clock, DAYS)
    for number in range(400):
        store.claim(thread(number % 8), f"{1763881234 + number}.000100", with_conversation)
    assert store.get(thread(7)) is not None
    assert storage.stored <= storage.quota


@pytest.mark.parametrize("scale", [64, pytest.param(1, marks=pytest.mark.soak)])
def test_twice_the_threads_never_fail_and_the_newest_half_is_known(clock: FakeClock, scale: int) -> None:
    """200,000 threads, or a 64th of them in a 64th of the store."""
    state = BucketState(buckets=BUCKETS // scale)
    storage = FakeDifyStorage(quota=STORAGE_BYTES // scale)
    store = Buckets(state, storage, clock, DAYS)
    threads = 200_000 // scale
    for number in range(threads):
        record = usual_record(number, handled=20, followers=3)
        store.update(thread(number), partial(written_instead, record))
        clock.advance(1)
    assert storage.stored <= state.buckets * BUCKET_BYTES
    assert all(store.get(thread(number)) for number in range(threads // 2, threads))


def test_the_oldest_drop_out_of_a_full_bucket(clock: FakeClock, storage: FakeDifyStorage) -> None:
    store = Buckets(BucketState(buckets=1, bucket_bytes=500), storage, clock, DAYS)
    for number in range(40):
        store.update(thread(number), with_conversation)
        clock.advance(1)
    known = [number for number in range(40) if store.get(thread(number))]
    assert 5 <= len(known) < 40
    assert known == list(range(known[0], 40))


def test_newest_hundred_thousand_threads_fit_into_their_buckets() -> None:
    """The fullest bucket has room for its share of the newest 100,000 threads, all of them large."""
    state = BucketState()
    fullest, _ = Counter(state.bucket_of(thread(n).digest()) for n in range(100_000)).most_common(1)[0]
    numbers = [n for n in range(100_000) if state.bucket_of(thread(n).digest()) == fullest]
    bucket = Bucket(None)
    for number in numbers:
        record = usual_record(number, handled=HANDLED_KEPT, followers=3)
        bucket.put(thread(number).digest(), record_fields(record), DAYS)
    assert len(Bucket(bucket.bounded(0.0, BUCKET_BYTES))) == len(numbers)
    assert len(bucket.bounded(0.0, 10 * BUCKET_BYTES)) <= 240 * len(numbers)


def test_usual_records_take_the_bytes_the_buckets_are_sized_for() -> None:
    bucket = Bucket(None)
    for number in range(40):
        record = usual_record(number)
        bucket.put(thread(number).digest(), record_fields(record), DAYS)
    assert len(bucket.bounded(0.0, BUCKET_BYTES)) <= 110 * 40


def test_press_counts_for_the_days_of_its_hook(store: Buckets, clock: FakeClock) -> None:
    store.note_press("hook")
    clock.advance(DAYS * DAY - 1)
    assert store.has_seen_press("hook")
    clock.advance(1)
    assert not store.has_seen_press("hook")


def test_press_takes_few_bytes(store: Buckets, storage: FakeDifyStorage) -> None:
    store.note_press("hook")
    assert storage.stored <= 80


def test_expired_records_take_no_bytes(clock: FakeClock) -> None:
    storage = FakeDifyStorage()
    store = Buckets(BucketState(buckets=1), storage, clock, DAYS)
    for number in range(40):
        store.update(thread(number), partial(written_instead, usual_record(number)))
    full = storage.stored
    clock.advance(DAYS * DAY)
    store.update(thread(41), with_conversation)
    assert storage.stored < full / 15


def test_hooks_with_other_days_share_a_bucket(clock: FakeClock, storage: FakeDifyStorage) -> None:
    state = BucketState(buckets=1)
    long, short = Buckets(state, storage, clock, 30), Buckets(state, storage, clock, 1)
    long.update(thread(1), with_conversation)
    clock.advance(2 * DAY)
    short.update(thread(2), with_conversation)
    assert long.get(thread(1)) is not None
    assert short.get(thread(1)) is None


def test_latest_record_stays_in_a_full_bucket(clock: FakeClock, storage: FakeDifyStorage) -> None:
    """Even when all were written in the same second."""
    store = Buckets(BucketState(buckets=1, bucket_bytes=300), storage, clock, DAYS)
    for number in range(60):
        store.update(thread(number % 20), lambda record: record.with_follower("U1"))
        assert store.get(thread(number % 20)) is not None
        assert storage.stored <= 300


def test_turns_that_begin_together_share_a_write(clock: FakeClock, storage: FakeDifyStorage) -> None:
    storage.latency = 0.005
    state = BucketState()
    turns = [OpenTurn(thread(number), f"{number}.000100", "p1", clock.epoch()) for number in range(40)]
    notes = [gevent.spawn(Buckets(state, storage, clock, DAYS).note_in_flight, turn) for turn in turns]
    gevent.joinall(notes, raise_error=True)
    assert set(Buckets(state, storage, clock, DAYS).in_flight("hook")) == set(turns)
    assert storage.calls.count("set") <= 2


def test_turns_with_a_verdict_that_begin_together_share_two_writes(
    clock: FakeClock, storage: FakeDifyStorage
) -> None:
    storage.latency = 0.005
    state, verdicts = BucketState(), [Verdict() for _ in range(40)]
    turns = [OpenTurn(thread(number), f"{number}.000100", "p1", clock.epoch()) for number in range(40)]
    notes = [
        gevent.spawn(Buckets(state, storage, clock, DAYS).note_in_flight, turn, verdict)
        for turn, verdict in zip(turns, verdicts, strict=True)
    ]
    gevent.sleep(0.01)
    for number, verdict in enumerate(verdicts):
        verdict.give(is_noted=number % 4 != 0)
    gevent.joinall(notes, raise_error=True)
    listed = {turn for number, turn in enumerate(turns) if number % 4 != 0}
    assert set(Buckets(state, storage, clock, DAYS).in_flight("hook")) == listed
    assert storage.calls.count("set") <= 2


def test_list_that_could_not_be_read_ahead_is_read_once_more(
    clock: FakeClock, storage: FakeDifyStorage, store: Buckets, key: ThreadKey
) -> None:
    turn, verdict = OpenTurn(key, "1.000001", "p1", clock.epoch()), Verdict()
    storage.error = Exception("session not found")
    noting = gevent.spawn(store.note_in_flight, turn, verdict)
    gevent.sleep(0.01)
    storage.error = None
    verdict.give(is_noted=True)
    noting.get(timeout=5)
    assert store.in_flight("hook") == (turn,)


def test_the_list_of_open_turns_is_bounded(clock: FakeClock, storage: FakeDifyStorage) -> None:
    store = Buckets(BucketState(), storage, clock, DAYS)
    store.note_in_flight(OpenTurn(thread(0), "0.000100", "p0", clock.epoch()))
    running = store.state.open_turns.hooks["hook"].running
    rng = random.Random(1)
    for number in range(1, 6000):
        ts = f"{number}.{rng.randrange(10**6):06d}"
        turn = OpenTurn(replace(thread(number), channel=f"C{rng.randrange(10**10)}"), ts, "p1", 1e6 + number)
        running[turn.key, turn.ts, turn.holder] = turn
    store.note_in_flight(OpenTurn(thread(6001), "6001.000100", "p1", 1e6 + 6001))
    found = store.in_flight("hook")
    assert max(map(len, storage.values.values())) <= 64 * 1024
    assert 1000 <= len(found) < 6000
    assert found[-1].ts == "6001.000100"


def test_end_of_a_turn_makes_no_storage_call(
    store: Buckets, storage: FakeDifyStorage, key: ThreadKey
) -> None:
    turn = OpenTurn(key, "1.000001", "p1", 1.0)
    store.note_in_flight(turn)
    storage.calls.clear()
    store.clear_in_flight(turn)
    assert storage.calls == []
    assert store.in_flight("hook") == ()


def test_bytes_of_all_buckets_are_within_difys_limit() -> None:
    assert STORAGE_BYTES <= DIFYS_LIMIT


@pytest.mark.skipif(not MANIFEST.exists(), reason="no manifest yet")
def test_manifest_asks_for_the_bytes_of_all_buckets() -> None:
    manifest = yaml.safe_load(MANIFEST.read_text())
    assert STORAGE_BYTES <= manifest["resource"]["permission"]["storage"]["size"] <= DIFYS_LIMIT
