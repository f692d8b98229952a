"""Decides by the settings whether a member is answered in a place, by which app, and which setting decides. Pure.

A caller gives the facts that are known. If another fact decides, the ruling names the fact in `lacks`, and a caller
that cannot find the fact out takes the answer for "no" (docs/architecture.md#d16-tenants-and-bounds).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from errors import SettingsError
from provider.settings import Settings

PlaceKind = Literal["im", "mpim", "channel"]


class Fact(StrEnum):
    """What only Slack can tell."""

    ORGANISATION = "whether the member is of another organisation"
    GUEST = "whether the member is a guest"
    EMAIL = "the member's e-mail address"
    GROUPS = "the user groups of the member"
    CHANNEL_KIND = "whether the channel is a group direct message"
    CHANNEL_NAME = "the name of the channel"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks. None stands for a fact that is not known.

    `user` is "" for a workflow. `bot_id` is the app that wrote the message, if one did. `is_outsider` tells of another
    organisation. `email` is "" for a member without one. `groups` are those parts of `allowed_users` that name groups
    of which the member is one, as Settings holds them: `@handle` or `S…`.
    """

    user: str
    bot_id: str = ""
    is_outsider: bool | None = None
    is_guest: bool | None = None
    email: str | None = None
    groups: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody asks. `name` is the channel's name without `#`. None stands for a fact that is not known."""

    channel: str
    kind: PlaceKind | None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the settings say.

    `answered` is None while the fact `lacks` is not known. `settings` names the setting that says no, or for a yes all
    settings that could have said no. `app_setting` names the setting that chose the app.
    """

    answered: bool | None
    settings: tuple[str, ...] = ()
    lacks: Fact | None = None
    app_id: str = ""
    app_setting: str = ""


@dataclass(frozen=True, slots=True)
class _Step:
    """What one setting says: yes, no, or that a fact is lacking. `setting` is "" for one that does not restrict."""

    setting: str = ""
    answered: bool = True
    lacks: Fact | None = None


def rule(settings: Settings, asker: Asker, place: Place, app_name: str = "") -> Ruling:
    """Whether `asker` is answered in `place`, and by which app; `app_name` is what stands behind `~` in the question.

    A name that no app has is no reason for a no: then the app of the place is given.
    """
    steps = (*_who(settings, asker), _where(settings, place))
    if (refused := _refused(steps)) is not None:
        return refused
    try:
        app_id = settings.app_for(place.channel, app_name)
    except SettingsError as error:
        return Ruling(False, (error.setting,))
    return Ruling(
        True,
        tuple(step.setting for step in steps if step.setting),
        app_id=app_id,
        app_setting=settings.app_setting(place.channel, app_name),
    )


def is_open(settings: Settings, place: Place) -> bool | None:
    """Whether each message of a member that begins a thread there is a question, without a mention.

    None: the name of the channel decides, and is not known. Whether the member is answered, `rule` says.
    """
    listed = settings.open_channels
    if place.kind in {"im", "mpim"} or place.channel in listed or not any(map(is_channel_name, listed)):
        return place.kind not in {"im", "mpim"} and place.channel in listed
    return None if place.name is None else f"#{place.name.casefold()}" in listed


def may_ask(settings: Settings, asker: Asker) -> Ruling:
    """What the rules on members alone say, wherever the member asks."""
    steps = _who(settings, asker)
    return _refused(steps) or Ruling(True, tuple(step.setting for step in steps if step.setting))


def _refused(steps: Sequence[_Step]) -> Ruling | None:
    """The ruling of the first setting that says no; if none does, of the first one that lacks a fact."""
    refusing = [step for step in steps if not step.answered] or [step for step in steps if step.lacks]
    if not refusing:
        return None
    return Ruling(None if refusing[0].lacks else False, (refusing[0].setting,), refusing[0].lacks)


def _who(settings: Settings, asker: Asker) -> Sequence[_Step]:
    if not asker.bot_id:
        return _connect(settings, asker), _guests(settings, asker), _allowed_users(settings, asker)
    return _Step("trusted_bots", asker.bot_id in settings.trusted_bots), _connect(settings, asker)


def _connect(settings: Settings, asker: Asker) -> _Step:
    if settings.slack_connect:
        return _Step("slack_connect") if asker.is_outsider else _Step()
    if asker.is_outsider is None:
        return _Step("slack_connect", lacks=Fact.ORGANISATION)
    return _Step("slack_connect", answered=False) if asker.is_outsider else _Step()


def _guests(settings: Settings, asker: Asker) -> _Step:
    """A guest is of our own workspace: `slack_connect` is what decides on members of other organisations."""
    if settings.guests or asker.is_outsider:
        return _Step()
    if asker.is_outsider is None:
        return _Step("guests", lacks=Fact.ORGANISATION)
    if asker.is_guest is None:
        return _Step("guests", lacks=Fact.GUEST)
    return _Step("guests", answered=not asker.is_guest)


def _allowed_users(settings: Settings, asker: Asker) -> _Step:
    listed, name = settings.allowed_users, "allowed_users"
    if not listed:
        return _Step()
    for found in (asker.user in listed, _by_email(listed, asker), _by_group(listed, asker)):
        if isinstance(found, Fact):
            return _Step(name, lacks=found)
        if found:
            return _Step(name)
    return _Step(name, answered=False)


def _by_email(listed: frozenset[str], asker: Asker) -> bool | Fact:
    """An address proves nothing of a member of another organisation, whose own admins can set any address."""
    if asker.is_outsider or not any(map(is_email, listed)):
        return False
    if asker.is_outsider is None:
        return Fact.ORGANISATION
    return Fact.EMAIL if asker.email is None else asker.email.casefold() in listed


def _by_group(listed: frozenset[str], asker: Asker) -> bool | Fact:
    if not any(map(is_group, listed)):
        return False
    return Fact.GROUPS if asker.groups is None else bool(asker.groups & listed)


def _where(settings: Settings, place: Place) -> _Step:
    if place.kind in {"im", "mpim"}:
        return _Step("direct_messages", settings.direct_messages)
    listed = settings.allowed_channels
    is_listed = not listed or place.channel in listed
    if place.kind is None and not (settings.direct_messages and is_listed):
        return _Step(
            "allowed_channels" if settings.direct_messages else "direct_messages", lacks=Fact.CHANNEL_KIND
        )
    if is_listed:
        return _Step("allowed_channels") if listed else _Step()
    if any(map(is_channel_name, listed)):
        if place.name is None:
            return _Step("allowed_channels", lacks=Fact.CHANNEL_NAME)
        if f"#{place.name.casefold()}" in listed:
            return _Step("allowed_channels")
    return _Step("allowed_channels", answered=False)


def is_email(part: str) -> bool:
    """Whether a part of `allowed_users` is an e-mail address."""
    return "@" in part[1:]


def is_group(part: str) -> bool:
    """Whether a part of `allowed_users` names a user group: `@handle`, or an id that begins with S."""
    return part.startswith("@") or (part.startswith("S") and "@" not in part)


def is_channel_name(part: str) -> bool:
    """Whether a part of `allowed_channels` or `open_channels` is a name such as `#help`."""
    return part.startswith("#")
