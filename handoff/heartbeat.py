"""The body of `/slack/turns`: a byte when the turn is owned, then one every 10 s until it has ended."""

from collections.abc import Callable, Generator
from typing import Any

import gevent

from clock import Clock
from turns import HEARTBEAT_SECONDS, Work

BEAT = b"."


def heartbeats(
    work: Work, clock: Clock, spawn: Callable[..., Any] = gevent.spawn
) -> Generator[bytes, None, None]:
    """Run in a greenlet of its own, so that the bytes come in time whatever the turn waits for.

    Tiny and drained by ourselves: the one streamed body that is safe with the plugin daemon
    (docs/platform/dify.md#endpoint-answers).
    """
    running = spawn(work.run)
    yield BEAT
    while not running.ready():
        running.join(timeout=clock.wall(HEARTBEAT_SECONDS))
        if not running.ready():
            yield BEAT
