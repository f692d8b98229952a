"""Reads each kind of settings value. A value that cannot be read is noted in `problems`, never raised."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import parse_qs, urlsplit

from errors import SettingsError

type Problems = list[SettingsError]

CHANNEL_ID: Final = re.compile(r"[CGD][A-Z0-9]{2,20}")
USER_ID: Final = re.compile(r"[UW][A-Z0-9]{2,20}")
_HEX_SECRET: Final = re.compile(r"[0-9a-fA-F]{32}")
_SEPARATORS: Final = re.compile(r"[\s,;、，；]+")  # noqa: RUF001 - those of other scripts
_SEPARATORS_OF_PAIRS: Final = re.compile(r"[\n,;、，；]+")  # noqa: RUF001
_APP_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TRUE: Final = frozenset({"true", "yes", "on", "1"})
_FALSE: Final = frozenset({"false", "no", "off", "0"})
_WORDS_OF_SLACKS_PAGE: Final = frozenset(
    {
        "app",
        "client",
        "credentials",
        "id",
        "regenerate",
        "secret",
        "show",
        "signing",
        "slack",
        "token",
        "verification",
    }
)
_CHANNEL_APPS_CURE: Final = "Write it as C0123ABCD=app-id, pairs separated by commas, each channel once."
_URL_CURE: Final = "Give an address such as http://plugin-daemon:5002, or leave it empty."
_APP_CURE: Final = "Choose the Dify app that answers."
_REDIS_OPTIONS: Final = frozenset(
    {"db", "username", "password", "protocol", "client_name", "socket_keepalive"}
)
_TLS_OPTIONS: Final = frozenset(
    f"ssl_{name}"
    for name in ("cert_reqs", "ca_certs", "ca_path", "ca_data", "certfile", "keyfile", "check_hostname")
)
_REDIS_CURE: Final = (
    "Give an address such as redis://redis:6379/0, or leave it empty. "
    "Options that begin with ssl_ need rediss://; time-outs cannot be set."
)


def text(raw: object) -> str:
    """The value without blanks at its ends, which copying often adds; empty for a value that is no text."""
    return raw.strip() if isinstance(raw, str) else ""


def _is_blank(raw: object) -> bool:
    """Whether the field was left empty; a value that is no text is not."""
    return raw is None or (isinstance(raw, str) and not raw.strip())


def switch(
    raw: Mapping[str, object], name: str, problems: Problems, *, default: bool, unreadable: bool | None = None
) -> bool:
    """A boolean; Dify's older forms send it as text. Any other value counts as `unreadable`, or else as the default."""
    value = raw.get(name)
    if _is_blank(value):
        return default
    word = str(value).strip().lower() if isinstance(value, str | int) else ""
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    problems.append(SettingsError(name, "Switch it on or off."))
    return default if unreadable is None else unreadable


def choice[Word: str](
    raw: Mapping[str, object], name: str, options: tuple[Word, ...], problems: Problems
) -> Word:
    """One of the options; an empty or unknown value counts as the first one."""
    value = raw.get(name)
    word = text(value).lower()
    for option in options:
        if option.lower() == word:
            return option
    if not _is_blank(value):
        problems.append(SettingsError(name, f"Choose one of: {', '.join(options)}."))
    return options[0]


def whole_number(raw: Mapping[str, object], name: str, problems: Problems, *, default: int, most: int) -> int:
    """A whole number from 1 to `most`; Dify's form can send numbers only as text."""
    value = raw.get(name)
    if _is_blank(value):
        return default
    digits = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if re.fullmatch(r"[0-9]{1,9}", digits) and 1 <= int(digits) <= most:
        return int(digits)
    problems.append(SettingsError(name, f"Give a whole number from 1 to {most}."))
    return default


def ids(raw: Mapping[str, object], name: str, shape: re.Pattern[str], problems: Problems) -> frozenset[str]:
    """Slack ids separated by commas or blanks; a part that is no id is kept and matches nobody.

    Only an empty field means "no list": a field that holds nothing but separators admits nobody.
    """
    value = raw.get(name)
    parts = frozenset(_SEPARATORS.split(text(value))) - {""}
    if not parts and not _is_blank(value):
        parts = frozenset({"?"})
    wrong = sorted(part for part in parts if not shape.fullmatch(part))
    if wrong:
        sample = "C0123ABCD" if shape is CHANNEL_ID else "U0123ABCD"
        problems.append(
            SettingsError(
                name, f"Give ids such as {sample}, separated by commas, not names. Nobody matches the rest."
            )
        )
    return parts


