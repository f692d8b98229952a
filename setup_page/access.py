"""Who may see the self-check: whoever knows the setting `setup_key`, told by HTTP Basic as the password."""

import binascii
import hmac
import secrets
from base64 import b64decode
from collections import deque
from enum import Enum, auto
from hashlib import sha256
from typing import Final

from cachetools import LRUCache

from clock import Clock

WRONG_KEYS: Final = (
    10  # within PAUSE seconds; then no key is looked at, not even the right one, for PAUSE seconds
)
PAUSE: Final = 60.0
HOOKS: Final = 10_000
_LONGEST: Final = 4_096  # characters of the header


class Access(Enum):
    """Whether a request opens the self-check."""

    OPEN = auto()
    LOCKED = auto()
    PAUSED = auto()


class KeyGuard:
    """One per process; each hook is guarded by itself."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._wrong: LRUCache[str, deque[float]] = LRUCache(HOOKS)
        self._paused_until: LRUCache[str, float] = LRUCache(HOOKS)

    def judge(self, hook_id: str, setup_key: str | None, authorization: str) -> Access:
        """Compare the key of an `Authorization` header. A request without a key is locked, and not counted as wrong.

        A hook without a setup key answers as one with a key that nobody knows.
        """
        if self.pause_left(hook_id) > 0:
            return Access.PAUSED
        if not authorization:
            return Access.LOCKED
        if is_key(password_of(authorization), setup_key):
            return Access.OPEN
        self._count(hook_id)
        return Access.LOCKED

    def pause_left(self, hook_id: str) -> float:
        """The seconds for which no key of this hook is looked at."""
        return max(0.0, self._paused_until.get(hook_id, 0.0) - self._clock.now())

    def _count(self, hook_id: str) -> None:
        now = self._clock.now()
        wrong = self._wrong.setdefault(hook_id, deque(maxlen=WRONG_KEYS))
        wrong.append(now)
        if len(wrong) == WRONG_KEYS and now - wrong[0] <= PAUSE:
            self._paused_until[hook_id] = now + PAUSE
            wrong.clear()


def is_key(given: str, setup_key: str | None) -> bool:
    """Whether this is the key, in a time that tells neither the key's length nor whether there is one."""
    known = setup_key if setup_key is not None else secrets.token_hex()
    same = hmac.compare_digest(_digest(given), _digest(known))
    return same and setup_key is not None and bool(setup_key)


def password_of(authorization: str) -> str:
    """The password of an HTTP Basic header; "" for any other header."""
    scheme, _, encoded = authorization[:_LONGEST].partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return b64decode(encoded.strip(), validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
