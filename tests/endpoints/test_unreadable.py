from typing import cast

import pytest
from dify_plugin.core import plugin_executor
from dify_plugin.core.utils.http_parser import deserialize_request
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Request

from endpoints import unreadable
from endpoints.unreadable import MOST_HEADERS, tolerant

read = tolerant(deserialize_request)


def test_sdk_has_the_private_name_that_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """The product replaces this private name of the SDK."""
    monkeypatch.setattr(plugin_executor, "deserialize_request", plugin_executor.deserialize_request)
    before = plugin_executor.deserialize_request
    assert before is deserialize_request
    unreadable.install()
    assert plugin_executor.deserialize_request is not before
    assert "deserialize_request(" in open(plugin_executor.__file__).read()  # noqa: PTH123, SIM115


def test_request_that_the_sdk_can_read_is_not_changed() -> None:
    request = read(b"POST /slack/events?x=1 HTTP/1.1\r\nHost: h\r\nX-A: b\r\nContent-Length: 2\r\n\r\nhi")
    assert (request.method, request.path, request.headers["X-A"], request.get_data()) == (
        "POST",
        "/slack/events",
        "b",
        b"hi",
    )


@pytest.mark.parametrize(
    "header",
    [b"X-Slack-Signature: v0=\xe9", b"X_Slack: 1", b": x", b"Content-Length: 7", b"Content-Length: x"],
)
def test_header_that_breaks_the_sdk_is_left_out(header: bytes) -> None:
    raw = b"POST /slack/events HTTP/1.1\r\nHost: h\r\n" + header + b"\r\n\r\nbody"
    with pytest.raises(Exception):  # noqa: B017, PT011 - the SDK may raise anything here
        deserialize_request(raw)
    request = read(raw)
    assert (request.method, request.path) == ("POST", "/slack/events")
    assert "X-Slack-Signature" not in request.headers


@pytest.mark.parametrize(
    "header",
    [b"SSL_CLIENT_VERIFY: NONE", b"X-City: S\xe3o Paulo", b"X-Slack-Retry-Num: \x0c"],
    ids=["name", "value", "control"],
)
def test_signature_is_read_beside_a_broken_header_of_a_proxy(header: bytes) -> None:
    raw = b"POST /slack/events HTTP/1.1\r\nHost: h\r\nX-Slack-Signature: v0=1\r\n" + header + b"\r\n"
    request = read(raw + b"Content-Length: 4\r\n\r\nbody")
    assert request.headers["X-Slack-Signature"] == "v0=1"
    assert request.get_data() == b"body"


@given(st.binary(max_size=200))
def test_any_bytes_are_read_without_an_error(raw: bytes) -> None:
    assert read(raw).method


@pytest.mark.parametrize("header", [b"X-H%d: v\r\n", b"X_H%d: v\r\n", b"X-H%d: \xff\r\n"])
def test_request_with_too_many_headers_is_not_read_but_refused(header: bytes) -> None:
    given: list[int] = []

    def reading(raw: bytes) -> Request:
        given.append(len(raw))
        return cast("Request", deserialize_request(raw))

    headers = b"".join(header % number for number in range(40_000))
    request = tolerant(reading)(b"POST /slack/events HTTP/1.1\r\nHost: h\r\n" + headers + b"\r\nbody")
    assert (request.method, request.path, request.get_data()) == ("POST", "/slack/events", b"")
    assert max(given) < MOST_HEADERS


def test_large_body_is_read_whole_and_once() -> None:
    given: list[int] = []

    def reading(raw: bytes) -> Request:
        given.append(len(raw))
        return cast("Request", deserialize_request(raw))

    body = b"x" * 5_000_000
    raw = b"POST /slack/events HTTP/1.1\r\nHost: h\r\nX-A: " + b"a" * 20_000 + b"\r\n\r\n" + body
    assert tolerant(reading)(raw).get_data() == body
    assert given == [len(raw)]
