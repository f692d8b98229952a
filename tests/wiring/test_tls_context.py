"""The machine's certificates are read once for a process, and not by each of its HTTP clients."""

import ssl
from collections.abc import Iterator

import pytest

from handoff.own_connection import OwnConnections
from provider.environment import Environment
from tls import shared_context
from wiring.container import Container


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ssl.SSLContext]]:
    """The contexts that read certificates."""
    found: list[ssl.SSLContext] = []
    monkeypatch.setattr(ssl.SSLContext, "load_default_certs", lambda self, *_: found.append(self))
    shared_context.cache_clear()
    yield found
    shared_context.cache_clear()  # this one trusts nobody


def test_all_clients_of_a_process_share_one_tls_context(made: list[ssl.SSLContext]) -> None:
    for _ in range(2):
        Container(Environment())
        OwnConnections().to("https://dify.example/slack/turns", 1.0)
    assert made == [shared_context()]
