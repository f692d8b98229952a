"""The line that the plugin's log has for each turn that has ended."""

import json
import re
from collections.abc import Iterator
from typing import Any

from tests.conversations.stack import SimulatedDaemon
from tests.conversations.world import World

BEGIN = '{"turn":'


def log_of(world: World, ts: str) -> dict[str, Any] | None:
    """The line that the log has for the turn of this message, once the turn has ended."""
    return next(
        (turn for turn in turns_of(world) if turn["ts"] == ts and turn["outcome"] != "handed on"), None
    )


def turns_of(world: World) -> Iterator[dict[str, Any]]:
    """What the log says of each turn since the conversation began."""
    if isinstance(world.daemon, SimulatedDaemon):
        return _simulated(world.daemon, world.began)
    return _real(world)


def _simulated(daemon: SimulatedDaemon, since: float) -> Iterator[dict[str, Any]]:
    """Only lines of this conversation: many tests look every few milliseconds, and the whole log grows long."""
    messages = (str(entry.get("message")) for entry in daemon.control.logs("log", since))
    return (json.loads(message)["turn"] for message in messages if message.startswith(BEGIN))


def _real(world: World) -> Iterator[dict[str, Any]]:
    """Each kind of daemon quotes a line differently."""
    log, decoder = world.daemon.log().replace("\\", ""), json.JSONDecoder()
    return (decoder.raw_decode(log, start.start())[0]["turn"] for start in re.finditer(re.escape(BEGIN), log))
