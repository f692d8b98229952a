"""Control calls that furnish the workspace, turn its rules and put faults in force."""

from dataclasses import asdict, fields
from typing import Any

from simulators.slack.double import Double
from simulators.slack.faults import Fault
from simulators.slack.manifest import Manifest
from simulators.slack.messages import Json
from simulators.slack.people import User
from simulators.slack.rules import Rules
from simulators.slack.sending import Sending
from simulators.slack.user_groups import UserGroup
from simulators.slack.world import OTHER_TEAM


class Setup:
    """Each public method is a call of the control API."""

    def __init__(self, double: Double) -> None:
        self._double = double
        self._world = double.world

    def info(self) -> Json:
        """Ids, secrets and URLs of this double."""
        bot = self._world.install
        return {
            "url": self._world.url,
            "foreign_url": self._double.files.foreign_url,
            "token": bot.token,
            "app_token": bot.app_token,
            "signing_secret": bot.signing_secret,
            "team_id": bot.team_id,
            "app_id": bot.app_id,
            "bot_id": bot.bot_id,
            "bot_user": bot.bot_user,
            "changes": self._world.changes.count,
            "design": self._world.design(),
        }

    def reset(self) -> Json:
        """An empty workspace with default rules; URLs and secrets stay."""
        self._double.deliveries.reset()
        self._double.faults.clear()
        self._double.calls.clear()
        self._double.interactions.reset()
        self._double.socket_mode.reset()
        self._double.files.token_hosts.clear()
        self._double.files.downloads.clear()
        self._world.install.token_state = "live"
        self._world.install.more_tokens = ()
        self._world.install.token_app_id = ""
        self._world.install.used_scopes.clear()
        keep = {"tiers", "patience_floor"}
        for rule in fields(Rules):
            if rule.name not in keep:
                setattr(self._world.rules, rule.name, getattr(Rules(), rule.name))
        self._world.furnish()
        self._double.web_api.renew()
        self._world.changes.bump()
        return {}

    def rules(self, **changes: Any) -> Json:
        """Change rules by name; all of them are returned."""
        known = {rule.name for rule in fields(Rules)}
        if set(changes) - known:
            raise ValueError(f"unknown: {sorted(set(changes) - known)}")
        for name, value in changes.items():
            setattr(self._world.rules, name, value)
        if {"tiers", "burst"} & set(changes):
            self._double.web_api.renew()
        return asdict(self._world.rules)

    def configure(self, **changes: str) -> Json:
        """Change the app's installation.

        URLs (events_, interactions_, commands_), token, more_tokens, signing_secret, token_state, manifest, app_token,
        socket_mode ("on": what is sent goes over Socket Mode alone), team_id, token_app_id (of the app behind the
        token), enterprise_id (of the organisation that the workspace belongs to), org_wide ("yes": the organisation
        installed the app).
        """
        bot = self._world.install
        for name, value in changes.items():
            if name == "manifest":
                read = Manifest.read(value) if value else None
                bot.scopes = read.scopes if read else None
                bot.bot_events = read.bot_events if read else None
                bot.home_tab = read.home_tab if read else True
                bot.used_scopes.clear()
            elif name == "events_url":
                self._double.deliveries.url = value
            elif name == "interactions_url":
                self._double.interactions.url = value
            elif name == "commands_url":
                self._double.interactions.commands_url = value
            elif name == "more_tokens":
                bot.more_tokens = tuple(value.split())
            elif name == "org_wide":
                bot.org_wide = value == "yes"
            elif name == "socket_mode":
                bot.socket_mode = value == "on"
            elif name in {
                "token",
                "app_token",
                "signing_secret",
                "token_state",
                "enterprise_id",
                "team_id",
                "token_app_id",
            }:
                setattr(bot, name, value)
            else:
                raise ValueError(f"unknown: {name}")
        return {}

    def create_app(self, manifest: str) -> Json:
        """Make the app from a manifest: its scopes, its events and its addresses count from now on.

        The number of the challenge that Slack sends to the address of the events; 0 in Socket Mode, where Slack uses no
        address (docs/platform/slack.md#url-verification, docs/platform/slack.md#socket-mode-delivery).
        """
        read = Manifest.read(manifest)
        bot = self._world.install
        bot.scopes, bot.bot_events, bot.home_tab = read.scopes, read.bot_events, read.home_tab
        bot.used_scopes.clear()
        self._double.deliveries.url = "" if read.socket_mode else read.events_url
        self._double.interactions.url = (
            read.interactions_url if read.interactive and not read.socket_mode else ""
        )
        self._double.interactions.commands_url = "" if read.socket_mode else read.commands_url
        challenge = {"type": "url_verification", "token": "t", "challenge": self._world.next_id("challenge")}
        sent = self._double.deliveries.send(challenge, Sending(retries=False))
        return {"number": sent.number if sent else 0}

    def add_user(
        self,
        name: str,
        user_id: str = "",
        real_name: str = "",
        team_id: str = "",
        foreign: bool = False,
        **more: Any,
    ) -> Json:
        """`more` as in people.User: locale, tz, is_bot, deleted, is_restricted, email, enterprise_id and others."""
        team = team_id or (OTHER_TEAM if foreign else self._world.install.team_id)
        user = User(user_id or self._world.next_id("U"), name, real_name or name.title(), team, **more)
        self._world.users[user.id] = user
        return {"user": user.id}

    def add_group(self, handle: str, users: list[str], disabled: bool = False, name: str = "") -> Json:
        """A user group, whose members may be ids of nobody."""
        group = UserGroup(self._world.next_id("S"), handle, name or handle.title(), users, disabled)
        self._world.groups[group.id] = group
        return {"group": group.id}

    def add_channel(
        self,
        name: str,
        kind: str = "channel",
        members: list[str] | None = None,
        bot: bool = True,
        ext_shared: bool = False,
        archived: bool = False,
        channel_id: str = "",
    ) -> Json:
        """Members default to everybody."""
        world = self._world
        people = set(world.users if members is None else members) - {world.install.bot_user}
        if bot:
            people.add(world.install.bot_user)
        channel = world.add_channel(name, kind, people, channel_id, ext_shared=ext_shared)
        channel.archived = archived
        return {"channel": channel.id}

    def membership(self, channel: str, user: str, member: bool = True) -> Json:
        """Without an event; `event` can send member_joined_channel."""
        members = self._world.channels[channel].members
        members.add(user) if member else members.discard(user)
        return {}

    def dm(self, user: str) -> Json:
        """The direct message with the bot."""
        return {"channel": self._world.dm(user).id}

    def fault(self, **fault: Any) -> Json:
        """As in faults.Fault."""
        self._double.faults.add(Fault(**fault))
        return {}

    def clear_faults(self) -> Json:
        """All well again."""
        self._double.faults.clear()
        return {}

    def faults(self) -> list[Json]:
        """Those in force."""
        return self._double.faults.view()
