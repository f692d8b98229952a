import re
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dify_app.stream.think import MOST_HELD, ThinkFilter

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
    "> ",
    "- ",
    "1. ",
    ".",
    "...",
    '"',
    "\ufeff",
    "    ",
)
LONG = 1_000
LONG_RUNS = tuple(mark * (LONG + more) for mark in "`~" for more in (-1, 0, 1))


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
        ("    <think>hm</think>Hello", "Hello", "hm"),
        ("- item\n\n    <think>hm</think>Hello", "- item\n\n    Hello", "hm"),
        ("First.\n<think>hm</think>\nSecond.", "First.\n\nSecond.", "hm"),
        ("First.<think>\nhm\n</think>\nSecond.", "First.\nSecond.", "\nhm\n"),
        ("<think>a</think>\n<think>b</think>\nHello", "Hello", "ab"),
        ("<think>a\n<think>b</think>c</think>Hello", "Hello", "a\n<think>b</think>c"),
        ("<think>a\n<think>b</think>\n\nHello", "Hello", "a\n<think>b</think>"),
        ("<think>never closed", "", "never closed"),
        ("</think>\n\nHello", "Hello", ""),
        ("<think></think>\n\nHello", "Hello", ""),
        ("<think>```\n</think>\nHello", "Hello", "```\n"),
        ("<think>x</think>```xml\n<think>\n```\nz", "```xml\n<think>\n```\nz", "x"),
        ("```\na\n```\n<think>x</think>```\n<think>\n```", "```\na\n```\n```\n<think>\n```", "x"),
        ("```\na\n```<think>\nhm\n</think>\nb", "```\na\n```\nb", "\nhm\n"),
        ("> ```\n> a\nb\n<think>x</think>c", "> ```\n> a\nb\nc", "x"),
        ("Sure.<think>hm</think>Hi", "Sure.Hi", "hm"),
        ("Sure. <think>hm</think> Hi", "Sure.  Hi", "hm"),
        ("a\nb<think>c</think>d", "a\nbd", "c"),
        ("~~a~~ `b`<think>c</think>d", "~~a~~ `b`d", "c"),
        ("> <think>hm</think>Hi", "> Hi", "hm"),
        ("- <think>hm</think>Hi", "- Hi", "hm"),
        ("1. <think>hm</think>Hi", "1. Hi", "hm"),
        ("\ufeff<think>hm</think>Hi", "Hi", "hm"),
        ("one more.</think>Hi", "one more.Hi", ""),
        ("<think>x</think>\n\n    code\n", "    code\n", "x"),
        ("<think>a\n<think>b</think>\nHi\n<think>c</think>\nBye", "Hi\n\nBye", "a\n<think>b</think>c"),
        ("<think>\n<think>\nhm\n</think>\n\nHello", "Hello", "\n<think>\nhm\n"),
    ],
)
def test_thought_is_taken_out_of_the_text(answer: str, text: str, thought: str) -> None:
    assert filtered(answer) == (text, thought)


@pytest.mark.parametrize(
    "answer",
    [
        "Hello",
        "  indented",
        "Like this:\n\n    <think>\n    plan\n    </think>\n\nMore",
        "- item\n\n      <think>\n\nMore",
        "Use the <think> tag and </think> to end it.",
        "`<think>` marks a thought",
        "```xml\n<think>\nx\n</think>\n```",
        "~~~\n<think>\n~~~\n",
        "- ```\n  <think>\n  ```\nz",
        "> ```\n> <think>\n> ```\nz",
        "```md\n```py\n<think>\n```\nz",
        "Use the tag <think>\nand then close it.\n\nMore",
        "Use the tag <think>\nand close it with </think>.\n\nMore",
        "Write <think>...</think> around it, and </think>.",
        'The tags "<think>" and "</think>" of a thought',
        "(<think>)",
        "Use \\<think> there</think>",
        "\ufeffHello",
        "a < b, <thin air>, </thing>",
        "<think",
        "ends with <",
        "",
    ],
)
def test_text_without_a_thought_stays(answer: str) -> None:
    assert filtered(answer) == (answer, "")


