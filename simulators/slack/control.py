"""The control API's calls by their names; workspace.py is its client."""

from collections.abc import Callable
from typing import Any

from simulators.slack.control_acts import Acts
from simulators.slack.control_looks import Looks
from simulators.slack.control_setup import Setup
from simulators.slack.control_socket import Links
from simulators.slack.double import Double


def commands(double: Double) -> dict[str, Callable[..., Any]]:
    """Name the commands: the public methods of the desks."""
    found: dict[str, Callable[..., Any]] = {}
    for desk in (Setup(double), Acts(double), Looks(double), Links(double)):
        names = (name for name in dir(desk) if not name.startswith("_"))
        found.update({name: getattr(desk, name) for name in names})
    return found
