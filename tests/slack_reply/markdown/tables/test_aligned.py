from slack_reply.markdown.tables import aligned


def test_columns_stand_under_each_other_in_any_script() -> None:
    rows = [("Name", "Nr"), ("名前", "1"), ("e\u0301", "12")]
    columns = aligned.widths(rows)
    lines = [aligned.line(row, columns, ("", "right")) for row in rows]
    assert lines == ["| Name | Nr |\n", "| 名前 |  1 |\n", "| e\u0301    | 12 |\n"]
    assert aligned.rule(columns) == "|------+----|\n"
    assert {aligned.width(line.strip()) for line in lines} == {13}


def test_a_wide_cell_sticks_out() -> None:
    assert aligned.widths([("x" * 500,)]) == [aligned.WIDTH_LIMIT]


def test_centered() -> None:
    assert aligned.line(("ab",), [5], ("center",)) == "|  ab   |\n"
