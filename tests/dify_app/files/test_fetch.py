"""Against a real HTTP server on loopback, since what counts here is what goes over the wire."""

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
TRICKLE = 12  # bytes, twenty a second


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
            with suppress(OSError):  # who asked may have gone
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


def test_a_file_comes_with_its_type() -> None:
    assert fetched("/picture") == (FetchedFile(PICTURE, "image/png"), ["/picture"])


@pytest.mark.parametrize("path", ["/moved", "/cut", "/empty", "/forbidden", "http://127.0.0.1:1/closed"])
def test_what_is_not_the_file_is_none(path: str) -> None:
    found, asked = fetched(path)
    assert found is None
    assert "/picture" not in asked


def test_the_next_address_is_tried() -> None:
    found, asked = fetched("http://127.0.0.1:1/closed", "/forbidden", "/picture", "/picture")
    assert found == FetchedFile(PICTURE, "image/png")
    assert asked == ["/forbidden", "/picture"]


def test_what_is_too_large_is_not_read_to_its_end() -> None:
    assert fetched("/picture", most=999)[0] is None
    assert fetched("/picture", most=1000)[0] is not None


def test_a_stalled_server_does_not_hold_the_turn() -> None:
    assert fetched("/stalled", patience=0.2)[0] is None


def test_a_server_that_trickles_does_not_hold_the_turn_either() -> None:
    """Each of its bytes comes in time, all of them do not."""
    assert fetched("/trickling")[0] == FetchedFile(b"x" * TRICKLE, "image/png")
    assert fetched("/trickling", patience=0.3)[0] is None
