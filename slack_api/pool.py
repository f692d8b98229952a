"""One pool of kept-alive connections for everything that goes to Slack: calls, downloads, uploads."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env
from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, Timeout
from urllib3.exceptions import EmptyPoolError, HTTPError, IncompleteRead, LocationValueError, ReadTimeoutError
from urllib3.util import make_headers

from clock import Clock
from hosts import host_of, is_loopback
from slack_api.connection import NeverSent, PlainPool, TlsPool
from tls import shared_context

IDLE = 30.0  # seconds; Slack does not document when it closes idle connections, load balancers do after 60
CONNECTIONS = 100  # per host
QUEUEING = 10.0  # seconds that a request waits for a free connection; without one it was never sent
CONNECT = 3.0  # seconds
FLOOR = 1.0  # wall seconds: no time-out is shorter, since scaled time makes no machine faster
PIECE = 65_536  # bytes


class Unanswered(Exception):
    """The request was sent and its answer did not arrive whole."""


class Truncated(Unanswered):
    """The body ended before its Content-Length."""


class Stalled(Unanswered):
    """No byte came for too long, or the whole answer took too long."""


class TooLarge(Unanswered):
    """The body is larger than the bound, by its header or by what came."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """The longest waits for the next byte and for the whole answer, in seconds; the size of a body, in bytes."""

    silence: float = 15.0
    whole: float = 60.0
    size: int = 15 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A whole HTTP answer of any status. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Sender(Protocol):
    """What the rest of the package needs of a Pool."""

    def exchange(
        self, verb: str, url: str, headers: Mapping[str, str], body: bytes | None, bounds: Bounds
    ) -> HttpResponse:
        """See Pool.exchange."""


class Pool:
    """Sends one request and reads one answer. Follows no redirect and repeats nothing.

    A proxy named by the environment is used, as slack_sdk does, but not for loopback or NO_PROXY.
    """

    def __init__(
        self, clock: Clock, *, idle: float = IDLE, connections: int = CONNECTIONS, floor: float = FLOOR
    ) -> None:
        self._clock = clock
        self._floor = floor
        options: dict[str, Any] = {
            "num_pools": 20,
            "maxsize": connections,
            "block": True,
            "ssl_context": shared_context(),
        }
        proxy = load_http_proxy_from_env()
        self._direct = self._by_proxy = PoolManager(**options)
        if proxy:
            self._by_proxy = ProxyManager(proxy, proxy_headers=_proxy_login(proxy), **options)
        for manager in (self._direct, self._by_proxy):
            manager.pool_classes_by_scheme = {
                "http": partial(PlainPool, clock, idle),  # type: ignore[dict-item]  # any factory will do
                "https": partial(TlsPool, clock, idle),  # type: ignore[dict-item]
            }

    def exchange(
        self, verb: str, url: str, headers: Mapping[str, str], body: bytes | None, bounds: Bounds
    ) -> HttpResponse:
        """Raises NeverSent, after which it is safe to send again, or Unanswered, after which it may have happened."""
        deadline = self._clock.now() + self._clock.stretched(bounds.whole, at_least=self._floor)
        host = host_of(url)
        manager = self._direct if is_loopback(host) or proxy_bypass(host) else self._by_proxy
        try:
            response = manager.urlopen(
                verb,
                url,
                body=body,
                headers=headers,
                timeout=Timeout(connect=self._wall(CONNECT), read=self._wall(bounds.silence)),
                retries=False,
                redirect=False,
                preload_content=False,
                pool_timeout=self._wall(QUEUEING),
            )
        except (EmptyPoolError, LocationValueError) as fault:
            raise NeverSent(type(fault).__name__) from fault
        except HTTPError as fault:
            raise _broken_off(fault, 0) from fault
        with closing(response):  # a whole body has given its connection back before this
            content = self._read(response, bounds.size, deadline)
        lowered = {name.lower(): value for name, value in response.headers.items()}
        return HttpResponse(response.status, lowered, content)

    def _wall(self, seconds: float) -> float:
        return self._clock.wall(seconds, at_least=self._floor)

    def _read(self, response: BaseHTTPResponse, size: int, deadline: float) -> bytes:
        announced = response.headers.get("content-length", "")
        if announced.isdecimal() and int(announced) > size:
            raise TooLarge(f"{announced} bytes announced")
        content = bytearray()
        try:
            while piece := response.read1(PIECE):
                content += piece
                if len(content) > size:
                    raise TooLarge(f"more than {size} bytes")
                if self._clock.now() > deadline:
                    raise Stalled("the answer took too long")
        except HTTPError as fault:
            raise _broken_off(fault, len(content)) from fault
        return bytes(content)


def _broken_off(fault: HTTPError, got: int) -> Unanswered:
    """Tell what ended the answer. urllib3 wraps the error for a short body into a ProtocolError in some places."""
    if any(isinstance(part, IncompleteRead) for part in (fault, fault.__cause__, *fault.args)):
        return Truncated(f"{got} bytes came")
    kind = Stalled if isinstance(fault, ReadTimeoutError) else Unanswered
    return kind(type(fault).__name__)


def _proxy_login(proxy: str) -> Mapping[str, str]:
    parts = urlsplit(proxy)
    if parts.username is None:
        return {}
    return make_headers(proxy_basic_auth=f"{parts.username}:{parts.password or ''}")
