from dataclasses import replace

import pytest
from hypothesis import given

from slack_reply.markdown import tables
from slack_reply.markdown.pages import pages_after
from slack_reply.markdown.parts import Limits, Table
from slack_reply.markdown.reader import scan
from slack_reply.writers import edited_message, streamed_message
from tests.slack_reply.drawn import markdown
from tests.slack_reply.law import is_live

LIMITS = Limits(size=9000, measure=len, tables=True)


def table(text: str, limits: Limits = LIMITS, *, final: bool = True) -> Table | None:
    return next((unit.table for unit in scan(text, limits, final=final) if unit.table), None)


def grid(columns: int, rows: int, cell: str = "x") -> str:
    lines = ["| " + " | ".join([cell] * columns) + " |"] * (rows + 1)
    lines.insert(1, "|" + "---|" * columns)
    return "\n".join(lines) + "\n"


def test_largest_tables_become_table_blocks() -> None:
    assert table(grid(20, 99))
    assert not table(grid(21, 1))
    assert not table(grid(1, 100))
    assert table(grid(2, 10, "x" * 400))
    assert not table(grid(2, 13, "x" * 400))


def test_every_table_is_code_without_table_support() -> None:
    limits = Limits(size=9000, measure=len, tables=False)
    assert table(grid(2, 2), limits) is None
    shown = "".join(unit.text for unit in scan(grid(2, 1), limits, final=True))
    assert shown == "```\n| x | x |\n|---+---|\n| x | x |\n```\n"


def test_table_is_held_back_until_its_end_unless_it_is_large() -> None:
    assert scan(grid(2, 50), LIMITS, final=False) == []
    begun = scan(grid(2, 300), LIMITS, final=False)
    assert len(begun) == 300  # the head and all rows but the last, which may go on
    assert begun[-1].after.tail == "```"


def test_table_ends_where_no_row_follows() -> None:
    units = scan("| a |\n|---|\n| 1 |\ntext", LIMITS, final=True)
    assert [unit.text for unit in units] == ["", "text"]


@pytest.mark.parametrize(
    ("around", "read"),
    [
        ("```\n{}\n```", False),
        ("    {}", False),
        ("> {}", True),
        ("- a\n\n  {}", True),
        ("1. > a\n   >\n   > {}", True),
    ],
)
def test_tables_are_read_in_quotes_and_lists_but_not_in_code(around: str, *, read: bool) -> None:
    begin = around.partition("{}")[0].rpartition("\n")[2]
    found = table(around.format(grid(2, 2).strip().replace("\n", f"\n{begin}")))
    assert (found == table(grid(2, 2))) is read


LOOSE = "x\n\nName | State\n--- | :-:\n**one** | up\ntwo | x\n\nend"


def test_table_without_outer_pipes_is_read_as_with_them() -> None:
    rows = ("| Name | State |", "|---|:-:|", "| **one** | up |", "| two | x |")
    assert table(LOOSE) == table("\n".join(rows))


def test_line_that_may_be_the_head_of_a_table_waits_for_the_line_below() -> None:
    head = LOOSE.index("Name")
    for end in range(head + 1, LOOSE.index("**one**")):
        assert "".join(unit.text for unit in scan(LOOSE[:end], LIMITS, final=False)).strip() == "x"
    begun = scan("x\n\nName | State\n\nHe", LIMITS, final=False)
    assert "".join(unit.text for unit in begun).split() == ["x", "Name", "|", "State"]


def test_paragraph_is_shown_once_it_is_too_long_for_the_first_cell_of_a_head() -> None:
    shown = "".join(unit.text for unit in scan("x\n\n" + "word " * 5, LIMITS, final=False))
    assert shown.count("word") == 4


def test_table_without_outer_pipes_begins_an_answer_that_comes_at_once() -> None:
    text = LOOSE.removeprefix("x\n\n")
    assert table(text) is None
    assert table(text, replace(LIMITS, whole=True)) == table(LOOSE)


def test_cell_text_cannot_end_the_code_block() -> None:
    limits = Limits(size=9000, measure=len, tables=False)
    shown = "".join(unit.text for unit in scan("| a |\n|---|\n| ```` ``` ```` |\n", limits, final=True))
    assert shown.count("```") == 2


def texts(line: str, columns: int) -> list[str]:
    return [cell.text for cell in tables.row_of(line, columns)]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("| a | b |", ["a", "b"]),
        ("|a|b", ["a", "b"]),
        (r"| a \| b | c |", ["a | b", "c"]),
        ("| | x |", ["", "x"]),
    ],
)
def test_rows_are_split(row: str, found: list[str]) -> None:
    assert tables.split(row) == found


@pytest.mark.parametrize(
    ("separator", "found"),
    [
        ("|---|:-:|--:|", ("", "center", "right")),
        ("|:--|---", ("left", "")),
        ("|-|", ("",)),
    ],
)
def test_row_under_the_head_gives_the_alignments(separator: str, found: tuple[str, ...]) -> None:
    assert tables.alignments(separator) == found
    assert all(tables.may_separate(separator[:end]) for end in range(len(separator)))


@pytest.mark.parametrize("separator", ["|---|", "| a | b |", "|", "|--|--|--|"])
def test_rows_without_a_line_under_the_head_are_no_table(separator: str) -> None:
    assert table(f"| a | b |\n{separator}\n| 1 | 2 |") is None


