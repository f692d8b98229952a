"""What the admin filled in (slack.yaml), read once for each request into a value whose fields can all be used.

Reading never fails, because a mistake in one field must not leave a genuine message without any reply. Each mistake
is listed in `problems` instead, and the value used in its place never gives more people access:

- cosmetic settings (styles, days, language, addresses) fall back to their default;
- a part of `allowed_channels` or `allowed_users` that is no id stays in the set and matches nobody, so the
  list never becomes empty, which would mean "all";
- a switch that gives access (`slack_connect`, `direct_messages`, `follow_threads`) is off if it is unreadable;
- an unreadable `channel_apps` makes `app_for` raise for every channel: no channel may get another channel's app;
- a `bot_token` that cannot be one counts as missing, and so does each invalid word of `signing_secret`.

Dify applies none of the form's defaults, so all of them are here (docs/platform/dify.md#settings-form).
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from cachetools import TTLCache

from errors import SettingsError
from provider import values
from provider.values import Problems

type ReplyStyle = Literal["auto", "stream", "edit", "post"]
type DmConversation = Literal["continuous", "per_thread"]
type LanguageSetting = Literal["auto", "en", "ja", "zh-Hans", "pt-BR"]

CONVERSATION_DAYS = 30
MAX_CONVERSATION_DAYS = 3650
REPLY_STYLES: tuple[ReplyStyle, ...] = ("auto", "stream", "edit", "post")
DM_CONVERSATIONS: tuple[DmConversation, ...] = ("continuous", "per_thread")
LANGUAGES: tuple[LanguageSetting, ...] = ("auto", "en", "ja", "zh-Hans", "pt-BR")

PAUSE = 3600.0  # seconds of the wall clock, even where time is scaled, since no code waits for this pause
PROBLEMS = 1_000

_log = logging.getLogger("slack_bridge.settings")  # the daemon receives the lines of the parent logger
_NOTHING: Mapping[str, object] = MappingProxyType({})
_NO_APPS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one endpoint; secrets never show in its repr.

    `app_inputs` are the admin's own values for the app's variables. An empty `allowed_*` set admits everybody.
    `internal_url` has no slash at its end.
    """

    app_id: str | None = None
    app_inputs: Mapping[str, object] = field(default=_NOTHING, repr=False)
    bot_token: str | None = field(default=None, repr=False)
    signing_secrets: tuple[str, ...] = field(default=(), repr=False)
    reply_style: ReplyStyle = "auto"
    follow_threads: bool = True
    direct_messages: bool = True
    dm_conversation: DmConversation = "continuous"
    allowed_channels: frozenset[str] = frozenset()
    allowed_users: frozenset[str] = frozenset()
    slack_connect: bool = False
    channel_apps: Mapping[str, str] = _NO_APPS
    show_progress: bool = True
    show_sources: bool = True
    conversation_days: int = CONVERSATION_DAYS
    language: LanguageSetting = "auto"
    setup_key: str | None = field(default=None, repr=False)
    internal_url: str | None = None
    redis_url: str | None = field(default=None, repr=False)
    problems: tuple[SettingsError, ...] = ()

    def require_token(self) -> str:
        """The bot token. Raises SettingsError if the setting is missing or unusable."""
        if self.bot_token is None:
            raise self._problem("bot_token") or SettingsError(
                "bot_token",
                "Install the Slack app and copy the Bot User OAuth Token from its page OAuth & Permissions.",
            )
        return self.bot_token

    def app_for(self, channel: str) -> str:
        """The id of the app that answers in a channel. Raises SettingsError if that is not certain."""
        unsure = self._problem("channel_apps")
        if unsure is not None:
            raise unsure
        app_id = self.channel_apps.get(channel) or self.app_id
        if not app_id:
            raise self._problem("app") or SettingsError("app", "Choose the Dify app that answers.")
        return app_id

    def inputs_for(self, app_id: str) -> Mapping[str, object]:
        """The admin's values for the variables of this app; empty for any app but the default one."""
        return self.app_inputs if app_id == self.app_id else _NOTHING

    def _problem(self, setting: str) -> SettingsError | None:
        return next((problem for problem in self.problems if problem.setting == setting), None)


def read_settings(raw: Mapping[str, object]) -> Settings:
    """Read the settings as the daemon passes them on; the mistakes found are in `problems`."""
    problems: Problems = []
    app_id, app_inputs = values.app(raw.get("app"), problems)
    return Settings(
        app_id=app_id,
        app_inputs=app_inputs,
        bot_token=values.bot_token(raw.get("bot_token"), problems),
        signing_secrets=values.signing_secrets(raw.get("signing_secret"), problems),
        reply_style=values.choice(raw, "reply_style", REPLY_STYLES, problems),
        follow_threads=values.switch(raw, "follow_threads", problems, default=True, unreadable=False),
        direct_messages=values.switch(raw, "direct_messages", problems, default=True, unreadable=False),
        dm_conversation=values.choice(raw, "dm_conversation", DM_CONVERSATIONS, problems),
        allowed_channels=values.ids(raw, "allowed_channels", values.CHANNEL_ID, problems),
        allowed_users=values.ids(raw, "allowed_users", values.USER_ID, problems),
        slack_connect=values.switch(raw, "slack_connect", problems, default=False, unreadable=False),
        channel_apps=values.channel_apps(raw.get("channel_apps"), problems),
        show_progress=values.switch(raw, "show_progress", problems, default=True),
        show_sources=values.switch(raw, "show_sources", problems, default=True),
        conversation_days=values.whole_number(
            raw, "conversation_days", problems, default=CONVERSATION_DAYS, most=MAX_CONVERSATION_DAYS
        ),
        language=values.choice(raw, "language", LANGUAGES, problems),
        setup_key=values.text(raw.get("setup_key")) or None,
        internal_url=values.internal_url(raw.get("internal_url"), problems),
        redis_url=values.redis_url(raw.get("redis_url"), problems),
        problems=tuple(problems),
    )


class ProblemLog:
    """Logs what is wrong with settings, each problem of a hook at most once an hour; one log per process.

    A problem's text names the setting and how to correct it, and never holds a secret.
    """

    def __init__(self) -> None:
        self._told: TTLCache[tuple[str, str], None] = TTLCache(PROBLEMS, PAUSE)

    def tell(self, hook_id: str, problems: Iterable[SettingsError]) -> None:
        """Write a line for each problem of this hook that was not told within the last hour."""
        for problem in problems:
            told = (hook_id, str(problem))
            if told not in self._told:
                self._told[told] = None
                _log.warning("%s", problem)
