"""What processes tell each other of answers that shall end: one stream on Redis, which every process reads."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, cast

import gevent
from redis import Redis

from clock import Clock
from conversation_store.redis.redis_client import PREFIX, redis_errors
from errors import StoreError

LOOK = 0.5  # seconds between two looks: a stop is seen at Dify within 2 s
REST = 5.0  # seconds after a look that failed
KEPT = 1_000  # notes; each is read by all processes within seconds
_AT_ONCE = 100
_STREAM = f"{PREFIX}:e"


@dataclass(frozen=True, slots=True)
class EndNote:
    """The answer to the message at this place shall end: `user` stopped it, or, with no user, its place is gone."""

    hook_id: str
    channel: str
    ts: str
    user: str = ""


class SharedStops:
    """One per server and process. Streams came with Redis 5; whether they work says nothing about the store."""

    def __init__(self, client: Redis, clock: Clock, spawn: Callable[..., Any] = gevent.spawn) -> None:
        self._client = client
        self._clock = clock
        self._spawn = spawn
        self._listens = False

    def tell(self, note: EndNote) -> None:
        """Tell all processes, also this one. Raises StoreError."""
        with redis_errors():
            self._client.xadd(_STREAM, cast("Any", asdict(note)), maxlen=KEPT, approximate=True)

    def listen(self, hear: Callable[[EndNote], None]) -> None:
        """Call `hear` with each note from now on; notes from before are not read. A second call does nothing."""
        if not self._listens:
            self._listens = True
            self._spawn(self._listen, hear)

    def _listen(self, hear: Callable[[EndNote], None]) -> None:
        last = ""
        while True:
            pause: float = LOOK
            notes: list[EndNote] = []
            try:
                last, notes = self._read(last) if last else (self._newest(), [])
            except StoreError:
                pause = REST
            for note in notes:
                hear(note)
            self._clock.sleep(pause)

    def _newest(self) -> str:
        """The id of the newest note."""
        with redis_errors():
            found = cast("list[tuple[bytes, Any]]", self._client.xrevrange(_STREAM, count=1))
            return found[0][0].decode() if found else "0-0"

    def _read(self, last: str) -> tuple[str, list[EndNote]]:
        """The notes behind the one with the id `last`, and the id of the newest of them."""
        with redis_errors():
            found = cast("Any", self._client.xread({_STREAM: last}, count=_AT_ONCE))
            entries: list[tuple[bytes, dict[bytes, bytes]]] = found[0][1] if found else []
            return (entries[-1][0].decode() if entries else last), [_note(given) for _, given in entries]


def _note(given: dict[bytes, bytes]) -> EndNote:
    told = {name.decode(): value.decode(errors="replace") for name, value in given.items()}
    return EndNote(**{field.name: told.get(field.name, "") for field in fields(EndNote)})
