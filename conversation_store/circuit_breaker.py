"""Leaves a store alone for a moment after it failed: each failed call may take as long as its time-out."""

import logging
from collections.abc import Callable

from clock import Clock
from errors import StoreBusy, StoreError, StoreFull

REST = 5.0
"""Seconds until a store that failed is called again."""

_log = logging.getLogger("slack_bridge.store")  # its parent's lines reach the daemon


class CircuitBreaker:
    """Calls a store; after `failures` failed calls in a row it refuses every call for REST seconds.

    StoreBusy is not a failure. StoreFull does not count either, because a full store can still be read.
    The first failure is logged with the text `failing`, and the recovery with the text `recovered`.
    """

    def __init__(self, clock: Clock, *, failures: int, failing: str, recovered: str) -> None:
        self._clock = clock
        self._allowed = failures
        self._failing = failing
        self._recovered = recovered
        self._failures = 0
        self._rests_until = float("-inf")
        self.is_failing = False
        """Whether a call failed, and none has shown since that the store works."""

    def call[T](self, call: Callable[[], T], *, shows_recovery: bool = True) -> T:
        """Call the store. Raises what `call` raises, and StoreError for a refused call.

        `shows_recovery`: whether a success proves that the store works again. A read of a full store does not.
        """
        if self._clock.now() < self._rests_until:
            raise StoreError("the store failed a moment ago and is left alone")
        try:
            answer = call()
        except StoreBusy:
            raise
        except StoreError as error:
            if not self.is_failing:
                self.is_failing = True
                _log.warning("%s: %s", self._failing, error)
            if not isinstance(error, StoreFull):
                self._failures += 1
                if self._failures >= self._allowed:
                    self._rests_until = self._clock.now() + REST
            raise
        self._failures = 0
        if self.is_failing and shows_recovery:
            self.is_failing = False
            _log.warning("%s", self._recovered)
        return answer
