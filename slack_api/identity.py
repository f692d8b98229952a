"""Whose token it is and who a user is, read from the answers of auth.test and users.info. Pure."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from json_fields import mapping, mapping_of, text_of

LONGEST_NAME = 80  # characters
JOINER = "\u200d"  # holds the parts of one emoji together


@dataclass(frozen=True, slots=True)
class UserInfo:
    """A user of users.info. `known` is False where only the id is known, which is the name then.

    `enterprise_id` is the user's organisation, "" for none, and `team_id` the home workspace, which Slack may leave out
    (docs/platform/slack.md#enterprise-grid). `email` is "" where Slack does not tell it, which needs the scope
    `users:read.email` (docs/platform/slack.md#guests).
    """

    id: str
    name: str
    locale: str = ""
    known: bool = True
    enterprise_id: str = ""
    is_guest: bool = False
    email: str = field(default="", repr=False)
    team_id: str = ""
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class AuthInfo:
    """What auth.test answers; `scopes` is None where the answer did not name them.

    `bot_name` and `team_name` are as Slack shows them. `clock_ahead`: by how many seconds of the wall Slack's clock is
    ahead of ours; None where the answer had no date.
    """

    team_id: str
    user_id: str
    bot_id: str
    scopes: frozenset[str] | None
    enterprise_id: str = ""
    bot_name: str = ""
    team_name: str = ""
    clock_ahead: float | None = None


def user_info(user_id: str, raw: Any) -> UserInfo:
    """Read a user. The name is the display name, as Slack shows it, or else the full name, or else the handle."""
    user = mapping(raw)
    profile = mapping_of(user, "profile")
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    name = next(filter(None, map(_plain, names)), user_id)
    organisation = text_of(mapping_of(user, "enterprise_user"), "enterprise_id")
    return UserInfo(
        user_id,
        name,
        text_of(user, "locale"),
        known=bool(user),
        enterprise_id=organisation,
        is_guest=user.get("is_restricted") is True or user.get("is_ultra_restricted") is True,
        email=text_of(profile, "email"),
        team_id=text_of(user, "team_id"),
        is_bot=user.get("is_bot") is True,
    )


def _plain(name: Any) -> str:
    """A name on one line, cut short: its owner chose it freely, and it goes into prompts, notes and inputs of apps."""
    if not isinstance(name, str):
        return ""
    beginning = name[: 4 * LONGEST_NAME]
    shown = "".join(char if char.isprintable() or char == JOINER else " " for char in beginning)
    return " ".join(shown.split())[:LONGEST_NAME].rstrip()


def auth_info(raw: Any, headers: Mapping[str, str]) -> AuthInfo:
    """Read the answer of auth.test; the scopes come in one of its headers, whose names are lower-case."""
    answer = mapping(raw)
    scopes = headers.get("x-oauth-scopes")
    return AuthInfo(
        team_id=text_of(answer, "team_id"),
        user_id=text_of(answer, "user_id"),
        bot_id=text_of(answer, "bot_id"),
        scopes=None if scopes is None else frozenset(scopes.replace(",", " ").split()),
        enterprise_id=text_of(answer, "enterprise_id"),
        bot_name=_plain(answer.get("user")),
        team_name=_plain(answer.get("team")),
        clock_ahead=_ahead(headers.get("date", "")),
    )


def _ahead(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except (ValueError, OverflowError):
        return None
