"""Reads each kind of settings value. A value that cannot be read is noted in `problems`, never raised."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import parse_qs

from errors import SettingsError
from hosts import address_of, bare_address_of


@dataclass(frozen=True, slots=True)
class Parts:
    """What a list may hold: Slack's ids, or words of another shape, which count in lower case. `kinds` names both."""

    ids: re.Pattern[str]
    words: re.Pattern[str] | None
    kinds: str

    def read(self, part: str) -> str | None:
        """The part as the settings hold it; None if it has neither shape."""
        if self.ids.fullmatch(part):
            return part
        return part.casefold() if self.words and self.words.fullmatch(part) else None


_CHANNEL_ID: Final = re.compile(r"[CGD][A-Z0-9]{2,20}")
CHANNELS: Final = Parts(
    _CHANNEL_ID, re.compile(r"#[^\s#@<>]{1,80}"), "ids such as C0123ABCD or names such as #help"
)
USERS: Final = Parts(
    re.compile(r"[UWS][A-Z0-9]{2,20}"),
    re.compile(r"@[^\s#@<>]{1,80}|[^\s#@<>]{1,64}@[^\s#@<>]{1,250}"),
    "ids such as U0123ABCD, e-mail addresses, or user groups such as @support",
)
BOTS: Final = Parts(re.compile(r"B[A-Z0-9]{2,20}"), None, "ids such as B0123ABCD, not names")
STOP_REACTIONS: Final = frozenset({"octagonal_sign", "heavy_multiplication_x", "x"})
"""The reactions that stop an answer (docs/platform/slack.md#stop-controls): only fixed stop signs."""
NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})
_HEX_SECRET: Final = re.compile(r"[0-9a-fA-F]{32}")
_SEPARATORS: Final = re.compile(r"[\s,;、，；]+")  # noqa: RUF001 - those of other scripts
_SEPARATORS_OF_PAIRS: Final = re.compile(r"[\n,;、，；]+")  # noqa: RUF001
_EMOJI: Final = re.compile(r"[\w+'-]{1,64}")
_EMOJI_ALIASES: Final = {"thumbsup": "+1", "thumbsdown": "-1"}  # docs/platform/slack.md#reactions
_APP_NAME: Final = re.compile(r"~[\w-]{1,40}")
_API_KEY: Final = re.compile(r"app-[A-Za-z0-9_-]{8,200}")
_APP_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_BOOLEANS: Final = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(
    ("false", "no", "off", "0"), False
)
_WORD_OF_SLACKS_PAGE: Final = re.compile(
    "app|client|credentials|id|regenerate|secret|show|signing|slack|token|verification"
)
_REDIS_OPTIONS: Final = {"db", "username", "password", "protocol", "client_name", "socket_keepalive"}
_TLS_OPTIONS: Final = {
    f"ssl_{name}"
    for name in ("cert_reqs", "ca_certs", "ca_path", "ca_data", "certfile", "keyfile", "check_hostname")
}


