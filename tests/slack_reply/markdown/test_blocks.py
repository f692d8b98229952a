import pytest
from hypothesis import given

from slack_reply.markdown.parts import Limits
from slack_reply.markdown.reader import scan
from slack_reply.markdown.units import Body, Unit
from slack_reply.markdown.words import Rank
from tests.slack_reply.drawn import markdown

LIMITS = Limits(size=1000, measure=len, tables=True)


def units(text: str, *, final: bool = True) -> list[Unit]:
    return scan(text, LIMITS, final=final)


def shown(text: str, *, final: bool = True) -> str:
    return "".join(unit.text for unit in units(text, final=final))


@given(markdown)
def test_units_follow_each_other_without_a_gap(text: str) -> None:
    found = scan(text, None, final=True)
    assert [unit.start for unit in found[1:]] == [unit.end for unit in found[:-1]]
    assert not found or (found[0].start, found[-1].end) == (0, len(text.rstrip()))


@given(markdown)
def test_growing_text_shows_a_beginning_of_what_it_becomes(text: str) -> None:
    whole = shown(text)
    for length in range(len(text)):
        assert whole.startswith(shown(text[:length], final=False))


def test_ranks_say_where_a_message_may_end() -> None:
    found = units("# Title\n\nline\nline\n\nend")
    assert [unit.rank for unit in found] == [
        Rank.GLUE,
        Rank.GLUE,
        Rank.LINE,
        Rank.LINE,
        Rank.PARAGRAPH,
        Rank.LINE,
    ]


def test_code_is_code_in_fences_and_behind_blank_lines() -> None:
    bodies = [unit.body for unit in units("```py\na<b\n```\ntext\n    text\n\n    code\n    code")]
    assert bodies == [
        *(Body.SOLID, Body.CODE, Body.SOLID, Body.TEXT, Body.TEXT),
        *(Body.SOLID, Body.CODE, Body.CODE),
    ]


def test_info_string_of_tildes_leaves_the_fence_as_long_as_it_was() -> None:
    opening, *_ = units("~~~ ~ py\ncode\n~~~\n")
    assert (opening.text, opening.after.tail) == ("~~~ ~ py\n", "~~~")


def test_code_in_a_list_is_indented_further() -> None:
    assert units("- a\n\n      b <c>")[-1].text == "      b <c>"
    assert units("- a\n\n    b <c>")[-1].text == "    b &lt;c&gt;"


def test_context_reopens_the_code_block_inside_a_fence() -> None:
    line = units("> ```py\n> x\n> ```")[1]
    assert line.where == ("> ```py\n", "> ```", "> ")
    assert line.after == line.where


def test_windows_line_ends_become_plain_ones() -> None:
    assert shown("a\r\n\r\n```\r\nb\r\n```\r\nc") == "a\n\n```\nb\n```\nc"


@pytest.mark.parametrize(
    "begun",
    [
        "- ",
        "* ",
        "1",
        "1.",
        "> ",
        "#",
        "## Tit",
        "`",
        "```",
        "```py",
        "~~",
        "--",
        "=",
        "| a",
        "- [",
        "- [x]",
        "***",
    ],
)
def test_line_is_held_back_while_it_may_become_a_block(begun: str) -> None:
    assert shown(f"text\n{begun}", final=False) == "text\n"


def test_long_heading_is_shown_while_it_grows() -> None:
    assert shown("# " + "word " * 60, final=False).startswith("# word word")


def test_backslash_at_the_end_of_a_line_waits_for_the_next_line() -> None:
    line, backslash, *_ = units("a\\\nb c", final=False)
    assert (line.text, line.rank) == ("a", Rank.LINE)
    assert (backslash.text, backslash.rank) == ("\\\n", Rank.GLUE)


@pytest.mark.parametrize(
    ("begun", "rest"),
    [
        ("Hello **bold", "\nover lines**."),
        ("Hello `code", "\nspan<b>`."),
        ("Hello [label", "\nmore](https://x.y)."),
        ("- Hello *a", "\n  b*\n- c"),
    ],
)
def test_markup_over_a_line_end_is_shown_whole_or_not_at_all(begun: str, rest: str) -> None:
    def shown(text: str, *, final: bool) -> str:
        return "".join(unit.text for unit in scan(text, None, final=final))

    for end in range(len(begun), len(begun + rest) - 6):
        text = (begun + rest)[:end]
        assert not shown(text, final=False).rstrip().endswith(("**bold", "code", "label", "*a", "over")), text
    assert shown(begun + rest, final=True) == begun + rest
    assert shown(f"{begun}\n\nEnd", final=True).replace("\\", "") == f"{begun}\n\nEnd"


@pytest.mark.parametrize("follows", ["- item", "> quote", "# Title", "```\ncode\n```", "===\n", "1. x"])
def test_no_markup_reaches_into_another_block(follows: str) -> None:
    units = scan(f"Hello **bold\n{follows} words**", None, final=True)
    assert units[0].text == "Hello **bold\n"


def test_markup_does_not_reach_beyond_its_limit() -> None:
    text = "Hello **bold\n" + "words in lines\n" * 40
    assert len(scan(text, None, final=False)) > 20
    assert "".join(unit.text for unit in scan(text, None, final=True)) == text.rstrip()


@pytest.mark.parametrize("title", ["", ' "Sales by month"'])
@pytest.mark.parametrize("length", [3_000, 9_000, 200_000])
def test_picture_in_the_text_is_named_however_long_it_is(length: int, title: str) -> None:
    said = f"{'word ' * 1_590}![chart](data:image/png;base64,{'A' * length}{title}) and more."
    assert shown(said) == f"{'word ' * 1_590}chart and more."
    assert shown(said[:-12], final=False).rstrip() == ("word " * 1_590).rstrip()