def channel_apps(raw: object, problems: Problems) -> Mapping[str, str]:
    """`C0123=app-id` pairs. One unreadable pair makes all of them unusable: no channel may get a wrong app."""
    apps: dict[str, str] = {}
    pairs = [pair for pair in _SEPARATORS_OF_PAIRS.split(text(raw)) if pair.strip()]
    spoilt = not pairs and not _is_blank(raw)
    for pair in pairs:
        channel, _, app_id = (part.strip() for part in pair.partition("="))
        if channel in apps or not CHANNEL_ID.fullmatch(channel) or not _APP_ID.fullmatch(app_id):
            spoilt = True
        apps[channel] = app_id
    if spoilt:
        problems.append(SettingsError("channel_apps", _CHANNEL_APPS_CURE))
        return MappingProxyType({})
    return MappingProxyType(apps)


def app(raw: object, problems: Problems) -> tuple[str | None, Mapping[str, object]]:
    """App id and inputs from the app selector's `{"app_id", "inputs", …}` (docs/platform/dify.md#app-selector)."""
    if raw is None or raw == "":
        return None, MappingProxyType({})
    selected = raw if isinstance(raw, Mapping) else {}
    app_id = text(selected.get("app_id"))
    inputs = selected.get("inputs")
    if not app_id:
        problems.append(SettingsError("app", _APP_CURE))
    return app_id or None, MappingProxyType(dict(inputs) if isinstance(inputs, Mapping) else {})


def bot_token(raw: object, problems: Problems) -> str | None:
    """A bot token, which begins with `xoxb-`; None for any other kind of token, which could not post as the bot."""
    token = text(raw)
    if not token:
        return None
    if not re.fullmatch(r"xoxb-[\x21-\x7e]+", token):
        problems.append(
            SettingsError(
                "bot_token",
                "Copy the Bot User OAuth Token, which begins with xoxb-, from OAuth & Permissions.",
            )
        )
        return None
    return token


def signing_secrets(raw: object, problems: Problems) -> tuple[str, ...]:
    """The valid secrets: one of 32 hex digits, or several separated by blanks while an admin changes the secret.

    Any other word is ignored, because anybody could guess a word that is no secret. The problem names such words.
    """
    parts = text(raw).split()
    wrong = [part for part in parts if not _HEX_SECRET.fullmatch(part)]
    if wrong or not (raw is None or isinstance(raw, str)):
        ignored = f" Ignored: {', '.join(map(_shown, wrong[:5]))}." if wrong else ""
        problems.append(
            SettingsError(
                "signing_secret",
                "Copy the Signing Secret, 32 hexadecimal digits, from Basic Information, App Credentials, "
                f"and nothing beside it.{ignored}",
            )
        )
    return tuple(dict.fromkeys(part for part in parts if _HEX_SECRET.fullmatch(part)))


def _shown(word: str) -> str:
    """A word of Slack's own page as it is; of anything else, which may be a secret, the length alone is told."""
    is_known = word.rstrip(":=").casefold() in _WORDS_OF_SLACKS_PAGE
    return f'"{word}"' if is_known else f"something of {len(word)} characters"


def internal_url(raw: object, problems: Problems) -> str | None:
    """An http(s) address without user, query, fragment and last slash; None if empty or unusable."""
    if _is_blank(raw):
        return None
    url = text(raw)
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        usable = usable and not (parts.username or parts.password or parts.query or parts.fragment)
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s\x00-\x1f]", url):
        problems.append(SettingsError("internal_url", _URL_CURE))
        return None
    return url.rstrip("/")


def redis_url(raw: object, problems: Problems) -> str | None:
    """A `redis://`, `rediss://` or `unix://` address, perhaps with a password. Commands fail on unknown options."""
    if _is_blank(raw):
        return None
    url = text(raw)
    try:
        parts = urlsplit(url)
        usable = (parts.scheme in {"redis", "rediss"} and bool(parts.hostname)) or (
            parts.scheme == "unix" and bool(parts.path)
        )
        options = parse_qs(parts.query, keep_blank_values=True).keys()
        usable = usable and options <= _REDIS_OPTIONS | (_TLS_OPTIONS if parts.scheme == "rediss" else set())
        _ = parts.port
    except ValueError:
        usable = False
    if not usable:
        problems.append(SettingsError("redis_url", _REDIS_CURE))
        return None
    return url
