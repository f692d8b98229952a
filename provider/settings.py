"""What the admin filled in (slack.yaml), read into a value whose fields can all be used.

Reading never fails, because a mistake in one field must not leave a genuine message without any reply. Each mistake
is listed in `problems` instead, and the value used in its place never gives more people access:

- cosmetic settings (styles, days, language, addresses) fall back to their default;
- a part of `allowed_channels`, `allowed_users`, `open_channels` or `trusted_bots` that cannot be read stays in the set
  and matches nobody, so an `allowed_` list never becomes empty, which would mean "all";
- a switch that gives access (`slack_connect`, `guests`, `direct_messages`, `follow_threads`) is off if it is
  unreadable;
- an unreadable `channel_apps` makes `app_for` raise for every channel: no channel may get another channel's app;
- an unreadable `reaction_trigger` counts as none;
- a `bot_token` that cannot be one counts as missing, and so does each invalid word of `signing_secret` and of
  `dify_api_key`; the keys are not used while `dify_api_url` is unreadable.

Dify applies none of the form's defaults, so all of them are here (docs/platform/dify.md#settings-form).
"""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, get_args

from cachetools import TTLCache

from errors import SettingsError
from provider.values import BOTS, CHANNELS, NOTHING, USERS, Form

ReplyStyle = Literal["auto", "stream", "edit", "post"]
DmConversation = Literal["continuous", "per_thread"]
LanguageSetting = Literal["auto", "en", "ja", "zh-Hans", "pt-BR"]

CONVERSATION_DAYS = 30
MAX_CONVERSATION_DAYS = 3650
TOLD_AGAIN = 3600.0  # seconds of the wall clock, even where time is scaled, since no code waits for them
PROBLEMS = 1_000
REMEMBERED = 1_000  # settings that are not read again when the next request brings them

_log = logging.getLogger("slack_bridge.settings")  # the daemon receives the lines of the parent logger


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one endpoint; secrets never show in its repr.

    `app_inputs` are the admin's own values for the app's variables. An empty `allowed_*` set admits everybody.
    `allowed_channels` and `open_channels` hold ids and `#names`, `allowed_users` ids of members and of groups, e-mail
    addresses and `@handles` of groups; names and addresses are in lower case. `reaction_trigger` names the emoji that
    asks about a message, as `emoji_name` gives it, "" for none. `channel_apps` has the ids of channels
    and, each with its `~`, the names by which a question can choose an app. `dify_api_keys`: the key of each app by its
    id, "" names the default app. `dify_api_url` ends in /v1. `internal_url` has no slash at its end.
    """

    app_id: str | None = None
    app_inputs: Mapping[str, object] = field(default=NOTHING, repr=False)
    bot_token: str | None = field(default=None, repr=False)
    signing_secrets: tuple[str, ...] = field(default=(), repr=False)
    reply_style: ReplyStyle = "auto"
    follow_threads: bool = True
    direct_messages: bool = True
    dm_conversation: DmConversation = "continuous"
    allowed_channels: frozenset[str] = frozenset()
    allowed_users: frozenset[str] = frozenset()
    guests: bool = True
    open_channels: frozenset[str] = frozenset()
    slack_connect: bool = False
    trusted_bots: frozenset[str] = frozenset()
    reaction_trigger: str = ""
    channel_apps: Mapping[str, str] = NOTHING
    dify_api_keys: Mapping[str, str] = field(default=NOTHING, repr=False)
    dify_api_url: str | None = None
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

    def app_for(self, channel: str, name: str = "") -> str:
        """The id of the app that answers in a channel, or that the question chose by `~name`.

        Raises SettingsError if the app is not certain. A name that no app has chooses nothing.
        """
        if unsure := self._problem("channel_apps"):
            raise unsure
        apps = self.channel_apps
        app_id = (name and apps.get(f"~{name}")) or apps.get(channel) or self.app_id
        if not app_id:
            raise self._problem("app") or SettingsError("app", "Choose the Dify app that answers.")
        return app_id

    def app_setting(self, channel: str, name: str = "") -> Literal["channel_apps", "app"]:
        """The setting from which `app_for` takes the app."""
        return "channel_apps" if {f"~{name}", channel} & self.channel_apps.keys() else "app"

    @property
    def app_names(self) -> Sequence[str]:
        """The names by which a question can choose an app, without `~`."""
        return sorted(key[1:] for key in self.channel_apps if key.startswith("~"))

    def inputs_for(self, app_id: str) -> Mapping[str, object]:
        """The admin's values for the variables of this app; empty for any app but the default one."""
        return self.app_inputs if app_id == self.app_id else NOTHING

    def api_key_for(self, app_id: str) -> str | None:
        """The app's key for Dify's Service API; None if there is none, and the plugin way is the only one."""
        default = self.dify_api_keys.get("") if app_id == self.app_id else None
        return None if self._problem("dify_api_url") else self.dify_api_keys.get(app_id) or default

    def _problem(self, setting: str) -> SettingsError | None:
        """A new error each time: an error that was raised keeps what its request left on the stack."""
        found = (SettingsError(one.setting, one.cure) for one in self.problems if one.setting == setting)
        return next(found, None)


