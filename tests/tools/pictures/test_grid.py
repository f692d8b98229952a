import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulators.demo.texts import text
from tools.pictures.grid import PAD, column_widths


def test_columns_are_as_wide_as_their_texts() -> None:
    narrow, wide = column_widths([(text("i"), text("a longer text"))], 2, 500)
    assert narrow < wide < 150


def test_the_widest_gives_way_first() -> None:
    free = column_widths([(text("Anna"), text("word " * 40))], 2, 5000)
    tight = column_widths([(text("Anna"), text("word " * 40))], 2, 300)
    assert tight[0] == free[0]
    assert sum(tight) == pytest.approx(300, abs=0.2)


@given(st.lists(st.text("ab 日", max_size=80), min_size=1, max_size=5), st.floats(300, 700))
def test_a_table_never_leaves_its_room(cells: list[str], room: float) -> None:
    widths = column_widths([tuple(text(cell) for cell in cells)], len(cells), room)
    assert sum(widths) <= room + 0.5
    assert min(widths) > PAD
