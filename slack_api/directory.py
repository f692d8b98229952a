"""Finds channels and members by the names under which Slack shows them, for an admin who asks once.

Source: docs/platform/slack.md#finding-by-name.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from errors import SlackError, SlackRefused
from json_fields import id_of, mapping_of, text_of
from slack_api.client import SlackApi

PAGES = 6  # of 999: in a larger workspace an admin has to give the id
MOST = 5  # ids that are told where a name is not clear
_OF_CHANNELS = {"public_channel": "channels:read", "private_channel": "groups:read"}


@dataclass(frozen=True, slots=True)
class Found:
    """`ids` are those that the name may mean. `lacks` is the scope without which Slack told no names, else ""."""

    ids: tuple[str, ...] = ()
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Directory:
    """For one request. What is found is not remembered; never raises."""

    api: SlackApi

    def channels(self, name: str) -> Found:
        """The channel of this name without `#`. A private one is found only where the bot is a member."""
        wanted = name.casefold()
        found = [
            _found(scope, partial(self._channels, types, wanted)) for types, scope in _OF_CHANNELS.items()
        ]
        ids = tuple(one for part in found for one in part.ids)
        return Found(ids) if ids else Found((), ", ".join(part.lacks for part in found if part.lacks))

    def members(self, name: str) -> Found:
        """The members of this e-mail address, or of this display name, full name or handle without `@`."""
        if "@" in name:
            return _found("users:read.email", lambda: (self.api.user_of_email(name),))
        return _found("users:read", lambda: self._people(name.casefold()))

    def _channels(self, types: str, wanted: str) -> Iterable[str]:
        listed = self.api.channels(types, PAGES)
        return (id_of(one, "id") for one in listed if text_of(one, "name").casefold() == wanted)

    def _people(self, wanted: str) -> Iterable[str]:
        listed = self.api.people(PAGES)
        return (
            id_of(one, "id") for one in listed if one.get("deleted") is not True and wanted in _names(one)
        )


def _names(user: Mapping[str, Any]) -> set[str]:
    profile = mapping_of(user, "profile")
    names = (text_of(user, "name"), text_of(profile, "display_name"), text_of(profile, "real_name"))
    return {name.casefold() for name in names if name}


def _found(scope: str, look: Callable[[], Iterable[str]]) -> Found:
    ids: list[str] = []
    try:
        for one in look():
            ids += [one] if one else []
            if len(ids) == MOST:
                break
    except SlackRefused as error:
        return Found(tuple(ids), scope if error.error == "missing_scope" else "")
    except SlackError:
        return Found(tuple(ids))
    return Found(tuple(ids))
