"""Reading addresses: their parts, their host, and whether that is this very machine."""

from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import SplitResult, urlsplit


def address_of(url: str) -> SplitResult | None:
    """The parts of an address; None if one of them cannot be read, the port among them."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def bare_address_of(url: str) -> SplitResult | None:
    """The parts of an address with a host, but no user, query or fragment; None for any other text."""
    parts = address_of(url)
    if not parts or parts.username or parts.password or parts.query or parts.fragment:
        return None
    return parts if parts.hostname else None


def host_of(url: str) -> str:
    """The host in lower case, "" for an address without one."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def is_address(host: str) -> bool:
    """Whether the host is a number, so that nobody has to be asked for one."""
    return _number(host) is not None


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by its very name or number."""
    number = _number(host)
    return host == "localhost" or (number is not None and number.is_loopback)


def _number(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
