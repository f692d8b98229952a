import pytest

from dify_app.frames import TAKEN, FrameFilter


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
def test_blocks_go_with_the_pictures_they_held(text: str, left: str) -> None:
    assert filtered(text) == left
    assert filtered(*text) == left


def test_other_blocks_are_not_held_back() -> None:
    frames = FrameFilter()
    assert frames.feed("a\n```py\n") == "a\n"
    assert frames.feed("x") == "```py\nx"
    assert frames.feed(" = 1") == " = 1"
