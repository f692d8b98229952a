import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.http1 import messages


def test_request() -> None:
    request = messages.parse_request(b"POST /a%20b?q=1 HTTP/1.1\r\nX-One:  two \r\nx-one: three")
    assert (request.method, request.path, request.query) == ("POST", "/a b", "q=1")
    assert request.get("x-one") == "two"
    assert request.headers == [("X-One", "two"), ("x-one", "three")]


@pytest.mark.parametrize("head", [b"", b"GET /", b"GET / HTTP/2", b"GET / HTTP/1.1\r\nno colon", b"A B C D"])
def test_bad_requests(head: bytes) -> None:
    with pytest.raises(messages.BadHead):
        messages.parse_request(head)


@given(
    st.integers(100, 999),
    st.dictionaries(st.from_regex(r"[A-Za-z-]+", fullmatch=True), st.from_regex(r"[!-~]*", fullmatch=True)),
)
def test_what_is_encoded_is_parsed(status: int, headers: dict[str, str]) -> None:
    head = messages.encode_head(status, headers.items()).removesuffix(b"\r\n\r\n")
    parsed = messages.parse_response(head)
    assert parsed.status == status
    assert set(parsed.headers) == {name.lower() for name in headers}


@pytest.mark.parametrize("head", [b"HTTP/1.1", b"HTTP/1.1 abc OK", b"ICY 200 OK"])
def test_bad_responses(head: bytes) -> None:
    with pytest.raises(messages.BadHead):
        messages.parse_response(head)