def test_rows_have_as_many_cells_as_the_head_and_lose_nothing() -> None:
    assert texts("| a |", 3) == ["a", "", ""]
    assert texts("| a | b | c |", 2) == ["a", "b | c"]


@pytest.mark.parametrize(
    ("row", "found"),
    [
        ("| find | `ps aux|grep x` |", ["find", "ps aux|grep x"]),
        ("| `||` | or |", ["||", "or"]),
        ("| ``a|`b|`` | `c|d` | e |", ["a|`b|", "c|d | e"]),
        (r"| `a\|b|c` | d |", ["a|b|c", "d"]),
        ("| `a | b` |", ["`a", "b`"]),
        ("| ` | b | c |", ["`", "b | c"]),
    ],
)
def test_bar_in_code_parts_no_cells_of_a_row_that_would_have_too_many(row: str, found: list[str]) -> None:
    assert texts(row, 2) == found


@given(markdown)
def test_no_cell_is_live(text: str) -> None:
    assert not any(is_live(cell) for cell in texts(text.replace("\n", " "), 2))


def test_columns_are_aligned_in_any_script() -> None:
    rows = [("Name", "Nr"), ("名前", "1"), ("e\u0301", "12")]
    columns = tables.widths(rows)
    lines = [tables.aligned(row, columns, ("", "right")) for row in rows]
    assert lines == ["| Name | Nr |\n", "| 名前 |  1 |\n", "| e\u0301    | 12 |\n"]
    assert tables.rule(columns) == "|------+----|\n"
    assert {tables.width(line.strip()) for line in lines} == {13}


def test_cell_wider_than_its_column_is_not_cut() -> None:
    assert tables.widths([("x" * 500,)]) == [tables.WIDTH_LIMIT]


def test_cell_is_centered() -> None:
    assert tables.aligned(("ab",), [5], ("center",)) == "|  ab   |\n"


ROWS_95 = "| Id | Status |\n|---|---|\n" + "".join(
    f"| {number} | a status of some length {number} |\n" for number in range(95)
)


def rows_shown(text: str, limits: Limits) -> int:
    """The rows that a reader sees of the growing text, without the head."""
    shown = [part.text for page in pages_after(text, 0, limits, final=False) for part in page.parts]
    return "\n".join(shown).count("a status")


def test_edited_message_shows_each_row_of_a_table_once_the_row_is_whole() -> None:
    ends = [ROWS_95.index(f"| {number} |") for number in (1, 2, 50, 94)]
    assert [rows_shown(ROWS_95[:end], edited_message.LIMITS) for end in ends] == [0, 1, 49, 93]


def test_stream_holds_no_more_rows_of_a_table_back_than_its_limit() -> None:
    for number in range(1, 95):
        shown = rows_shown(ROWS_95[: ROWS_95.index(f"| {number} |")], streamed_message.LIMITS)
        assert shown >= number - streamed_message.ROWS
    assert rows_shown(ROWS_95[: ROWS_95.index("| 60 |")], streamed_message.LIMITS) >= 58


def test_table_that_outgrew_a_stream_is_code_on_every_page() -> None:
    pages = pages_after(ROWS_95 * 3, 0, streamed_message.LIMITS, final=True)
    assert len(pages) > 1
    assert all(part.text.count("```") % 2 == 0 for page in pages for part in page.parts)
    assert sum(part.text.count("a status") for page in pages for part in page.parts) == 3 * 95


DATA = Limits(size=9000, measure=len, tables=True, data_tables=True)


def test_table_too_large_for_a_table_block_becomes_a_data_table() -> None:
    for text in (grid(1, 100), grid(2, 200), grid(2, 13, "x" * 400), grid(20, 40, "x" * 20)):
        found = table(text, DATA)
        assert found is not None
        assert found.data
    small = table(grid(20, 20), DATA)
    assert small is not None
    assert not small.data


@pytest.mark.parametrize("text", [grid(21, 2), grid(1, 201), grid(2, 20, "x" * 600), grid(2, 1, "x" * 6_000)])
def test_table_too_large_for_a_data_table_is_code(text: str) -> None:
    assert table(text, DATA) is None
    assert scan(text, DATA, final=True)[0].text.startswith("```")


def test_growing_table_becomes_a_data_table_where_its_message_can_be_changed() -> None:
    limits = edited_message.LIMITS
    for rows, data in ((99, 0), (100, 100), (200, 100)):
        found = table(f"{grid(2, rows)}| ", limits, final=False)
        assert found is not None
        assert (found.data, len(found.rows)) == (data, rows + 1)
    assert table(f"{grid(2, 201)}| ", limits, final=False) is None


def test_message_holds_one_table_where_several_were_refused() -> None:
    text = f"One\n\n{grid(2, 2)}\nTwo\n\n## Three\n\n{grid(2, 3)}\nFour\n"
    [whole] = pages_after(text, 0, DATA, final=True)
    assert len([part for part in whole.parts if isinstance(part, Table)]) == 2
    first, second = pages_after(text, 0, replace(DATA, several_tables=False), final=True)
    assert [isinstance(part, Table) for part in first.parts] == [False, True, False]
    assert [isinstance(part, Table) for part in second.parts] == [False, True, False]
    assert second.parts[0].text == "## Three\n\n"


def test_message_holds_one_data_table() -> None:
    pages = pages_after(f"{grid(1, 150)}\n" * 2, 0, DATA, final=True)
    assert [len(page.parts) for page in pages] == [1, 1]
