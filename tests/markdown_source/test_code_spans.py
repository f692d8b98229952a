import pytest

from markdown_source import CODE_SPAN_LIMIT, read_code


@pytest.mark.parametrize(
    ("line", "end"),
    [("`a` b", 3), ("``a`b`` c", 7), (r"`a\` b`", 4), ("`a``b` c", 6), ("`a", None), ("``a`", None)],
)
def test_code_ends_with_as_many_ticks_as_it_begins_with(line: str, end: int | None) -> None:
    assert read_code(line, 0, whole=True) == end


@pytest.mark.parametrize("line", ["`", "`a", "`a`", "``a`"])
def test_code_is_undecided_while_its_ticks_may_go_on_or_come(line: str) -> None:
    assert read_code(line, 0, whole=False) == 0


@pytest.mark.parametrize("behind", ["", "`"])
def test_code_is_decided_behind_its_limit(behind: str) -> None:
    assert read_code(f"`{'a' * CODE_SPAN_LIMIT}{behind}", 0, whole=False) is None
