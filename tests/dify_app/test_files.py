"""Fetching is tested with a real HTTP server on loopback, because these tests check what is sent over the network."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from dify_app.files import FetchedFile, addresses, fetch_file, file_bases, is_signed
from tests.dify_app.still_clock import StillClock

BASES = ("http://api:5001", "https://dify.example/base")
TOOL = "/files/tools/0f1e-2d.png?timestamp=1&nonce=a&sign=b%3D"
PICTURE = b"x" * 1000
TRICKLE = 12  # bytes, sent at twenty a second


def test_file_bases_keep_the_order_of_the_environment_and_end_with_the_hook() -> None:
    named = ["http://api:5001/", "", "not a url", "http://api:5001"]
    assert file_bases(named, "https://dify.example/e/hook/slack/events?x=1") == (
        "http://api:5001",
        "https://dify.example",
    )
    assert file_bases([], "") == ()
    assert file_bases(["ftp://x", "http://user@x", "http://x?y"], "file:///etc") == ()


def test_relative_address_is_tried_on_every_base() -> None:
    assert addresses(TOOL, BASES) == (f"http://api:5001{TOOL}", f"https://dify.example/base{TOOL}")
    assert addresses(TOOL, ()) == ()


def test_absolute_address_of_dify_is_tried_on_the_nearest_base_first() -> None:
    assert addresses(f"https://dify.example/base{TOOL}", BASES) == addresses(TOOL, BASES)


@pytest.mark.parametrize(
    "url",
    [
        "/files/tools/a.png",
        "/files/0f1e2d3c-aaaa/file-preview?timestamp=1",
        "/files/0f1e2d3c-aaaa/image-preview",
        "http://api:5001/files/tools/a.png",
    ],
)
def test_address_of_a_dify_file_is_fetched(url: str) -> None:
    assert addresses(url, BASES)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "a.png",
        "files/tools/a.png",
        "//evil.example/files/tools/a.png",
        "http://evil.example/files/tools/a.png",
        "http://api:5001.evil.example/files/tools/a.png",
        "http://api:5002/files/tools/a.png",
        "https://api:5001/files/tools/a.png",
        "http://api:5001@evil.example/files/tools/a.png",
        "http://x@api:5001/files/tools/a.png",
        "http://API:5001/inner/api/invoke/app",
        "https://dify.example/files/tools/a.png",
        "https://dify.example/baseline/files/tools/a.png",
        "/inner/api/invoke/app",
        "/files/upload/for-plugin",
        "/files/tools/../../inner/api",
        "/files/tools/..%2f..%2finner",
        "/files/tools/a.png/../b",
        "/files//tools/a.png",
        "\\\\evil.example\\files",
        "/files/tools/a b.png",
        "/files/tools/a.png#x",
        "/files/tools/ä.png",
        "javascript:/files/tools/a.png",
        "data:/files/tools/a.png",
        "http://[::1/files/tools/a.png",
        "http://api:99999/files/tools/a.png",
        "/files/tools/" + "a" * 3000,
        "/files/tools/a.png\nHost: x",
    ],
)
def test_address_that_is_not_difys_own_is_never_fetched(url: str) -> None:
    assert addresses(url, BASES) == ()


@given(st.text(alphabet="htps:/@.apievl5001files\\?#%tools-x ", max_size=60))
def test_fetched_address_always_lies_under_a_base(url: str) -> None:
    for address in addresses(url, BASES):
        assert address.startswith((f"{BASES[0]}/files/", f"{BASES[1]}/files/"))


def test_signed_address_is_recognised_on_any_host() -> None:
    assert is_signed(TOOL)
    assert is_signed(f"https://anywhere.example/base{TOOL}")
    assert not is_signed("/files/tools/a.png")
    assert not is_signed("https://a.example/x.png?sign=b")
    assert not is_signed(f"https://a.example/x.png?of={TOOL}")


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
        asking = [path if path.startswith("http") else url + path for path in paths]
        return fetch_file(http, asking, StillClock(), most=most, patience=patience), asked


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
