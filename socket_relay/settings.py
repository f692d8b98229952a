"""What the relay is told: by the environment, a file, or Docker's secrets."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

SLACK_API_URL: Final = "https://slack.com/api/"
_LINE = re.compile(r"\s*(?:export\s+)?([A-Z_]+)\s*=\s*(.*?)\s*")
_SECRET = re.compile(r"[0-9a-fA-F]{32}")
_ENDPOINT = re.compile(r"/slack/(events|interactions|commands|turns|setup)$")
_PORTS: Final = range(1, 65_536)


class RelaySettingsError(Exception):
    """A setting is missing or cannot be right. The text names the setting and how to mend it, never its value."""


@dataclass(frozen=True, slots=True)
class RelaySettings:
    """`hook_url` has no slash at its end; `health_host` and `health_port` are where /healthz listens."""

    app_token: str = field(repr=False)
    signing_secret: str = field(repr=False)
    hook_url: str = field(repr=False)
    slack_api_url: str = SLACK_API_URL
    health_host: str = "127.0.0.1"
    health_port: int = 8080


def read_settings(environment: Mapping[str, str], file: Path | None = None) -> RelaySettings:
    """From the environment, and what it lacks from a file of `NAME=value` lines.

    Each name may end in `_FILE`: the value is the whole content of that file, as Docker gives secrets. Raises
    RelaySettingsError.
    """
    given = (_lines(file) if file else {}) | {name: value for name, value in environment.items() if value}

    def read(name: str) -> str:
        if path := given.get(f"{name}_FILE"):
            return _content(Path(path), f"{name}_FILE").strip()
        return given.get(name, "").strip()

    host, _, port = (read("HEALTH_ADDRESS") or "127.0.0.1:8080").rpartition(":")
    if not host or not port.isdecimal() or int(port) not in _PORTS:
        raise RelaySettingsError("HEALTH_ADDRESS: give a host and a port, such as 0.0.0.0:8080")
    return RelaySettings(
        app_token=_app_token(read("SLACK_APP_TOKEN")),
        signing_secret=_signing_secret(read("SLACK_SIGNING_SECRET")),
        hook_url=_hook_url(read("HOOK_URL")),
        slack_api_url=(read("SLACK_API_URL") or SLACK_API_URL).rstrip("/") + "/",
        health_host=host,
        health_port=int(port),
    )


def _app_token(token: str) -> str:
    if not token.startswith("xapp-"):
        raise RelaySettingsError(
            "SLACK_APP_TOKEN: give the app-level token (xapp-…) with the scope connections:write; in the Slack app, "
            "Basic Information, App-Level Tokens"
        )
    return token


def _signing_secret(text: str) -> str:
    """The first one, where several stand side by side while rotating."""
    found = next((word for word in text.split() if _SECRET.fullmatch(word)), "")
    if not found:
        raise RelaySettingsError(
            "SLACK_SIGNING_SECRET: give the 32 characters of the Slack app, Basic Information, App Credentials: the "
            "same as in the endpoint's settings in Dify"
        )
    return found


def _hook_url(url: str) -> str:
    base = _ENDPOINT.sub("", url.rstrip("/"))
    parts = urlsplit(base)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise RelaySettingsError(
            "HOOK_URL: give the endpoint's address as Dify shows it, up to and with /e/<letters>; beside Dify the host "
            "may be http://plugin_daemon:5002"
        )
    return base


def _lines(file: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _content(file, "the file of settings").splitlines():
        if read := _LINE.fullmatch(line):
            found[read[1]] = read[2].strip("'\"")
    return found


def _content(path: Path, name: str) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RelaySettingsError(f"{name}: {path} cannot be read ({type(error).__name__})") from error
