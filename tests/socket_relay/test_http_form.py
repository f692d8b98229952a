import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.request import SocketModeRequest

from socket_relay.http_form import UnknownPayloadError, ack_payload, as_http

SECRET = "0123456789abcdef0123456789abcdef"
NOW = 1_790_000_000.5
texts = st.text(max_size=40)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)
objects = st.dictionaries(texts, json_values, max_size=5)


def a_request(kind: str, payload: dict[str, Any], **more: Any) -> SocketModeRequest:
    return SocketModeRequest(kind, "e1", payload, **more)


@given(objects)
def test_event_is_its_json(payload: dict[str, Any]) -> None:
    form = as_http(a_request("events_api", payload))
    assert form.path == "/slack/events"
    assert form.headers["Content-Type"] == "application/json"
    assert json.loads(form.body) == payload


@given(objects)
def test_press_is_a_form_with_one_field(payload: dict[str, Any]) -> None:
    form = as_http(a_request("interactive", payload))
    assert form.path == "/slack/interactions"
    assert form.headers["Content-Type"] == "application/x-www-form-urlencoded"
    fields = parse_qs(form.body.decode(), strict_parsing=True)
    assert list(fields) == ["payload"]
    assert json.loads(fields["payload"][0]) == payload


@given(st.dictionaries(st.text(min_size=1, max_size=10), texts, min_size=1, max_size=6))
def test_slash_command_is_a_form_of_its_fields(payload: dict[str, str]) -> None:
    form = as_http(a_request("slash_commands", dict(payload)))
    assert form.path == "/slack/commands"
    read = parse_qs(form.body.decode(), keep_blank_values=True, max_num_fields=10)
    assert read == {name: [value] for name, value in payload.items()}


def test_field_that_is_no_text_keeps_its_sense() -> None:
    form = as_http(
        a_request("slash_commands", {"text": "hi", "is_enterprise_install": False, "enterprise_id": None})
    )
    assert parse_qs(form.body.decode()) == {"text": ["hi"], "is_enterprise_install": ["false"]}


@given(objects, st.sampled_from(["events_api", "interactive", "slash_commands"]))
def test_signature_holds_over_the_exact_bytes(payload: dict[str, Any], kind: str) -> None:
    form = as_http(a_request(kind, payload))
    headers = form.signed(SECRET, NOW)
    assert headers["X-Slack-Request-Timestamp"] == "1790000000"
    made = SignatureVerifier(SECRET).generate_signature(timestamp="1790000000", body=form.body)
    assert headers["X-Slack-Signature"] == made
    assert SECRET not in str(headers)


def test_retry_is_told_in_headers_as_over_http() -> None:
    again = as_http(a_request("events_api", {}, retry_attempt=2, retry_reason="timeout"))
    assert again.headers["X-Slack-Retry-Num"] == "2"
    assert again.headers["X-Slack-Retry-Reason"] == "timeout"
    first = as_http(a_request("events_api", {}, retry_attempt=0, retry_reason=""))
    assert not [name for name in first.headers if "Retry" in name]


def test_retry_reason_cannot_add_a_header() -> None:
    form = as_http(a_request("events_api", {}, retry_attempt=1, retry_reason="é"))
    assert form.headers["X-Slack-Retry-Reason"] == "unknown"


def test_unknown_type_is_told_by_its_type() -> None:
    with pytest.raises(UnknownPayloadError, match="something_new"):
        as_http(a_request("something_new", {}))


@pytest.mark.parametrize(
    ("content_type", "body", "payload"),
    [
        ("application/json", b'{"response_action": "clear"}', {"response_action": "clear"}),
        ("application/json; charset=utf-8", b'{"text": "hi"}', {"text": "hi"}),
        ("text/plain", b"hi", {"text": "hi"}),
        ("application/json", b"", None),
        ("text/plain", b"  \n", None),
        ("application/json", b"{}", None),
        ("application/json", b"[1]", None),
        ("application/json", b"{broken", None),
    ],
)
def test_answer_becomes_the_payload_of_the_ack(content_type: str, body: bytes, payload: object) -> None:
    wants = a_request("interactive", {}, accepts_response_payload=True)
    assert ack_payload(wants, content_type, body) == payload
    assert ack_payload(a_request("events_api", {}), content_type, body) is None
