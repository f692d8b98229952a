import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gevent
import pytest
from gevent.pywsgi import WSGIServer

from benchmarks.certificate import server_tls, write_certificate
from handoff.own_connection import OwnConnections


class Server:
    """Notes the requests it gets."""

    def __init__(self, host: str, **tls: Any) -> None:
        self.requests: list[tuple[str, str, bytes]] = []
        self._server = WSGIServer((host, 0), self._serve, log=None, error_log=None, **tls)
        self._server.start()
        self.port = self._server.server_port

    def _serve(self, environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
        target = environ["PATH_INFO"] + "?" + environ["QUERY_STRING"]
        self.requests.append((target, environ["HTTP_HOST"], environ["wsgi.input"].read()))
        start_response("200 OK", [("X-Seen", environ["HTTP_X_NAME"])])
        yield b"."

    def stop(self) -> None:
        self._server.stop(timeout=0.1)


@pytest.fixture
def serve() -> Iterator[Callable[..., Server]]:
    running: list[Server] = []

    def start(host: str, **tls: Any) -> Server:
        running.append(Server(host, **tls))
        return running[-1]

    yield start
    for server in running:
        server.stop()


def ask(connections: OwnConnections, route: str) -> tuple[int, str]:
    connection = connections.to(route, 2.0)
    connection.open()
    try:
        response = connection.post(b"signed", {"X-Name": "me"}, 2.0)
        return response.status, response.headers["X-Seen"]
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("listens", "host"), [("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "localhost"), ("::1", "[::1]")]
)
def test_request_arrives_at_an_address_and_at_a_name(serve: Any, listens: str, host: str) -> None:
    server = serve(listens)
    assert ask(OwnConnections(), f"http://{host}:{server.port}/e/h/slack/turns?a=1") == (200, "me")
    assert server.requests == [("/e/h/slack/turns?a=1", f"{host}:{server.port}", b"signed")]


def test_request_goes_over_tls_only_to_whom_the_machine_trusts(serve: Any, tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path)
    server = serve("127.0.0.1", ssl_context=server_tls(certificate, key))
    route = f"https://127.0.0.1:{server.port}/e/h/slack/turns"
    assert ask(OwnConnections(ssl.create_default_context(cafile=certificate)), route) == (200, "me")
    with pytest.raises(ssl.SSLCertVerificationError):
        OwnConnections().to(route, 2.0).open()
    assert len(server.requests) == 1


def test_connection_to_this_machine_is_made_before_another_greenlet_runs(serve: Any) -> None:
    server, others = serve("127.0.0.1"), list[str]()
    connection = OwnConnections().to(f"http://127.0.0.1:{server.port}/e/h/slack/turns", 2.0)
    gevent.spawn(others.append, "ran")
    connection.open()
    assert others == []
    connection.close()


def test_nobody_listening_is_told_before_anything_is_sent() -> None:
    for host in ("127.0.0.1", "localhost", "host.invalid"):
        with pytest.raises(ConnectionError if host != "host.invalid" else socket.gaierror):
            OwnConnections().to(f"http://{host}:1/e/h/slack/turns", 2.0).open()


@pytest.mark.parametrize("route", ["http://host:port/", "http://[::1/", "http://host:99999/"])
def test_address_that_is_none_is_refused(route: str) -> None:
    with pytest.raises(ValueError, match=r"[Pp]ort|IPv6"):
        OwnConnections().to(route, 2.0)
