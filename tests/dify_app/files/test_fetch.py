"""These tests use a real HTTP server on loopback, because they check what is sent over the network."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
import urllib3

from dify_app.files.fetch import FetchedFile, fetch_file
from tests.dify_app.still_clock import StillClock

PICTURE = b"x" * 1000
TRICKLE = 12  # bytes, sent at twenty a second


class Files(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]]
    stall: ClassVar[threading.Event]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/picture")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path == "/picture":
            self._send(200, PICTURE, len(PICTURE))
        elif self.path == "/cut":
            self._send(200, PICTURE[:500], len(PICTURE))
        elif self.path == "/empty":
            self._send(200, b"", 0)
        elif self.path == "/stalled":
            self._send(200, PICTURE[:500], len(PICTURE))
            self.wfile.flush()
            self.stall.wait(10)
        elif self.path == "/trickling":
            self._send(200, b"", TRICKLE)
            with suppress(OSError):  # the client may have closed the connection
                for _ in range(TRICKLE):
                    self.wfile.write(b"x")
                    self.stall.wait(0.05)
        else:
            self._send(403, b"no", 2)

    def _send(self, status: int, content: bytes, length: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "image/png; charset=x")
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def served() -> Iterator[tuple[str, list[str]]]:
    class Handler(Files):
        asked: ClassVar[list[str]] = []
        stall: ClassVar[threading.Event] = threading.Event()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", Handler.asked
    finally:
        Handler.stall.set()
        server.shutdown()
        thread.join()
        server.server_close()


def fetched(*paths: str, most: int = 2000, patience: float = 5.0) -> tuple[FetchedFile | None, list[str]]:
    with served() as (url, asked), urllib3.PoolManager() as http:
        addresses = [path if path.startswith("http") else url + path for path in paths]
        return fetch_file(http, addresses, StillClock(), most=most, patience=patience), asked


def test_fetched_file_has_its_type() -> None:
    assert fetched("/picture") == (FetchedFile(PICTURE, "image/png"), ["/picture"])


@pytest.mark.parametrize("path", ["/moved", "/cut", "/empty", "/forbidden", "http://127.0.0.1:1/closed"])
def test_response_without_the_whole_file_gives_none(path: str) -> None:
    found, asked = fetched(path)
    assert found is None
    assert "/picture" not in asked


def test_next_address_is_tried_when_one_fails() -> None:
    found, asked = fetched("http://127.0.0.1:1/closed", "/forbidden", "/picture", "/picture")
    assert found == FetchedFile(PICTURE, "image/png")
    assert asked == ["/forbidden", "/picture"]


def test_file_beyond_the_size_limit_gives_none() -> None:
    assert fetched("/picture", most=999)[0] is None
    assert fetched("/picture", most=1000)[0] is not None


def test_fetch_from_a_stalled_server_ends_after_its_patience() -> None:
    assert fetched("/stalled", patience=0.2)[0] is None


def test_fetch_from_a_trickling_server_ends_after_its_patience() -> None:
    """Each single byte arrives within the patience, but all bytes together do not."""
    assert fetched("/trickling")[0] == FetchedFile(b"x" * TRICKLE, "image/png")
    assert fetched("/trickling", patience=0.3)[0] is None