@pytest.mark.parametrize("most_held", [10, MOST_HELD])
@given(pieces=st.lists(st.sampled_from(PIECES), max_size=30), data=st.data())
def test_think_filter_gives_the_same_however_the_stream_is_cut(
    most_held: int, pieces: list[str], data: st.DataObject
) -> None:
    with patch("dify_app.stream.think.MOST_HELD", most_held):
        check_cuts(pieces, data)


@pytest.mark.parametrize("mark", "`~")
def test_run_of_very_many_marks_opens_no_block(mark: str) -> None:
    block = f"{mark * (LONG + 1)}\na\n{mark * LONG}\n"
    assert filtered(block + "<think>b</think>c") == (block + "c", "b")
    assert filtered(*block, "<think>b</think>c") == (block + "c", "b")


@given(pieces=st.lists(st.sampled_from((*PIECES, *LONG_RUNS)), max_size=10), data=st.data())
def test_think_filter_gives_the_same_however_long_runs_are_cut(
    pieces: list[str], data: st.DataObject
) -> None:
    check_cuts(pieces, data)


def check_cuts(pieces: list[str], data: st.DataObject) -> None:
    answer = "".join(pieces)
    ends = sorted(data.draw(st.lists(st.integers(0, len(answer)), max_size=10)))
    deltas = [answer[start:end] for start, end in zip([0, *ends], [*ends, len(answer)], strict=True)]
    assert filtered(*deltas) == filtered(answer)
    assert filtered(*answer) == filtered(answer)


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_think_filter_loses_only_tags_and_blanks(pieces: list[str]) -> None:
    answer = "".join(pieces)
    text, thought = filtered(answer)
    letters = "wordhinktc`~"
    kept = sum(char in letters for char in (text + thought).lower())
    tags = sum(char in letters for char in answer.lower()) - kept
    assert tags % len("think") == 0


@given(
    st.lists(
        st.sampled_from(["<think", "think>", *(piece for piece in (*PIECES, *LONG_RUNS) if ">" not in piece)])
    )
)
def test_text_without_a_tag_is_unchanged(pieces: list[str]) -> None:
    answer = "".join(pieces)
    if not re.search("</?think>", answer.lower()):
        assert filtered(answer) == (answer, "")


def test_answer_is_not_held_back_after_a_repeated_opening_tag() -> None:
    ours = ThinkFilter()
    ours.feed("<think>\n<think>\nhm\n</think>\n\n")
    assert ours.feed("Hello wor") == ("Hello wor", "")


def test_doubtful_text_is_shown_beyond_the_most_that_is_held() -> None:
    ours = ThinkFilter()
    long = "word " * (MOST_HELD // 5)
    assert ours.feed("So:<think>" + long) == ("So:<think>" + long, "")
    assert ours.feed("more") == ("more", "")


def test_text_is_held_back_only_while_it_may_become_a_tag() -> None:
    ours = ThinkFilter()
    assert ours.feed("Hello wor") == ("Hello wor", "")
    assert ours.feed("ld <thi") == ("ld ", "")
    assert ours.feed("s>") == ("<this>", "")


@pytest.mark.parametrize("unit", ["`", "~", "`~", "~~`"])
@pytest.mark.parametrize("before", ["", "Hi ", "```\n", "~~~ "])
def test_text_of_a_model_that_repeats_a_mark_is_not_held_back(before: str, unit: str) -> None:
    ours = ThinkFilter()
    said, due = ours.feed(before)[0], len(before)
    for _ in range(3 * LONG):
        said += ours.feed(unit)[0]
        due += len(unit)
        assert due == len(said)
    assert said + ours.close()[0] == before + unit * 3 * LONG


@pytest.mark.parametrize("name", ["think", "thinking", "reasoning"])
def test_thought_is_found_under_every_name_that_models_use(name: str) -> None:
    assert filtered(f"<{name}>hm</{name}>Hello") == ("Hello", "hm")
    assert filtered(*f"<{name}>hm</{name}>Hello") == ("Hello", "hm")


def test_thought_between_triangles_is_found() -> None:
    assert filtered(*"◁think▷hm◁/think▷Hello") == ("Hello", "hm")
    assert filtered("A ◁ b ▷ c < d") == ("A ◁ b ▷ c < d", "")
