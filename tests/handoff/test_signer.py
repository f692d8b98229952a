import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from errors import Forged
from handoff.signer import SIGNED_SECONDS, SKEW_SECONDS, Signer

CONTENT = {"message": {"text": "hello", "files": [1, None]}, "leg": 0}


def test_signed_content_is_verified() -> None:
    signer = Signer(("secret",), "hook")
    assert signer.verify(signer.sign(CONTENT)) == CONTENT


@pytest.mark.parametrize(
    "other", [Signer(("secret",), "other"), Signer(("other",), "hook")], ids=["hook", "secret"]
)
def test_signature_of_another_hook_or_secret_is_refused(other: Signer) -> None:
    with pytest.raises(Forged):
        other.verify(Signer(("secret",), "hook").sign(CONTENT))


def test_first_secret_signs_and_each_secret_verifies_while_secrets_rotate() -> None:
    old, new = Signer(("old",), "hook"), Signer(("new", "old"), "hook")
    assert new.verify(old.sign(CONTENT)) == CONTENT
    assert Signer(("new",), "hook").verify(new.sign(CONTENT)) == CONTENT


def test_signature_is_refused_without_a_secret() -> None:
    with pytest.raises(Forged):
        Signer((), "hook").verify(b"anything")


@pytest.mark.parametrize(
    ("age", "opens"),
    [
        (SIGNED_SECONDS - 5, True),
        (SIGNED_SECONDS + 5, False),
        (-SKEW_SECONDS + 2, True),
        (-SKEW_SECONDS - 5, False),
        (-120, False),
        (-(10**14), False),
    ],
)
def test_signature_is_valid_for_a_minute(age: int, opens: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    signer = Signer(("secret",), "hook")
    monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda _self: int(time.time()) - age)
    body = signer.sign(CONTENT)
    monkeypatch.undo()
    if opens:
        assert signer.verify(body) == CONTENT
    else:
        with pytest.raises(Forged):
            signer.verify(body)


def test_body_above_the_limit_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    signer = Signer(("secret",), "hook")
    body = signer.sign(CONTENT)
    monkeypatch.setattr("handoff.signer.LARGEST", len(body))
    assert signer.verify(body) == CONTENT
    monkeypatch.setattr("handoff.signer.LARGEST", len(body) - 1)
    with pytest.raises(Forged, match="too large"):
        signer.verify(body)


@given(st.binary(max_size=300))
def test_random_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(Forged):
        Signer(("secret",), "hook").verify(body)


@given(st.data())
def test_signature_is_refused_when_a_byte_changes(data: st.DataObject) -> None:
    signer = Signer(("secret",), "hook")
    body = bytearray(signer.sign(CONTENT))
    place = data.draw(st.integers(0, len(body) - 1))
    before = body[place]
    body[place] = data.draw(st.integers(0, 255).filter(lambda byte: byte != before))
    try:
        opened = signer.verify(bytes(body))
    except Forged:
        return
    # The last character of unpadded base64 has bits that no decoder reads.
    assert opened == CONTENT


def test_signed_list_is_refused() -> None:
    signer = Signer(("secret",), "hook")
    with pytest.raises(Forged):
        signer.verify(signer._serializer.dumps([1]).encode())


def test_receipt_differs_by_body_hook_and_secret() -> None:
    signer = Signer(("secret",), "hook")
    body = json.dumps(CONTENT).encode()
    assert signer.receipt(body) == Signer(("secret", "old"), "hook").receipt(body)
    assert len({signer.receipt(body), signer.receipt(b"x"), Signer(("s",), "hook").receipt(body)}) == 3
