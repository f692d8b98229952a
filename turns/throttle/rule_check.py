"""Asks Slack for what the admin's rules need to know of a member and a place (provider/rules.py decides)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from message import Message
from provider import Asker, Fact, Place, Ruling, Settings, is_email, is_group, is_open, may_ask, rule
from slack_api import PATIENT, ChannelNames, Channels, UserGroups, UserInfo
from turns.report import logger
from turns.throttle.bot_identities import Installation

_UNKNOWN = "nobody is answered by the setting %s in %s, since Slack does not tell %s: %s"
_CURES = {
    Fact.ORGANISATION: "give the Slack app the scope users:read and install it again",
    Fact.GUEST: "give the Slack app the scope users:read and install it again",
    Fact.EMAIL: "give the Slack app the scope users:read.email and install it again",
    Fact.GROUPS: "give the Slack app the scope usergroups:read and install it again; free workspaces have no groups",
    Fact.CHANNEL_KIND: "give the Slack app the scope mpim:read and install it again",
    Fact.CHANNEL_NAME: "give the Slack app the scopes channels:read and groups:read, or give ids in place of names",
}


def asker_of(message: Message) -> Asker:
    """The author, as far as the message tells of the author."""
    # A press names no organisation, and its team may be that of a colleague in another workspace. A reaction has none.
    unnamed = message.source == "reaction" or (message.source in {"button", "command"} and message.user_team)
    outside = message.is_outsider(message.user_team, message.enterprise_id)
    return Asker(message.user, message.bot_id, is_outsider=None if outside and unnamed else outside)


def place_of(message: Message) -> Place:
    """The channel, as far as the message tells of the channel. A mention and a press may not tell its type."""
    if message.is_dm:
        return Place(message.channel, "im")
    if message.is_group_dm:
        return Place(message.channel, "mpim")
    return Place(message.channel, "channel" if message.channel_type else None)


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """For one hook and one request. What Slack does not tell counts as no."""

    settings: Settings
    installation: Installation
    channels: Channels
    names: ChannelNames
    groups: UserGroups

    def ruling(self, message: Message) -> Ruling:
        """What the rules say of this message; `answered` is never None. This may ask Slack, and wait."""
        # The organisation that an event names may be the author's own: only the token's own one counts here.
        asker, place = replace(asker_of(message), is_outsider=None), place_of(message)
        while (found := rule(self.settings, asker, place, message.app_name)).lacks is not None:
            told = self._told(found.lacks, message)
            if not told:
                logger.warning(_UNKNOWN, found.settings[0], place.channel, found.lacks, _CURES[found.lacks])
                return replace(found, answered=False)
            if found.lacks in {Fact.CHANNEL_KIND, Fact.CHANNEL_NAME}:
                place = replace(place, **told)
            else:
                asker = replace(asker, **told)
        return found

    def is_open(self, message: Message) -> bool:
        """Whether each message of a member that begins a thread there is a question. This may ask Slack, and wait."""
        place = place_of(message)
        found = is_open(self.settings, place)
        if found is None:
            name = self.names.of(self.installation.api, place.channel) or ""
            found = is_open(self.settings, replace(place, name=name))
        return found is True

    def foresees_refusal(self, message: Message) -> bool:
        """Whether `ruling` would say no by what Slack has told before. Asks nobody."""
        installation, place = self.installation, place_of(message)
        api, user, bot = installation.api, message.user, installation.known_bot()
        person = installation.users.known(api, user)
        outside = message.is_outsider(message.user_team, bot.enterprise_id) if bot else None
        if outside is None and bot and person:
            outside = person.enterprise_id != bot.enterprise_id
        groups = self.groups.known(api, user, self._named_groups)
        asker = Asker(user, message.bot_id, is_outsider=outside, groups=groups, **_profile(person))
        if place.kind is None and (is_group_dm := self.channels.recalled(api, place.channel)) is not None:
            place = replace(place, kind="mpim" if is_group_dm else "channel")
        place = replace(place, name=self.names.known(api, place.channel))
        return rule(self.settings, asker, place, message.app_name).answered is False

    def may_ask(self, message: Message, authors: Sequence[tuple[str, bool]]) -> list[bool]:
        """Whether each author would be answered, wherever in Slack; with each user id, whether it is an outsider's."""
        settings = self.settings
        wanted = not settings.guests or any(map(is_email, settings.allowed_users))
        ids = dict.fromkeys(user for user, outside in reversed(authors) if user and not outside)
        people = self.installation.users.many(self.installation.api, ids) if wanted else {}
        return [self._may_ask(message, user, people, outside=outside) for user, outside in authors]

    def _may_ask(self, message: Message, user: str, people: Mapping[str, UserInfo], *, outside: bool) -> bool:
        asker = Asker(user, is_outsider=outside, **_profile(people.get(user)))
        if not user:  # a workflow, which is no guest and in no group
            asker = Asker(user, is_outsider=outside, is_guest=False, email="", groups=frozenset())
        found = may_ask(self.settings, asker)
        if found.lacks is Fact.GROUPS:
            found = may_ask(self.settings, replace(asker, groups=self._groups_of(message, user)))
        return found.answered is True

    def _told(self, lacks: Fact, message: Message) -> dict[str, Any]:
        """The fact that is lacking, as the field that holds it; empty if Slack does not tell."""
        installation = self.installation
        api, user, channel = installation.api, message.user, message.channel
        match lacks:
            case Fact.ORGANISATION:
                [outside] = installation.outsiders(message, [(user, message.user_team)])
                told: dict[str, Any] = {"is_outsider": outside}
            case Fact.GUEST | Fact.EMAIL:
                told = _profile(installation.users.many(api, [user]).get(user))
            case Fact.GROUPS:
                told = {"groups": self._groups_of(message, user)}
            case Fact.CHANNEL_KIND:
                is_group_dm = self.channels.is_group_dm(api, channel, installation.scopes, PATIENT)
                told = {"kind": None if is_group_dm is None else "mpim" if is_group_dm else "channel"}
            case Fact.CHANNEL_NAME:
                told = {"name": self.names.of(api, channel)}
        return {name: fact for name, fact in told.items() if fact is not None}

    @property
    def _named_groups(self) -> list[str]:
        return [part for part in self.settings.allowed_users if is_group(part)]

    def _groups_of(self, message: Message, user: str) -> frozenset[str] | None:
        bot = self.installation.bot()
        is_org_wide = bot is not None and bot.team_id in {"", bot.enterprise_id}
        team = message.user_team or message.team_id
        return self.groups.of(self.installation.api, user, self._named_groups, team if is_org_wide else "")


def _profile(user: UserInfo | None) -> dict[str, Any]:
    return {"is_guest": user.is_guest, "email": user.email} if user and user.known else {}
