import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.pictures.letters import measure, piece_width
from tools.pictures.wrapping import piece


@pytest.mark.parametrize(
    ("part", "width"),
    [
        (piece("ill"), 6.66),
        (piece("ill", "bold"), 8.34),
        (piece("日本"), 20.0),
        (piece("ab", "code"), 10.3544),
        (piece("e\u0301"), 5.56),
        (piece(""), 0),
    ],
)
def test_a_text_of_size_ten_is_so_wide(part, width) -> None:  # type: ignore[no-untyped-def]
    assert piece_width(part, 10) == pytest.approx(width)


@given(st.text(max_size=20), st.text("abc 日", max_size=20))
def test_widths_add_up_and_grow_with_the_size(one: str, two: str) -> None:
    of = measure(10)
    assert of(piece(f"{one} {two}")) == pytest.approx(
        of(piece(one)) + of(piece(" ")) + of(piece(two)), abs=0.01
    )
    assert measure(20)(piece(one)) == pytest.approx(2 * of(piece(one)))
