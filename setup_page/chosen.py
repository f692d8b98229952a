"""Which channel and which member an admin means, who types an id, a link, a name or an e-mail address."""

import re
from typing import Final

from setup_page.report import CheckLine, red, text
from slack_api import Directory, Found
from wording import SetupText

_CHANNEL: Final = re.compile(r"\b[CGD][A-Z0-9]{6,20}\b", re.ASCII)
_MEMBER: Final = re.compile(r"[UW][A-Z0-9]{6,20}", re.ASCII)


def chosen_channel(typed: str, directory: Directory | None) -> str | CheckLine:
    """The id of the channel, or the line that says why there is none. Without a directory only ids are known."""
    found = None if typed.startswith("#") else _CHANNEL.search(typed)
    if found:
        return found.group()
    name = typed.removeprefix("#").strip()
    listed = directory.channels(name) if directory and name else Found()
    return _chosen(SetupText.CHANNEL, SetupText.NO_CHANNEL, typed, listed)


def chosen_member(typed: str, directory: Directory | None) -> str | CheckLine:
    """The same for a member."""
    if _MEMBER.fullmatch(typed):
        return typed
    name = typed.removeprefix("@").strip()
    listed = directory.members(name) if directory and name else Found()
    return _chosen(SetupText.MEMBER, SetupText.NO_MEMBER, typed, listed)


def _chosen(title: SetupText, unknown: SetupText, typed: str, found: Found) -> str | CheckLine:
    if len(found.ids) == 1:
        return found.ids[0]
    if found.ids:
        return red(title, text(SetupText.SEVERAL, name=typed, ids=", ".join(found.ids)))
    if found.lacks:
        return red(title, text(SetupText.NAMES_UNKNOWN, name=typed, scope=found.lacks))
    return red(title, text(unknown, name=typed))
