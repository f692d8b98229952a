"""The host of an address, and whether it is this very machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def host_of(url: str) -> str:
    """The host in lower case, "" for an address without one."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by its very name or number."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
