"""The line that the plugin's log has for each turn that has ended."""

import json
import re
from typing import Any

from tests.conversations.world import World


def log_of(world: World, ts: str) -> dict[str, Any] | None:
    """The line that the log has for the turn of this message, once the turn has ended."""
    log, decoder = (
        world.daemon.log().replace("\\", ""),
        json.JSONDecoder(),
    )  # each kind of daemon quotes it differently
    turns = (decoder.raw_decode(log, start.start())[0]["turn"] for start in re.finditer(r'\{"turn":', log))
    return next((turn for turn in turns if turn["ts"] == ts and turn["outcome"] != "handed on"), None)
