"""The address of this endpoint as a browser reached it, which Slack may reach too. Pure.

The address comes from a request, so anybody may have made it up. Only an address of the exact form that Dify gives to
endpoints is used; any other counts as none.
"""

import re
from ipaddress import ip_address
from typing import Final

from hosts import bare_address_of, is_loopback

PLACEHOLDER: Final = "https://dify.example.com/e/REPLACE-WITH-YOURS"
"""Stands in a manifest where the address is not known. It has the form of an address of an endpoint."""
_LONGEST: Final = 500  # characters
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|[0-9a-f:.]*:[0-9a-f:.]*", re.ASCII)
_PATH: Final = re.compile(r"(?P<base>(?:/[A-Za-z0-9._~-]+)*/e/[A-Za-z0-9_-]{1,64})/slack/[a-z]+", re.ASCII)
_OF_ONE_NETWORK: Final = (".local", ".localhost", ".internal", ".lan", ".home.arpa")


def base_address(hook_url: str) -> str:
    """`https://host/…/e/<hook>` of a `Dify-Hook-Url`, without a slash at its end; "" where it has another form.

    A proxy that ends TLS makes the header say `http` (docs/platform/dify.md#hook-headers), and Slack takes https only,
    so `http` stays only for this very machine, as tests have it.
    """
    parts = bare_address_of(hook_url) if len(hook_url) <= _LONGEST else None
    if parts is None or parts.scheme not in {"http", "https"} or parts.hostname is None:
        return ""
    path = _PATH.fullmatch(parts.path)
    if not path or not _HOST.fullmatch(parts.hostname):
        return ""
    scheme = parts.scheme if is_loopback(parts.hostname) else "https"
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    return f"{scheme}://{host}{port}{path['base']}"


def is_of_one_network(base: str) -> bool:
    """Whether the host of this address is certainly not reached from the internet, where Slack is."""
    parts = bare_address_of(base)
    host = parts.hostname if parts else None
    if not host:
        return False
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith(_OF_ONE_NETWORK)
