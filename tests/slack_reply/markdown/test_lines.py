import pytest

from slack_reply.markdown import lines


@pytest.mark.parametrize(
    ("line", "prefix"),
    [
        ("text", ""),
        ("- text", "- "),
        ("> > text", "> > "),
        ("1. > text", "1. > "),
        ("- [x] done", "- [x] "),
        ("-text", ""),
        ("  * a", "  * "),
    ],
)
def test_prefix_is_all_that_stands_before_the_text(line: str, prefix: str) -> None:
    assert lines.prefix(line) == prefix


@pytest.mark.parametrize(
    ("first", "line", "prefix"),
    [
        ("text", "    > text", "    "),
        ("> text", "> text", "> "),
        ("> text", ">     > text", ">     "),
        ("> > text", "> > text", "> > "),
        ("text", "  text", "  "),
    ],
)
def test_line_has_no_more_quote_marks_than_the_first_of_its_paragraph(
    first: str, line: str, prefix: str
) -> None:
    assert lines.prefix(line, first) == prefix


def test_lines_know_their_offsets_in_the_source() -> None:
    source = "ab\r\ncd\nef"
    assert lines.split(source, 4, len(source)) == [lines.Line(4, "cd", 7), lines.Line(7, "ef", 9)]
    assert lines.split(source)[0] == lines.Line(0, "ab", 4)
