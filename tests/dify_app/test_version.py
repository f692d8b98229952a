from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from urllib3 import PoolManager

from dify_app.version import dify_version, is_broken


@pytest.fixture
def dify() -> Iterator[HTTPServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = self.server.answers[self.path]  # type: ignore[attr-defined]
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def version(dify: HTTPServer, body: bytes) -> str:
    dify.answers = {"/health": (200, body)}  # type: ignore[attr-defined]
    return dify_version(PoolManager(), f"http://127.0.0.1:{dify.server_port}")


def test_version_is_the_one_that_dify_names(dify: HTTPServer) -> None:
    assert version(dify, b'{"pid": 1, "status": "ok", "version": "1.17.0"}') == "1.17.0"


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"\xff", b'{"version": 1}', b'{"version": "<b>"}', b"9" * 50_000]
)
def test_any_other_answer_is_no_version(dify: HTTPServer, body: bytes) -> None:
    assert version(dify, body) == ""


def test_dify_that_is_not_known_or_away_has_no_version() -> None:
    assert dify_version(PoolManager(), "") == ""
    assert dify_version(PoolManager(), "http://127.0.0.1:9") == ""


@pytest.mark.parametrize(
    ("found", "broken"),
    [("1.15.0", True), ("1.15.0-fix.1", True), ("1.9.0", True), ("1.17.0", False), ("", False)],
)
def test_broken_versions_are_known(found: str, broken: bool) -> None:
    assert is_broken(found) is broken
