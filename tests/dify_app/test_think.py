import pytest
from hypothesis import given
from hypothesis import strategies as st

from dify_app.think import ThinkFilter

PIECES = (
    "<think>",
    "</think>",
    "<THINK>",
    "\n",
    " ",
    "word",
    "```",
    "`",
    "~~~",
    "<thi",
    "nk>",
    "<",
    "</",
    "\r\n",
    ">",
)


def filtered(*deltas: str) -> tuple[str, str]:
    ours = ThinkFilter()
    parts = [*map(ours.feed, deltas), ours.close()]
    return "".join(text for text, _ in parts), "".join(thought for _, thought in parts)


@pytest.mark.parametrize(
    ("answer", "text", "thought"),
    [
        ("<think>\nhm\n</think>\n\nHello", "Hello", "\nhm\n"),
        ("\n <think>hm</think> Hello", "Hello", "hm"),
        ("<THINK>hm</Think>Hello", "Hello", "hm"),
        ("First.\n<think>hm</think>\nSecond.", "First.\n\nSecond.", "hm"),
        ("First.<think>\nhm\n</think>\nSecond.", "First.\nSecond.", "\nhm\n"),
        ("<think>a</think>\n<think>b</think>\nHello", "Hello", "ab"),
        ("<think>a\n<think>b</think>c</think>Hello", "Hello", "a\n<think>b</think>c"),
        ("<think>a\n<think>b</think>\n\nHello", "Hello", "a\n<think>b</think>"),
        ("<think>never closed", "", "never closed"),
        ("</think>\n\nHello", "Hello", ""),
        ("<think></think>\n\nHello", "Hello", ""),
        ("<think>```\n</think>\nHello", "Hello", "```\n"),
    ],
)
def test_thoughts_are_taken_out(answer: str, text: str, thought: str) -> None:
    assert filtered(answer) == (text, thought)


@pytest.mark.parametrize(
    "answer",
    [
        "Hello",
        "  indented",
        "Use the <think> tag and </think> to end it.",
        "`<think>` marks a thought",
        "```xml\n<think>\nx\n</think>\n```",
        "~~~\n<think>\n~~~\n",
        "a < b, <thin air>, </thing>",
        "<think",
        "ends with <",
        "",
    ],
)
def test_everything_else_stays(answer: str) -> None:
    assert filtered(answer) == (answer, "")


@given(st.lists(st.sampled_from(PIECES), max_size=30), st.data())
def test_how_the_stream_is_cut_does_not_matter(pieces: list[str], data: st.DataObject) -> None:
    answer = "".join(pieces)
    ends = sorted(data.draw(st.lists(st.integers(0, len(answer)), max_size=10)))
    deltas = [answer[start:end] for start, end in zip([0, *ends], [*ends, len(answer)], strict=True)]
    assert filtered(*deltas) == filtered(answer)
    assert filtered(*answer) == filtered(answer)


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_nothing_gets_lost_but_tags_and_blanks(pieces: list[str]) -> None:
    answer = "".join(pieces)
    text, thought = filtered(answer)
    letters = "wordhinktc`~"
    kept = sum(char in letters for char in (text + thought).lower())
    tags = sum(char in letters for char in answer.lower()) - kept
    assert tags % len("think") == 0


def test_text_is_not_held_back_for_long() -> None:
    ours = ThinkFilter()
    assert ours.feed("Hello wor") == ("Hello wor", "")
    assert ours.feed("ld <thi") == ("ld ", "")
    assert ours.feed("s>") == ("<this>", "")
