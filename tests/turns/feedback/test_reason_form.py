import json

from message import Message
from turns.feedback.reason_form import REASON_FORM, reason_form, reason_of, told_by
from turns.feedback.votes import LONGEST_REASON
from wording import Language

PRESS = Message("T1", "C1", "9.000009", "button", thread_ts="1.000001", user="U1", bot_user_id="UBOT")


def test_form_carries_its_press_and_fits_into_slacks_limits() -> None:
    for language in Language:
        view = reason_form(PRESS, "- app slack:T1:U1 m1", language)
        assert view["callback_id"] == REASON_FORM
        assert len(view["private_metadata"]) <= 3_000
        for name in ("title", "submit", "close"):
            assert 0 < len(view[name]["text"]) <= 24
        told = told_by(view)
        assert (told["channel"], told["thread_ts"], told["value"]) == (
            "C1",
            "1.000001",
            "- app slack:T1:U1 m1",
        )


def test_reason_is_what_the_member_wrote_without_blanks_around() -> None:
    view = {"state": {"values": {"reason": {"text": {"value": " wrong \n"}}}}}
    assert reason_of(view) == "wrong"
    assert (
        len(reason_of({"state": {"values": {"reason": {"text": {"value": "x" * 9_000}}}}})) == LONGEST_REASON
    )


def test_view_of_another_shape_says_nothing() -> None:
    assert reason_of({}) == ""
    assert reason_of({"state": {"values": {"reason": {"text": {"value": None}}}}}) == ""
    for metadata in ("", "[]", "{", json.dumps(7), None):
        assert told_by({"private_metadata": metadata}) == {}
    assert told_by({"private_metadata": json.dumps({"value": 7, "channel": "C1"})}) == {"channel": "C1"}
