"""Reads the name with which a question chooses an app: `~legal may I …` (docs/architecture.md#d17-rules)."""

import re
from collections.abc import Collection
from dataclasses import replace

from message import MENTION, Message

_STOPS = ",:，、："  # noqa: RUF001 - those of other scripts
_NAMED = re.compile(
    rf"((?:\s|<@[A-Za-z0-9]{{1,64}}(?:\|[^<>]{{0,200}})?>|[{_STOPS}])*)~([\w-]{{1,40}})(?=[\s{_STOPS}]|$)[\s{_STOPS}]*"
)


def with_app_name(message: Message, names: Collection[str]) -> Message:
    """The message with its `app_name`, and without that name in its text; as it is if there are no names at all.

    The name need not be one of `names`: whoever mistypes a name is told the names.
    """
    found = _NAMED.match(message.text) if names else None
    if found is None or set(MENTION.findall(found[1])) - {message.bot_user_id}:
        return message
    return replace(message, text=found[1] + message.text[found.end() :], app_name=found[2].casefold())
