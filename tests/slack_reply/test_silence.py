import pytest

from slack_reply.silence import is_silent, may_be_silent


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
