"""The server side of a simulator's control API: named functions that take and give JSON."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from simulators.http1.server import Exchange

PREFIX = "/_control/"


def answer_control(exchange: Exchange, commands: Mapping[str, Callable[..., Any]]) -> None:
    """Run the command that the path names with the body's members as arguments; 400 tells what went wrong."""
    command = commands.get(exchange.request.path.removeprefix(PREFIX))
    if command is None:
        exchange.reply_json(404, {"error": f"unknown; there are: {', '.join(sorted(commands))}"})
        return
    try:
        arguments = json.loads(exchange.request.body or b"{}")
        exchange.reply_json(200, command(**arguments))
    except Exception as error:
        exchange.reply_json(400, {"error": f"{type(error).__name__}: {error}"})
