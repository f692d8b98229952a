"""The command line."""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass

TOKEN = "xoxb-simulated-token"
SIGNING_SECRET = "51ac00000000000000000000000051ac"


@dataclass(slots=True, frozen=True)
class Options:
    """`time_scale` is wall seconds per design second."""

    host: str = "127.0.0.1"
    port: int = 0
    tiers: bool = False
    time_scale: float = 1.0
    manifest: str = ""
    signing_secret: str = SIGNING_SECRET
    token: str = TOKEN
    events_url: str = ""
    interactions_url: str = ""
    commands_url: str = ""
    patience_floor: float = 1.0


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """From the command line; the time scale falls back to TIME_SCALE."""
    parser = argparse.ArgumentParser(prog="python -m simulators.slack", description="A double of Slack.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--tiers", choices=("on", "off"), default="off", help="rate limits")
    parser.add_argument("--time-scale", type=float, default=float(os.environ.get("TIME_SCALE") or 1.0))
    parser.add_argument("--manifest", default="", help="app manifest whose scopes and events are enforced")
    parser.add_argument("--signing-secret", default=SIGNING_SECRET)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--events-url", default="")
    parser.add_argument("--interactions-url", default="")
    parser.add_argument("--commands-url", default="")
    parser.add_argument("--patience-floor", type=float, default=1.0, help="wall seconds")
    read = vars(parser.parse_args(arguments))
    return Options(**(read | {"tiers": read["tiers"] == "on"}))
