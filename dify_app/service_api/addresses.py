"""Where the Service API is: the address that the admin named, or the first one at which Dify answers.

Source: docs/platform/dify-service-api.md#base-address.
"""

from collections.abc import Collection
from typing import Protocol

from cachetools import TTLCache

from clock import Clock
from errors import ApiAway
from hosts import address_of, host_of, is_loopback

_PATH = "/v1"
_REMEMBERED = 300.0  # seconds
_MOST = 1_000


def base_addresses(
    named: str, inner_api: str, hook_url: str, known_hosts: Collection[str]
) -> tuple[str, ...]:
    """The bases to try, each without a slash at its end, the best first. What the admin named is the only one.

    `inner_api` is `DIFY_INNER_API_URL`, `hook_url` the `Dify-Hook-Url`. Anybody who sends a genuine request of Slack's
    again can name any host in the latter, so it counts only if its host is this machine or one of `known_hosts`.
    """
    if named:
        return (named,)
    found = [f"{inner_api}{_PATH}"] if inner_api else []
    hook = address_of(hook_url)
    if hook and hook.scheme in {"http", "https"} and hook.netloc and not hook.username:
        host = host_of(hook_url)
        if is_loopback(host) or host in known_hosts:
            found.append(f"{hook.scheme}://{hook.netloc}{_PATH}")
    return tuple(dict.fromkeys(found))


class Prober(Protocol):
    """What is asked whether Dify answers at an address."""

    def is_there(self, base: str) -> bool:
        """Whether the Service API answers at this base. The key is not sent."""


class BaseAddresses:
    """The address that worked, for each list of addresses. One per process."""

    def __init__(self, api: Prober, clock: Clock) -> None:
        self._api = api
        self._found: TTLCache[tuple[str, ...], str] = TTLCache(_MOST, _REMEMBERED, timer=clock.now)

    def find(self, bases: tuple[str, ...]) -> str:
        """The first base at which Dify answers; a single one is taken as it is. Raises ApiAway."""
        found = self._found.get(bases) or (bases[0] if len(bases) == 1 else "")
        if not found:
            found = next(filter(self._api.is_there, bases), "")
        if not found:
            raise ApiAway("api_not_there")
        self._found[bases] = found
        return found

    def forget(self, bases: tuple[str, ...]) -> None:
        """The address did not work: look anew when it is wanted next."""
        self._found.pop(bases, None)