def read_settings(raw: Mapping[str, object]) -> Settings:
    """Read the settings as the daemon passes them on, with each request; the mistakes found are in `problems`."""
    try:
        return _remembered(json.dumps(raw))
    except (TypeError, ValueError):  # from a daemon it is JSON
        return _read(raw)


@lru_cache(maxsize=REMEMBERED)
def _remembered(raw: str) -> Settings:
    return _read(json.loads(raw))


def _read(raw: Mapping[str, object]) -> Settings:
    form = Form(raw)
    app_id, app_inputs = form.app()
    return Settings(
        app_id=app_id,
        app_inputs=app_inputs,
        bot_token=form.bot_token(),
        signing_secrets=form.signing_secrets(),
        reply_style=form.choice("reply_style", get_args(ReplyStyle)),
        follow_threads=form.switch("follow_threads", default=True, unreadable=False),
        direct_messages=form.switch("direct_messages", default=True, unreadable=False),
        dm_conversation=form.choice("dm_conversation", get_args(DmConversation)),
        allowed_channels=form.parts("allowed_channels", CHANNELS),
        allowed_users=form.parts("allowed_users", USERS),
        guests=form.switch("guests", default=True, unreadable=False),
        open_channels=form.parts("open_channels", CHANNELS),
        slack_connect=form.switch("slack_connect", default=False, unreadable=False),
        trusted_bots=form.parts("trusted_bots", BOTS),
        reaction_trigger=form.emoji("reaction_trigger"),
        channel_apps=form.channel_apps(),
        dify_api_keys=form.dify_api_keys(),
        dify_api_url=form.dify_api_url(),
        show_progress=form.switch("show_progress", default=True, unreadable=True),
        show_sources=form.switch("show_sources", default=True, unreadable=True),
        conversation_days=form.whole_number(
            "conversation_days", default=CONVERSATION_DAYS, most=MAX_CONVERSATION_DAYS
        ),
        language=form.choice("language", get_args(LanguageSetting)),
        setup_key=form.text("setup_key") or None,
        internal_url=form.internal_url(),
        redis_url=form.redis_url(),
        problems=tuple(form.problems),
    )


class ProblemLog:
    """Logs what is wrong with the settings, each problem of a hook at most once an hour. One per process.

    A problem's text names the setting and how to correct it, and never holds a secret.
    """

    def __init__(self) -> None:
        self._told: TTLCache[tuple[str, str], None] = TTLCache(PROBLEMS, TOLD_AGAIN)

    def tell(self, hook_id: str, problems: Iterable[SettingsError]) -> None:
        """Write a line for each problem that was not told within the last hour."""
        for told in ((hook_id, str(problem)) for problem in problems):
            if told not in self._told:
                self._told[told] = None
                _log.warning("%s", told[1])
