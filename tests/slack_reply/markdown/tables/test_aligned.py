from slack_reply.markdown.tables import aligned


def test_columns_are_aligned_in_any_script() -> None:
    rows = [("Name", "Nr"), ("名前", "1"), ("e\u0301", "12")]
    columns = aligned.widths(rows)
    lines = [aligned.line(row, columns, ("", "right")) for row in rows]
    assert lines == ["| Name | Nr |\n", "| 名前 |  1 |\n", "| e\u0301    | 12 |\n"]
    assert aligned.rule(columns) == "|------+----|\n"
    assert {aligned.width(line.strip()) for line in lines} == {13}


def test_cell_wider_than_its_column_is_not_cut() -> None:
    assert aligned.widths([("x" * 500,)]) == [aligned.WIDTH_LIMIT]


def test_cell_is_centered() -> None:
    assert aligned.line(("ab",), [5], ("center",)) == "|  ab   |\n"
