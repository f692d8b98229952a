"""The environment variables that the bridge reads, once and no others (docs/architecture.md#d7-secrets-stay)."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from errors import SettingsError
from hosts import bare_address_of, host_of, is_loopback

SLACK_API_URL = "https://slack.com/api/"
SLACK_FILES_URL = "https://files.slack.com"
DAEMON_PORT = 5002  # the daemon's default SERVER_PORT


@dataclass(frozen=True, slots=True)
class Environment:
    """The values that the process was started with.

    `slack_api_url` ends in a slash, `slack_files_url` does not. `time_scale`: seconds of the wall clock for each second
    of the design. `local_runtime`: the daemon started us on its own machine (docs/platform/dify.md#plugin-environment).
    `dify_files_urls`: bases for the relative file addresses of Dify, best first (docs/platform/dify.md#files-out).
    `dify_web_url`: where people open Dify's apps and continue a paused run, or "".
    `known_hosts`: the hosts of Dify and of its plugin daemon that the environment names.
    `dify_inner_url`: where Dify's own services reach its API, or "" (docs/platform/dify-service-api.md#base-address).
    `open_turns`: how many turns a process takes on at once, set by tests that want fewer; None: the measured capacity.
    """

    slack_api_url: str = SLACK_API_URL
    slack_files_url: str = SLACK_FILES_URL
    time_scale: float = 1.0
    server_port: int = DAEMON_PORT
    local_runtime: bool = False
    dify_files_urls: tuple[str, ...] = ()
    dify_web_url: str = ""
    open_turns: int | None = None
    known_hosts: frozenset[str] = frozenset()
    dify_inner_url: str = ""


def read_environment(variables: Mapping[str, str]) -> Environment:
    """Read the environment. Raises SettingsError for an address the token must not go to or a stray test setting."""
    slack_api_url = _slack_base(variables, "SLACK_API_URL", SLACK_API_URL)
    return Environment(
        slack_api_url=slack_api_url + "/",
        slack_files_url=_slack_base(variables, "SLACK_FILES_URL", SLACK_FILES_URL),
        time_scale=_of_tests(variables, "TIME_SCALE", float, slack_api_url) or 1.0,
        server_port=_port(variables.get("SERVER_PORT", "")),
        local_runtime=variables.get("INSTALL_METHOD", "").strip().lower() == "local",
        dify_files_urls=_web_addresses(variables, "INTERNAL_FILES_URL", "FILES_URL", "DIFY_INNER_API_URL"),
        dify_web_url=next(iter(_web_addresses(variables, "APP_WEB_URL")), ""),
        open_turns=_of_tests(variables, "OPEN_TURNS", int, slack_api_url),
        known_hosts=_known_hosts(variables),
        dify_inner_url=next(iter(_web_addresses(variables, "DIFY_INNER_API_URL")), ""),
    )


@cache
def environment() -> Environment:
    """The environment of this process."""
    return read_environment(os.environ)


def _slack_base(variables: Mapping[str, str], name: str, default: str) -> str:
    """An https address, or an http address on this machine; no other is allowed, since the bot token is sent there."""
    url = variables.get(name, "").strip() or default
    parts = bare_address_of(url)
    if parts and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))):
        return url.rstrip("/")
    raise SettingsError(name, f"Leave it unset, or give an https address such as {default}.")


def _of_tests[Number: (int, float)](
    variables: Mapping[str, str], name: str, kind: type[Number], slack_api_url: str
) -> Number | None:
    """A number above 0, which only tests may set; None if the variable is not set."""
    text = variables.get(name, "").strip()
    if not text:
        return None
    try:
        number = kind(text)
    except ValueError:
        number = kind(0)
    if not 0 < number < math.inf:
        whole = "whole " if kind is int else ""
        raise SettingsError(name, f"Leave it unset, or give a {whole}number above 0, in tests only.")
    if not is_loopback(host_of(slack_api_url)):
        raise SettingsError(name, "It is for tests: refused unless SLACK_API_URL is this machine. Unset it.")
    return number


def _port(text: str) -> int:
    """The daemon's port, or the default if the text is no port: a wrong port only makes one hand-off route fail."""
    try:
        port = int(text)
    except ValueError:
        return DAEMON_PORT
    return port if 0 < port < 2**16 else DAEMON_PORT


def _known_hosts(variables: Mapping[str, str]) -> frozenset[str]:
    """The hosts in the addresses that an admin gave to Dify's services; the debug port's address has no scheme."""
    named = _web_addresses(variables, "INTERNAL_FILES_URL", "FILES_URL", "DIFY_INNER_API_URL", "APP_WEB_URL")
    debug_port = variables.get("REMOTE_INSTALL_URL", "").strip()
    return frozenset(map(host_of, [*named, f"//{debug_port}"])) - {""}


def _web_addresses(variables: Mapping[str, str], *names: str) -> tuple[str, ...]:
    given = (variables.get(name, "").strip().rstrip("/") for name in names)
    return tuple(dict.fromkeys(url for url in given if url.startswith(("http://", "https://"))))
