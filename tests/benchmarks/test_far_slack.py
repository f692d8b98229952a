"""The road to Slack of the connection benchmark, as a program of its own."""

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import urllib3

from benchmarks.connection import handshakes
from simulators.launch import Running, launched

ROUND_TRIP = 0.04


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def road(tmp_path: Path) -> Iterator[Running]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    given = ("--to", f"http://127.0.0.1:{server.server_port}", "--round-trip", str(ROUND_TRIP))
    with launched("benchmarks.far_slack", *given, "--folder", str(tmp_path)) as road:
        yield road
    server.shutdown()


def test_kept_connection_is_one_handshake_and_each_new_one_another(road: Running) -> None:
    kept = urllib3.PoolManager(ca_certs=road.told["ca"])
    body = b"x" * 300_000
    for _ in range(3):
        assert kept.request("POST", road.url, body=body).data == body
    assert handshakes(road) == 1
    for _ in range(2):
        urllib3.PoolManager(ca_certs=road.told["ca"]).request("POST", road.url, body=b"y")
    assert handshakes(road) == 3


def test_bytes_take_the_round_trip_and_a_connection_three(road: Running) -> None:
    """TCP's, that of TLS, and the request's own."""
    pool = urllib3.PoolManager(ca_certs=road.told["ca"])
    began = time.monotonic()
    pool.request("POST", road.url, body=b"x")
    connected = time.monotonic()
    pool.request("POST", road.url, body=b"x")
    assert time.monotonic() - connected >= ROUND_TRIP
    assert connected - began >= 3 * ROUND_TRIP


def test_who_does_not_trust_the_certificate_gets_nothing(road: Running) -> None:
    with pytest.raises(urllib3.exceptions.SSLError):
        urllib3.PoolManager(retries=False).request("POST", road.url, body=b"x")
