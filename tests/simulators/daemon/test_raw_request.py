import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.daemon.raw_request import canonical, encode_query, raw_request
from simulators.http1.messages import Request

HEADERS = [("Host", "example.org:5002"), ("Content-Type", "text/plain")]


def lines(request: Request) -> list[str]:
    return raw_request(request, "hook", "/slack/events").partition(b"\r\n\r\n")[0].decode().split("\r\n")


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("x-slack-signature", "X-Slack-Signature"),
        ("ETag", "Etag"),
        ("x_y", "X_y"),
        ("ä-b", "ä-b"),
        ("a--b", "A--B"),
    ],
)
def test_canonical(name: str, spelled: str) -> None:
    assert canonical(name) == spelled


@pytest.mark.parametrize(
    ("query", "encoded"),
    [
        ("", ""),
        ("b=2&a=1&b=1", "a=1&b=2&b=1"),
        ("a=x+y&c", "a=x+y&c="),
        ("a=%zz&b=1", "b=1"),
        ("a=1;b=2&c=3", "c=3"),
        ("q=%2F%7E", "q=%2F~"),
    ],
)
def test_query(query: str, encoded: str) -> None:
    assert encode_query(query) == encoded


@given(st.text())
def test_queries_are_stable(query: str) -> None:
    assert encode_query(encode_query(query)) == encode_query(query)


def test_headers_of_the_daemon_and_order() -> None:
    request = Request(
        "POST",
        "/e/hook/slack/events",
        [*HEADERS, ("user-agent", "Slackbot"), ("x-b", "1"), ("X-A", "2")],
        b"abc",
    )
    assert lines(request) == [
        "POST /slack/events HTTP/1.1",
        "Host: example.org:5002",
        "User-Agent: Slackbot",
        "Content-Length: 3",
        "Content-Type: text/plain",
        "Dify-Hook-Id: hook",
        "Dify-Hook-Url: http://example.org:5002/e/hook/slack/events",
        "X-A: 2",
        "X-B: 1",
    ]


def test_hook_url_of_a_proxy_stays() -> None:
    request = Request("GET", "/", [*HEADERS, ("Dify-Hook-Url", "https://public/e/hook/x")])
    assert "Dify-Hook-Url: https://public/e/hook/x" in lines(request)


def test_scheme_of_a_proxy_counts() -> None:
    request = Request("GET", "/", [*HEADERS, ("X-Forwarded-Proto", "https")])
    assert "Dify-Hook-Url: https://example.org:5002/e/hook/slack/events" in lines(request)


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "x-original-url", "X-Forwarded"])
def test_traces_are_removed(name: str) -> None:
    assert not any(
        line.lower().startswith(name.lower() + ":")
        for line in lines(Request("GET", "/", [*HEADERS, (name, "1")]))
    )


def test_original_host_wins() -> None:
    request = Request("GET", "/", [*HEADERS, ("X-Original-Host", "outer")])
    assert "Host: outer" in lines(request)
    assert not any("X-Original-Host" in line for line in lines(request))


@pytest.mark.parametrize(
    ("method", "end"), [("POST", b"\r\n\r\n0\r\n\r\n"), ("PUT", b"\r\n\r\n0\r\n\r\n"), ("GET", b"\r\n\r\n")]
)
def test_empty_bodies(method: str, end: bytes) -> None:
    raw = raw_request(Request(method, "/", HEADERS), "hook", "/x")
    assert raw.endswith(end)
    assert (b"Transfer-Encoding: chunked" in raw) == (method != "GET")


@given(st.binary(min_size=1))
def test_body_is_byte_exact(body: bytes) -> None:
    assert raw_request(Request("POST", "/", HEADERS, body), "hook", "/x").endswith(b"\r\n\r\n" + body)
