from pathlib import Path

import pytest

from simulators.daemon.storage import LOAD_FAILED, Storage, StorageRefused
from tests.fake_clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def storage(tmp_path: Path, clock: FakeClock) -> Storage:
    return Storage(tmp_path / "keys", 10, clock)


def test_over_quota_is_written_uncounted_and_behind_a_stale_cache(storage: Storage, clock: FakeClock) -> None:
    storage.set("a", b"12345")
    assert storage.get("a") == b"12345"
    with pytest.raises(
        StorageRefused, match="save data failed: allocated size is greater than max storage size"
    ):
        storage.set("a", b"x" * 11)
    assert storage.counted == 5
    assert storage.get("a") == b"12345"
    clock.sleep(301)
    assert storage.get("a") == b"x" * 11


def test_counting(storage: Storage) -> None:
    storage.set("a", b"123456")
    storage.set("a", b"12")
    storage.set("b", b"12345678")
    storage.delete("a")
    assert (storage.counted, storage.keys()) == (8, {"b": 8})


@pytest.mark.parametrize("key", ["..", "a/../../b", "a\\b", "a..b"])
def test_traversal(storage: Storage, key: str) -> None:
    with pytest.raises(StorageRefused, match="invalid key: path traversal attempt detected"):
        storage.set(key, b"")
    with pytest.raises(StorageRefused, match=LOAD_FAILED):
        storage.get(key)


def test_slashes_make_folders_that_collide(storage: Storage) -> None:
    storage.set("a/b", b"1")
    with pytest.raises(StorageRefused, match="is a directory"):
        storage.set("a", b"1")


def test_size_is_found_again(storage: Storage, tmp_path: Path, clock: FakeClock) -> None:
    storage.set("a", b"1234")
    assert Storage(tmp_path / "keys", 10, clock).counted == 4


def test_exist_sees_the_cache(storage: Storage) -> None:
    storage.set("a", b"1")
    assert (storage.exist("a"), storage.exist("b")) == (1, 0)
    storage.get("a")
    (storage.folder / "a").unlink()
    assert storage.exist("a") == 1
