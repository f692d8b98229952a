from hypothesis import given
from hypothesis import strategies as st

from simulators.demo.document import Table, Text
from simulators.demo.painting import painted
from simulators.demo.tabular import fitted, table_lines
from simulators.demo.wrapping import line_width
from tests.simulators.demo.texts import text


def drawn(table: Table, room: int) -> list[str]:
    return [painted(line, colour=False) for line in table_lines(table, room)]


def test_columns_are_as_wide_as_their_texts_in_cells() -> None:
    table = Table(((text("日本"), text("n")), (text("a"), text("10"))), ("left", "right"))
    assert drawn(table, 40) == [
        "┌──────┬────┐",
        "│ 日本 │  n │",
        "├──────┼────┤",
        "│ a    │ 10 │",
        "└──────┴────┘",
    ]


def test_too_wide_a_table_wraps_in_its_cells() -> None:
    table = Table(((text("key"), text("some words here")),))
    assert drawn(table, 19) == [
        "┌─────┬───────────┐",
        "│ key │ some      │",
        "│     │ words     │",
        "│     │ here      │",
        "└─────┴───────────┘",
    ]


def test_rows_of_different_lengths_are_filled_up() -> None:
    assert drawn(Table(((text("a"), text("b")), (text("c"),))), 20)[3] == "│ c │   │"


@given(st.lists(st.integers(0, 60), min_size=1, max_size=5), st.integers(40, 90))
def test_columns_fit_whenever_they_can(natural: list[int], room: int) -> None:
    assert sum(fitted(natural, room)) + 3 * len(natural) + 1 <= room


@given(
    st.lists(
        st.lists(st.text("ab 日é", max_size=12).map(text), min_size=2, max_size=2).map(tuple),
        min_size=1,
        max_size=4,
    ),
    st.integers(14, 40),
)
def test_all_lines_are_equally_long(rows: list[tuple[Text, ...]], room: int) -> None:
    assert len({line_width(line) for line in table_lines(Table(tuple(rows)), room)}) == 1
