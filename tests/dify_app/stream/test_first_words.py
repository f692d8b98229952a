import pytest

from dify_app.stream.think import MOST_LEAD, FirstWords

THOUGHT = ""  # marks the place of a thought in the lists below


def said(*pieces: str) -> str:
    words, shown = FirstWords(), []
    for piece in pieces:
        if piece == THOUGHT:
            words.thought()
        else:
            shown += words.say(piece)
    return "".join([*shown, *words.close()])


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (["\n", "  ", "Hello"], "\n  Hello"),
        (["\n", "  "], "\n  "),
        (["\n", THOUGHT, " ", "Hello"], "Hello"),
        ([THOUGHT, " Hello"], "Hello"),
        ([THOUGHT, " ", "\n", "\n", "    ", "code"], "    code"),
        ([THOUGHT, "\n", " "], ""),
        (["Hello", THOUGHT, "\n", " x"], "Hello\n x"),
    ],
)
def test_blanks_before_the_first_word_go_only_after_a_thought(pieces: list[str], shown: str) -> None:
    assert said(*pieces) == shown


def test_number_of_kept_blanks_is_bounded() -> None:
    assert len(said(*["\n"] * (MOST_LEAD + 500), "Hello")) == MOST_LEAD + len("Hello")
