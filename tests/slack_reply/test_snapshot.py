import pytest
from hypothesis import given
from hypothesis import strategies as st

from slack_reply.snapshot import MOST_MESSAGES, WHOLE, Room, is_silent, may_be_silent

COUNTS = st.integers(0, 40)


@pytest.mark.parametrize(
    ("there", "wanted", "fitting"), [(0, 20, 20), (0, 21, 19), (12, 8, 8), (12, 9, 7), (19, 2, 0), (20, 1, 0)]
)
def test_one_message_stays_free_when_not_all_fit(there: int, wanted: int, fitting: int) -> None:
    assert WHOLE.fitting(there, wanted) == fitting


@given(COUNTS, COUNTS, COUNTS)
def test_never_more_than_there_is_room_for(messages: int, there: int, wanted: int) -> None:
    fitting = Room(messages).fitting(there, wanted)
    assert 0 <= fitting <= wanted
    assert fitting == 0 or there + fitting <= messages
    assert fitting in {0, wanted} or there + fitting < messages


@given(COUNTS, COUNTS, st.integers(1, 40))
def test_what_is_said_about_the_rest_is_always_shown(messages: int, there: int, wanted: int) -> None:
    assert Room(messages, closing=True).fitting(there, wanted) >= 1


@pytest.mark.parametrize(
    ("left", "closing", "is_over", "ends"),
    [(2, False, True, True), (1, False, True, False), (2, True, True, False), (9, False, False, False)],
)
def test_answer_ends_when_its_time_is_up_and_more_than_one_message_is_left(
    left: int, *, closing: bool, is_over: bool, ends: bool
) -> None:
    assert Room(MOST_MESSAGES, lambda: is_over, closing=closing).ends_before(left) is ends


@pytest.mark.parametrize("text", ["NO_REPLY", " NO_REPLY\n"])
def test_no_reply_alone_is_silent(text: str) -> None:
    assert is_silent(text)
    assert all(may_be_silent(text[:end]) for end in range(len(text) + 1))


@pytest.mark.parametrize(
    "text", ["NO_REPLY.", "no_reply", "NO REPLY", "NO_REPLY NO_REPLY", "Say NO_REPLY", "`NO_REPLY`"]
)
def test_anything_else_is_an_answer(text: str) -> None:
    assert not is_silent(text)
    assert not may_be_silent(text)


def test_half_of_no_reply_is_an_answer_when_final() -> None:
    assert may_be_silent("NO_")
    assert not is_silent("NO_")
    assert not may_be_silent("NO_ ")
