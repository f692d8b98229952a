"""A stand-in for `session.storage`, with the daemon's errors and the daemon's way of counting the quota.

Source: docs/platform/dify.md#storage-errors, docs/platform/dify.md#storage-quota.
"""

import gevent

MISSING = "load data failed, please check if the key is correct or you have not set it"
FULL = "save data failed: allocated size is greater than max storage size"


class FakeDifyStorage:
    """Writes before it checks the quota, as the daemon does, which counts from the first write within the quota.

    `counts_overwrites`: count an overwritten value again, as daemons before 0.5.7 do.
    """

    def __init__(self, quota: int = 100 * 2**20, *, counts_overwrites: bool = False) -> None:
        self.values: dict[str, bytes] = {}
        self.quota = quota
        self.counted: int | None = None
        self.calls: list[str] = []
        self.error: Exception | None = None
        self.silent: set[str] = set()
        self.latency = 0.0
        self._counts_overwrites = counts_overwrites

    @property
    def stored(self) -> int:
        return sum(map(len, self.values.values()))

    def get(self, key: str) -> bytes:
        self._called("get")
        if key not in self.values:
            raise Exception(MISSING)  # noqa: TRY002 - as the SDK does
        return self.values[key]

    def set(self, key: str, val: bytes) -> None:
        self._called("set")
        assert len(key) <= 256
        before = 0 if self._counts_overwrites else len(self.values.get(key, b""))
        self.values[key] = val
        counted = (self.counted or 0) + len(val) - before
        if counted > self.quota:
            raise Exception(FULL)  # noqa: TRY002
        self.counted = counted

    def delete(self, key: str) -> None:
        self._called("delete")
        if key not in self.values:
            raise Exception(f"delete data failed: stat {key}: no such file or directory")  # noqa: TRY002
        size = len(self.values.pop(key))
        self.counted = None if self.counted is None else self.counted - size

    def exist(self, key: str) -> bool:
        self._called("exist")
        return key in self.values

    def _called(self, name: str) -> None:
        self.calls.append(name)
        gevent.sleep(self.latency)
        if name in self.silent:
            gevent.sleep(60)
        if self.error is not None:
            raise self.error
