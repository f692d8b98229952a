import hashlib
import hmac
import logging
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_events.signed_request import PAUSE, Refusals, verify
from tests.fake_clock import FakeClock

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = 1531420618
BODY = b'{"type":"event_callback"}'


def sign(body: bytes = BODY, timestamp: str = str(NOW), secret: str = SECRET) -> str:
    basis = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), basis, hashlib.sha256).hexdigest()


def headers(signature: str | None = None, timestamp: str = str(NOW)) -> dict[str, str]:
    signature = sign(timestamp=timestamp) if signature is None else signature
    return {"X-Slack-Signature": signature, "X-Slack-Request-Timestamp": timestamp}


def holds(
    given: Mapping[str, str], body: bytes = BODY, secrets: tuple[str, ...] = (SECRET,), now: float = NOW
) -> bool:
    return verify(body, given, secrets, cast("Any", SimpleNamespace(now=lambda: now)))


def test_slack_s_own_example_is_valid() -> None:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
        b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
        b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
        b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    assert holds(headers("v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"), body)


def test_signature_is_valid_in_any_case_of_the_header_names() -> None:
    assert holds(headers())
    assert holds({name.upper(): value for name, value in headers().items()})
    assert holds({name.lower(): value for name, value in headers().items()})


@pytest.mark.parametrize("seconds", [-300, -299, 0, 299, 300])
def test_timestamp_within_the_window_is_valid(seconds: int) -> None:
    assert holds(headers(timestamp=str(NOW + seconds)))


@pytest.mark.parametrize("seconds", [-301, 301])
def test_timestamp_outside_the_window_is_refused(seconds: int) -> None:
    assert not holds(headers(timestamp=str(NOW + seconds)))


@pytest.mark.parametrize("secrets", [(SECRET, "new"), ("new", SECRET), ("", SECRET), ("  ", SECRET)])
def test_signature_of_any_secret_is_valid(secrets: tuple[str, ...]) -> None:
    assert holds(headers(), secrets=secrets)


@pytest.mark.parametrize("secrets", [(), ("",), ("other",), (SECRET + " ",), (" ",)])
def test_signature_of_no_secret_is_refused(secrets: tuple[str, ...]) -> None:
    assert not holds(headers(), secrets=secrets)


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "v0=",
        sign()[:-1],
        sign() + "0",
        sign().upper(),
        "v0=" + sign()[3:].upper(),
        sign().replace("v0=", "v1="),
        sign()[3:],
        "v0=" + "é" * 64,
        "v0=" + "\u0660" * 64,
        " " + sign(),
        sign() + "\n",
        sign(secret="other"),
        sign(body=b"other"),
        sign(timestamp=str(NOW + 1)),
    ],
)
def test_forged_signature_is_refused(signature: str) -> None:
    assert not holds(headers(signature))


def test_signature_with_an_empty_secret_is_refused() -> None:
    signature = "v0=" + hmac.new(b"", b"v0:%d:" % NOW + BODY, hashlib.sha256).hexdigest()
    assert not holds(headers(signature))
    assert not holds(headers(signature), secrets=("",))


@pytest.mark.parametrize(
    "timestamp",
    [
        *("", "abc", "1.5", f"{NOW}.0", f"-{NOW}", f"+{NOW}", "nan", "inf", "9" * 400, "9" * 5000),
        *(f" {NOW}", f"{NOW}\n", "1_531_420_618", "١٥٣١٤٢٠٦١٨", "0x5b4796ca", "1e9"),
    ],
)
def test_senseless_timestamp_is_refused_even_if_signed(timestamp: str) -> None:
    assert not holds(headers(timestamp=timestamp))


def test_missing_header_is_refused() -> None:
    assert not holds({})
    for name in headers():
        assert not holds({other: value for other, value in headers().items() if other != name})


@pytest.mark.parametrize("value", [None, 5, b"v0=", ["v0="]])
def test_header_that_is_no_text_is_refused(value: object) -> None:
    for name in headers():
        assert not holds(cast("Mapping[str, str]", headers() | {name: value}))


def test_body_that_is_not_utf8_is_refused() -> None:
    assert not holds(headers(sign(b"\xff\xfe")), b"\xff\xfe")


def test_large_body_is_valid() -> None:
    body = b"[" * (2 * 2**20)
    assert holds(headers(sign(body)), body)
    assert not holds(headers(), body)


@given(st.binary(), st.text(), st.text(), st.lists(st.text(), max_size=3))
def test_random_input_is_refused_without_an_error(
    body: bytes, signature: str, timestamp: str, secrets: list[str]
) -> None:
    assert not holds(headers(signature, timestamp), body, tuple(secrets))


@given(st.text(), st.text(min_size=1).filter(str.strip))
def test_signed_text_is_valid(text: str, secret: str) -> None:
    body = text.encode()
    assert holds(headers(sign(body, secret=secret)), body, (secret,))


def test_refusal_is_logged_at_once_and_then_once_a_minute_with_a_count(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = FakeClock()
    refusals = Refusals(clock)
    with caplog.at_level(logging.WARNING, "slack_bridge"):
        for _ in range(5):
            refusals.note("hook", "no valid signature")
        clock.advance(PAUSE)
        refusals.note("hook", "no valid signature")
    first, second = (record.getMessage() for record in caplog.records)
    assert "no valid signature; 0 more" in first
    assert "no valid signature; 4 more" in second


def test_each_reason_is_logged_separately(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals(FakeClock())
    with caplog.at_level(logging.WARNING, "slack_bridge"):
        for _ in range(100):
            refusals.note("hook", "no valid signature")
            refusals.note("hook", "no room for another turn")
    assert len(caplog.records) == 2
    assert "no room" in caplog.text


def test_flood_at_one_hook_does_not_hide_another_hook(caplog: pytest.LogCaptureFixture) -> None:
    refusals = Refusals(FakeClock())
    with caplog.at_level(logging.WARNING, "slack_bridge"):
        for _ in range(100):
            refusals.note("hostile", "no valid signature")
        refusals.note("hook", "no valid signature")
    assert len(caplog.records) == 2