class Form:
    """The settings as the daemon passes them on. An empty field is a missing field."""

    def __init__(self, raw: Mapping[str, object]) -> None:
        self._raw = raw
        self.problems: list[SettingsError] = []

    def _given(self, name: str) -> object:
        """The value, or None. Text has no blanks at its ends, which copying often adds."""
        value = self._raw.get(name)
        return (value.strip() or None) if isinstance(value, str) else value

    def _note(self, name: str, cure: str) -> None:
        """Note that the field is unreadable, unless the field is empty."""
        if self._given(name) is not None:
            self.problems.append(SettingsError(name, cure))

    def text(self, name: str) -> str:
        """The text; empty for a value that is no text."""
        value = self._given(name)
        return value if isinstance(value, str) else ""

    def switch(self, name: str, *, default: bool, unreadable: bool) -> bool:
        """A boolean; Dify's older forms send it as text. Any other value counts as `unreadable`."""
        value = self._given(name)
        if value is None:
            return default
        word = str(value).lower()
        if isinstance(value, str | int) and word in _BOOLEANS:
            return _BOOLEANS[word]
        self._note(name, "Switch it on or off.")
        return unreadable

    def choice(self, name: str, options: Sequence[Any]) -> Any:
        """One of the options; an empty or unknown value counts as the first one."""
        word = self.text(name).lower()
        for option in options:
            if option.lower() == word:
                return option
        self._note(name, f"Choose one of: {', '.join(options)}.")
        return options[0]

    def whole_number(self, name: str, *, default: int, most: int) -> int:
        """A whole number from 1 to `most`; Dify's form can send numbers only as text."""
        value = self._given(name)
        digits = str(value) if isinstance(value, str | int) else ""
        if re.fullmatch(r"[0-9]{1,9}", digits) and 1 <= int(digits) <= most:
            return int(digits)
        self._note(name, f"Give a whole number from 1 to {most}.")
        return default

    def parts(self, name: str, shape: Parts) -> frozenset[str]:
        """A list separated by commas or blanks; a part that cannot be read is kept and matches nobody.

        Only an empty field means "no list": a field that holds nothing but separators admits nobody.
        """
        if self._given(name) is None:
            return frozenset()
        read = {part: shape.read(part) for part in _SEPARATORS.split(self.text(name)) if part}
        if None in read.values() or not read:
            self._note(name, f"Give {shape.kinds}, separated by commas. Nobody matches the rest.")
        return frozenset(word or f"?{part}" for part, word in read.items()) or frozenset({"?"})

    def emoji(self, name: str) -> str:
        """The name of one emoji as events give it, "" for none. A stop sign stops answers and can be nothing else."""
        word = emoji_name(self.text(name))
        if not _EMOJI.fullmatch(word):
            self._note(
                name, "Give the name of one emoji as Slack shows it, such as robot_face, not its picture."
            )
        elif word in STOP_REACTIONS:
            self._note(name, f"Choose another emoji: {word} stops answers.")
        else:
            return word
        return ""

    def channel_apps(self) -> Mapping[str, str]:
        """`C0123=app-id` and `~name=app-id` pairs.

        One unreadable pair makes all of them unusable: no channel may get a wrong app.
        """
        text = self.text("channel_apps")
        pairs = [pair.partition("=") for pair in _SEPARATORS_OF_PAIRS.split(text) if pair.strip()]
        apps = {_app_key(key.strip()): app_id.strip() for key, _, app_id in pairs}
        if (
            0 < len(pairs) == len(apps)
            and all(_CHANNEL_ID.fullmatch(key) or _APP_NAME.fullmatch(key) for key in apps)
            and all(map(_APP_ID.fullmatch, apps.values()))
        ):
            return MappingProxyType(apps)
        self._note(
            "channel_apps",
            "Write it as C0123ABCD=app-id or ~name=app-id, pairs separated by commas, each channel and name once.",
        )
        return NOTHING

    def dify_api_keys(self) -> Mapping[str, str]:
        """Keys of the Service API by app id, separated by blanks; the key without an app id is the default app's, "".

        A word that is no key is left out, so that its app is asked without a key.
        """
        words = [word.rpartition("=") for word in self.text("dify_api_key").split()]
        keys = {
            app_id: key
            for app_id, equals, key in words
            if _API_KEY.fullmatch(key) and (_APP_ID.fullmatch(app_id) if equals else True)
        }
        if not words or len(keys) < len(words):
            self._note(
                "dify_api_key",
                "Copy the app's key, which begins with app-, from its page API Access. Keys of apps that "
                "channel_apps names come after it as app-id=key, separated by blanks, each app once.",
            )
        return MappingProxyType(keys)

    def dify_api_url(self) -> str | None:
        """The base of the Service API without the slash at its end; `/v1` is added where it is missing."""
        url = self._web_address("dify_api_url")
        if url is None:
            self._note("dify_api_url", "Give an address such as http://api:5001/v1, or leave it empty.")
            return None
        return url if url.endswith("/v1") else f"{url}/v1"

    def app(self) -> tuple[str | None, Mapping[str, Any]]:
        """App id and inputs from the app selector's `{"app_id", "inputs", …}` (docs/platform/dify.md#app-selector)."""
        value = self._given("app")
        selected: Mapping[str, object] = value if isinstance(value, Mapping) else NOTHING
        app_id, inputs = Form(selected).text("app_id"), selected.get("inputs")
        if not app_id:
            self._note("app", "Choose the Dify app that answers.")
        return app_id or None, inputs if isinstance(inputs, Mapping) else NOTHING

    def bot_token(self) -> str | None:
        """A bot token, which begins with `xoxb-`; None for any other kind of token, which could not post as the bot."""
        token = self.text("bot_token")
        if not token or re.fullmatch(r"xoxb-[\x21-\x7e]+", token):
            return token or None
        self._note(
            "bot_token", "Copy the Bot User OAuth Token, which begins with xoxb-, from OAuth & Permissions."
        )
        return None

    def signing_secrets(self) -> tuple[str, ...]:
        """The valid secrets: one of 32 hex digits, or several separated by blanks while an admin changes the secret.

        Any other word is ignored, because anybody could guess a word that is no secret. The problem names such words.
        """
        parts = self.text("signing_secret").split()
        wrong = [part for part in parts if not _HEX_SECRET.fullmatch(part)]
        if wrong or not parts:
            ignored = f" Ignored: {', '.join(map(_shown, wrong[:5]))}." if wrong else ""
            self._note(
                "signing_secret",
                "Copy the Signing Secret, 32 hexadecimal digits, from Basic Information, App Credentials, "
                f"and nothing beside it.{ignored}",
            )
        return tuple(dict.fromkeys(part for part in parts if part not in wrong))

    def internal_url(self) -> str | None:
        """A web address without user, query and fragment, and without the slash at its end."""
        url = self._web_address("internal_url")
        if url is None:
            self._note(
                "internal_url", "Give an address such as http://plugin-daemon:5002, or leave it empty."
            )
        return url

    def _web_address(self, name: str) -> str | None:
        url = self.text(name)
        parts = bare_address_of(url)
        is_web = parts is not None and parts.scheme in {"http", "https"} and parts.port != 0
        return url.rstrip("/") if is_web and not re.search(r"[\s\x00-\x1f]", url) else None

    def redis_url(self) -> str | None:
        """A `redis://`, `rediss://` or `unix://` address, perhaps with a password.

        With an option that the client does not know, all commands would fail.
        """
        url = self.text("redis_url")
        parts = address_of(url)
        if parts and (parts.path if parts.scheme == "unix" else parts.hostname):
            known = {"redis": _REDIS_OPTIONS, "rediss": _REDIS_OPTIONS | _TLS_OPTIONS, "unix": _REDIS_OPTIONS}
            options = parse_qs(parts.query, keep_blank_values=True).keys()
            if parts.scheme in known and options <= known[parts.scheme]:
                return url
        self._note(
            "redis_url",
            "Give an address such as redis://redis:6379/0, or leave it empty. "
            "Options that begin with ssl_ need rediss://; time-outs cannot be set.",
        )
        return None


def emoji_name(word: str) -> str:
    """The one name of an emoji, without colons and skin tone (docs/platform/slack.md#reactions)."""
    name = word.strip().strip(":").partition("::")[0].casefold()
    return _EMOJI_ALIASES.get(name, name)


def _app_key(key: str) -> str:
    """A channel's id as it is, and a name in lower case."""
    return key.casefold() if key.startswith("~") else key


def _shown(word: str) -> str:
    """A word of Slack's own page as it is; of anything else, which may be a secret, the length alone is told."""
    is_known = _WORD_OF_SLACKS_PAGE.fullmatch(word.rstrip(":=").casefold())
    return f'"{word}"' if is_known else f"something of {len(word)} characters"
