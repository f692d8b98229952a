"""Plugin storage on disk with its quota, its cache and its quoted errors.

Source: docs/platform/dify.md#storage-errors, docs/platform/dify.md#storage-cache.
"""

import posixpath
from pathlib import Path

from clock import Clock

LOAD_FAILED = "load data failed, please check if the key is correct or you have not set it"
TRAVERSAL = "invalid key: path traversal attempt detected"
KEY_LIMIT = 256
TOO_LONG = f"key length must be less than {KEY_LIMIT} characters"
OVER_QUOTA = "allocated size is greater than max storage size"
CACHE_SECONDS = 300


class StorageRefused(Exception):
    """Its text is what the plugin's SDK raises."""


def _refuse_traversal(key: str) -> None:
    clean = posixpath.normpath(key)
    if ".." in clean or "//" in clean or "\\" in clean:
        raise StorageRefused(TRAVERSAL)


def _refuse_long(key: str) -> None:
    if len(key.encode()) > KEY_LIMIT:
        raise StorageRefused(TOO_LONG)


def _told(error: OSError, verb: str, path: Path) -> str:
    reason = (error.strerror or str(error)).lower()
    return f"{verb} {path}: {reason}"


class Storage:
    """The keys of one (tenant, plugin id).

    Sizes are counted as the daemon counts them, over-quota writes not at all.
    """

    def __init__(self, folder: Path, limit: int, clock: Clock) -> None:
        self.folder = folder
        self.limit = limit
        self._clock = clock
        self._cache: dict[str, tuple[float, bytes]] = {}
        self.counted = 0
        folder.mkdir(parents=True, exist_ok=True)
        self.counted = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())

    def _path(self, key: str) -> Path:
        return self.folder / posixpath.normpath(key).lstrip("/")

    def get(self, key: str) -> bytes:
        """Read, through the five minutes' cache; any failure at all has the same text."""
        try:
            _refuse_traversal(key)
            until, data = self._cache.get(key, (0.0, b""))
            if self._clock.now() < until:
                return data
            data = self._path(key).read_bytes()
        except (OSError, StorageRefused) as error:
            raise StorageRefused(LOAD_FAILED) from error
        self._cache[key] = (self._clock.now() + CACHE_SECONDS, data)
        return data

    def set(self, key: str, value: bytes) -> None:
        """Write, and look at the quota afterwards.

        Over it the data is stored, uncounted, and the cache is stale.
        """
        try:
            _refuse_traversal(key)
            _refuse_long(key)
            self._write(key, value)
        except StorageRefused as error:
            raise StorageRefused(f"save data failed: {error}") from error

    def _write(self, key: str, value: bytes) -> None:
        path = self._path(key)
        try:
            old = path.stat().st_size if path.exists() else 0
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(value)
        except OSError as error:
            raise StorageRefused(_told(error, "open", path)) from error
        if self.counted + len(value) - old > self.limit:
            raise StorageRefused(OVER_QUOTA)
        self.counted += len(value) - old
        self._cache.pop(key, None)

    def delete(self, key: str) -> int:
        """Delete; a missing key is an error. Gives how many cache entries went, as the daemon does."""
        cached = self._cache.pop(key, None) is not None
        path = self._path(key)
        try:
            size = path.stat().st_size
        except OSError as error:
            raise StorageRefused(f"delete data failed: {_told(error, 'stat', path)}") from error
        path.unlink()
        self.counted -= size
        return int(cached)

    def exist(self, key: str) -> int:
        """1 or 0."""
        until, _ = self._cache.get(key, (0.0, b""))
        if self._clock.now() < until:
            return 1
        try:
            return int(self._path(key).exists())
        except OSError:
            return 0

    def keys(self) -> dict[str, int]:
        """Every key with the size of its value."""
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        return {str(path.relative_to(self.folder)): path.stat().st_size for path in sorted(files)}
