"""The workspace's whole state. Nothing here waits, so every change is atomic among greenlets."""

import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from clock import Clock
from simulators.slack.blocks import check_tables
from simulators.slack.changes import Changes
from simulators.slack.channels import Channel
from simulators.slack.messages import Json, Message, State
from simulators.slack.people import User
from simulators.slack.refusals import Refused
from simulators.slack.rules import Rules
from simulators.slack.statuses import StatusLine, StatusState

TEAM = "T0SIMTEAM"
OTHER_TEAM = "T0ELSEWHR"
APP = "A0SIMAPP1"
BOT = "B0SIMBOT1"
BOT_USER = "U0SIMBOT1"
OTHER_BOT = "U0OTHERBT"
Observer = Callable[[str, Message], None]


@dataclass(slots=True)
class Install:
    """The app's installation. `token_state` is live, or the error code that every call gets."""

    token: str
    signing_secret: str
    token_state: str = "live"
    more_tokens: tuple[str, ...] = ()  # valid too, as while tokens are rotated
    app_token: str = "xapp-1-simulated"  # the app-level one, with the scope connections:write
    socket_mode: bool = False
    team_id: str = TEAM
    enterprise_id: str = ""
    home_tab: bool = True  # the manifest's home_tab_enabled
    org_wide: bool = False  # installed by the organisation, not by the workspace
    team_name: str = "Simulated"
    app_id: str = APP
    token_app_id: str = (
        ""  # of the app behind the token, where that is another one than the app that sends events
    )
    bot_id: str = BOT
    bot_user: str = BOT_USER
    scopes: tuple[str, ...] | None = None  # None: no manifest, everything is allowed
    bot_events: tuple[str, ...] | None = None
    used_scopes: set[str] = field(
        default_factory=set
    )  # by a call, an event or a download that was let through


@dataclass(slots=True)
class World:
    """Users, channels, messages, files. `observers` hear of each new or changed message of anyone."""

    clock: Clock
    install: Install
    rules: Rules
    url: str = ""
    changes: Changes = field(default_factory=Changes)
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    groups: dict[str, Any] = field(default_factory=dict)
    homes: dict[str, Any] = field(default_factory=dict)
    ephemeral: list[Message] = field(default_factory=list)
    tickets: dict[str, float] = field(default_factory=dict)  # of Socket Mode: until when each works
    observers: list[Observer] = field(default_factory=list)
    began: float = 0.0
    _last_ts: int = 0
    _serial: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        self.began = self.clock.now()
        self.furnish()

    def furnish(self) -> None:
        """An empty workspace: three members, the bot, another bot, and #general with all of them."""
        self.users.clear()
        self.channels.clear()
        self.files.clear()
        self.groups.clear()
        self.homes.clear()
        self.ephemeral.clear()
        home = self.install.team_id
        for name, real, locale in (
            ("anna", "Anna Berg", "en-US"),
            ("ben", "Ben Okafor", "en-US"),
            ("carol", "Carol Sato", "ja-JP"),
        ):
            user_id = "U0" + name.upper().ljust(7, "0")
            self.users[user_id] = User(user_id, name, real, home, locale)
        bot = self.install.bot_user
        self.users[bot] = User(bot, "dify-bot", "Dify Bot", home, is_bot=True)
        self.users[OTHER_BOT] = User(OTHER_BOT, "other-bot", "Other Bot", home, is_bot=True)
        self.add_channel("general", "channel", self.users, channel_id="C0GENERAL")

    def check_tables(self, blocks: Iterable[Json]) -> None:
        """Raises for tables that this workspace does not take (Rules)."""
        check_tables(blocks, several=self.rules.several_tables, data=self.rules.data_tables)

    def design(self) -> float:
        """Design seconds since the double started."""
        return self.clock.now() - self.began

    def next_ts(self) -> str:
        """A fresh message timestamp in the wall's time; unique in the workspace, always growing."""
        self._last_ts = max(self._last_ts + 1, int(time.time() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def next_id(self, prefix: str) -> str:
        """A fresh id such as `C00000004`."""
        return f"{prefix}{next(self._serial):08d}"

    def add_channel(
        self, name: str, kind: str, members: Iterable[str], channel_id: str = "", *, ext_shared: bool = False
    ) -> Channel:
        """`kind` as in Channel."""
        made = channel_id or self.next_id({"im": "D", "mpim": "G", "group": "G"}.get(kind, "C"))
        channel = Channel(made, name, kind, set(members), ext_shared=ext_shared)
        self.channels[made] = channel
        return channel

    def dm(self, user: str) -> Channel:
        """The direct message between a member and the bot, opened when needed."""
        pair = {user, self.install.bot_user}
        for channel in self.channels.values():
            if channel.kind == "im" and channel.members == pair:
                return channel
        return self.add_channel(f"dm-{user}", "im", pair)

    def channel(self, channel_id: str) -> Channel:
        """The channel as the bot may see it: a private one it is not in does not exist for it."""
        channel = self.channels.get(channel_id)
        if channel is None and channel_id in self.users:
            return self.dm(channel_id)  # chat.postMessage takes a user id and means the direct message
        if channel is None or (channel.kind != "channel" and self.install.bot_user not in channel.members):
            raise Refused("channel_not_found")
        return channel

    def writable(self, channel_id: str) -> Channel:
        """A channel the bot may post to (docs/platform/slack.md#posting-errors)."""
        channel = self.channel(channel_id)
        # docs/platform/slack.md#app-manifest
        public = channel.kind == "channel" and "chat:write.public" in (self.install.scopes or ())
        if self.install.bot_user not in channel.members and not public:
            raise Refused("not_in_channel")
        if channel.archived:
            raise Refused("is_archived")
        return channel

    def add(self, message: Message, method: str) -> Message:
        """Put a new message where it belongs and tell the observers."""
        if not message.ephemeral_for:
            self.channels[message.channel].add(message)
        self.record(message, method)
        if message.bot_id == self.install.bot_id:
            self.change_status(message.channel, message.root(), "", (), "post")
        self.tell("new", message)
        return message

    def record(self, message: Message, method: str) -> None:
        """Write down what the message looks like from now on."""
        state = State(time.time(), self.design(), method, message.log, len(message.log), message.streaming())
        message.states.append(state)
        self.changes.bump()

    def tell(self, what: str, message: Message) -> None:
        """`what` is new, changed or deleted."""
        for observer in self.observers:
            observer(what, message)

    def change_status(
        self, channel_id: str, thread: str, text: str, loading: tuple[str, ...], reason: str
    ) -> None:
        """A thread's status line (docs/platform/slack.md#thread-status)."""
        statuses = self.channels[channel_id].statuses
        if thread not in statuses and not text:
            return
        line = statuses.setdefault(thread, StatusLine())
        now = self.design()
        line.settle(time.time(), now, self.rules.status_seconds)
        line.change(StatusState(time.time(), now, text, loading, reason))
        self.changes.bump()

    def all_messages(self) -> Iterable[Message]:
        """Every message of every channel, deleted ones too."""
        return [message for channel in self.channels.values() for message in channel.messages.values()]


def own(world: World, message: Message) -> bool:
    """Whether our bot wrote it."""
    return message.bot_id == world.install.bot_id


def ok(**fields: Any) -> Json:
    """A method's success."""
    return {"ok": True, **fields}
