import pytest
from hypothesis import given
from hypothesis import strategies as st

from dify_app.stream.images import TAKEN, FrameFilter

LONG = 1_000
PIECES = (
    *("`", "~", "```", "~~~~", "\n", "\r\n", " ", "  ", "word", "py", TAKEN, f"```\n{TAKEN}\n```\n"),
    *(mark * (LONG + more) for mark in "`~" for more in (-1, 0, 1)),
)
MOST_HELD = 300  # characters of a block that may turn out to hold only pictures


def filtered(*chunks: str) -> str:
    frames = FrameFilter()
    return "".join([*map(frames.feed, chunks), frames.close()])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"a\n```\n{TAKEN}\n```\nb", "a\n\nb"),
        (f"a\n~~~~ md\n\n {TAKEN}\n{TAKEN}\n\n~~~~ \nb", "a\n\nb"),
        (f"```\n{TAKEN}\n```", ""),
        (f"```\n{TAKEN}", "```\n"),
        (f"```\n{TAKEN}\n~~~\n```", "```\n\n~~~\n```"),
        (f"```\n{TAKEN}\n```py\n```", "```\n\n```py\n```"),
        (f"a ```\n{TAKEN}\n```\n", "a ```\n\n```\n"),
        ("```\n```\n", "```\n```\n"),
        (f"x{TAKEN}y", "xy"),
    ],
)
def test_code_block_goes_with_the_picture_it_held(text: str, left: str) -> None:
    assert filtered(text) == left
    assert filtered(*text) == left


def test_code_block_without_a_picture_is_not_held_back() -> None:
    frames = FrameFilter()
    assert frames.feed("a\n```py\n") == "a\n"
    assert frames.feed("x") == "```py\nx"
    assert frames.feed(" = 1") == " = 1"


@given(pieces=st.lists(st.sampled_from(PIECES), max_size=12), data=st.data())
def test_frame_filter_gives_the_same_text_however_the_stream_is_cut(
    pieces: list[str], data: st.DataObject
) -> None:
    text = "".join(pieces)
    ends = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=10)))
    chunks = [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    assert filtered(*chunks) == filtered(text)


@pytest.mark.parametrize("unit", ["`", "~", "`~", "~~`"])
@pytest.mark.parametrize("before", ["", "Hi ", "a\n", "```\n", f"```\n{TAKEN}\n", f"~~~\n{TAKEN}\n "])
def test_text_of_a_model_that_repeats_a_mark_is_not_held_back(before: str, unit: str) -> None:
    frames = FrameFilter()
    said, due = frames.feed(before), len(before.replace(TAKEN, ""))
    for _ in range(3 * LONG):
        said += frames.feed(unit)
        due += len(unit)
        assert due - len(said) <= MOST_HELD
    assert said + frames.close() == before.replace(TAKEN, "") + unit * 3 * LONG
