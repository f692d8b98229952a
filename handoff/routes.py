"""The addresses at which the plugin may reach its own `/slack/turns`, the best first."""

from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

from hosts import host_of, is_loopback

TURNS_PATH = "/slack/turns"


@lru_cache(maxsize=100)  # each event asks; a stranger can send long addresses
def routes(
    *,
    hook_id: str,
    hook_url: str,
    internal_url: str,
    server_port: int | None,
    daemon_url: str,
    known_hosts: frozenset[str] = frozenset(),
) -> tuple[str, ...]:
    """Full URLs in the order of docs/architecture.md#d1-hand-off, each once.

    The signed event goes only to this machine and to hosts that the admin or the environment (`known_hosts`) named,
    since anybody who sends a genuine request again may set any `Dify-Hook-Url`, here `hook_url`.

    `server_port` is the daemon's port on this very machine, None in remote debugging. `internal_url` is the admin's
    setting, either the daemon's base or a whole `…/e/<hook>`.
    """
    local = "" if server_port is None else f"http://127.0.0.1:{server_port}"
    found = [_below(base, hook_id) for base in (internal_url, local, daemon_url) if base]
    sibling = _sibling(hook_url)
    named = {*known_hosts, host_of(internal_url), host_of(daemon_url)}
    if sibling and (is_loopback(host_of(sibling)) or host_of(sibling) in named):
        found.append(sibling)
    return tuple(dict.fromkeys(found))


def _below(base: str, hook_id: str) -> str:
    base = base.rstrip("/")
    return base + TURNS_PATH if "/e/" in base else f"{base}/e/{hook_id}{TURNS_PATH}"


def _sibling(hook_url: str) -> str:
    """The URL of `/slack/turns` beside the URL that Slack called, without the query, which a proxy may have kept."""
    try:
        parts = urlsplit(hook_url)
    except ValueError:
        return ""
    head, slack, _ = parts.path.rpartition("/slack/")
    if parts.scheme not in {"http", "https"} or not parts.netloc or not slack:
        return ""
    return urlunsplit((parts.scheme, parts.netloc, head + TURNS_PATH, "", ""))
