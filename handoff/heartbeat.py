"""The body of `/slack/turns`: a byte when a request owns the turn, then a byte every 10 s until the turn has ended."""

from collections.abc import Callable, Generator
from typing import Any

import gevent

from clock import Clock
from turns import HEARTBEAT_SECONDS, Work

BEAT = b"."


def heartbeats(
    work: Work, clock: Clock, spawn: Callable[..., Any] = gevent.spawn
) -> Generator[bytes, None, None]:
    """Run the work in its own greenlet, so that the bytes come in time whatever the work waits for.

    The body is tiny and we read it to its end ourselves. No other streamed body is safe with the plugin daemon
    (docs/platform/dify.md#endpoint-answers).
    """
    running = spawn(work.run)
    yield BEAT
    while not running.ready():
        running.join(timeout=clock.wall(HEARTBEAT_SECONDS))
        if not running.ready():
            yield BEAT
