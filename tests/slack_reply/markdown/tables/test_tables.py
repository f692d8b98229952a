from slack_reply.markdown.blocks import scan
from slack_reply.markdown.parts import Limits, Table

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


def test_tables_are_not_read_in_code_quotes_and_lists() -> None:
    for text in ("```\n{}\n```", "> {}", "- a\n\n  {}", "    {}"):
        lines = grid(2, 2).strip().replace("\n", "\n" + text.partition("{}")[0].rpartition("\n")[2])
        assert table(text.format(lines)) is None


def test_cell_text_cannot_end_the_code_block() -> None:
    limits = Limits(size=9000, measure=len, tables=False)
    shown = "".join(unit.text for unit in scan("| a |\n|---|\n| ```` ``` ```` |\n", limits, final=True))
    assert shown.count("```") == 2
