import pytest

from message import Message
from turns.stop_request import StopRequest, says_stop

STOP = StopRequest("hook", "T1", "C1", "U1", at="1700000010.000000", thread_ts="1700000000.000000")
ROOT, EARLY, LATE = "1700000000.000000", "1700000005.000000", "1700000020.000000"


def test_word_means_all_questions_of_the_thread_that_came_before_it() -> None:
    assert STOP.means("C1", ROOT, EARLY, ())
    assert not STOP.means("C1", ROOT, LATE, ())
    assert not STOP.means("C1", "1600000000.000000", EARLY, ())
    assert not STOP.means("C2", ROOT, EARLY, ())


def test_sign_on_a_message_means_its_answer_or_the_answer_to_it() -> None:
    for sign in (EARLY, "1700000006.000000"):
        request = StopRequest("hook", "T1", "C1", "U1", at=STOP.at, message_ts=sign)
        assert request.means("C1", ROOT, EARLY, ["1700000006.000000"])
    assert not StopRequest("hook", "T1", "C1", "U1", at=STOP.at, message_ts=ROOT).means("C1", ROOT, EARLY, ())


@pytest.mark.parametrize(
    ("text", "thread_ts", "expected"),
    [
        ("stop", ROOT, True),
        ("<@UBOT> STOP.", ROOT, True),
        ("ストップ。", ROOT, True),
        ("stop", "", False),
        ("stop it", ROOT, False),
        ("<@U2> stop", ROOT, False),
    ],
)
def test_only_a_whole_message_in_a_thread_is_the_word(text: str, thread_ts: str, expected: bool) -> None:
    said = Message("T1", "C1", EARLY, "message", "channel", thread_ts, "U1", text=text, bot_user_id="UBOT")
    assert says_stop(said) == expected
