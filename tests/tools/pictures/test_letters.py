import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.demo.document import Span
from tests.simulators.demo.texts import text
from tools.pictures.letters import measure, piece_width


@pytest.mark.parametrize(
    ("part", "width"),
    [
        (Span("ill"), 6.66),
        (text("ill", "bold")[0], 8.34),
        (Span("日本"), 20.0),
        (text("ab", "code")[0], 10.3544),
        (Span("e\u0301"), 5.56),
        (Span(""), 0),
    ],
)
def test_a_text_of_size_ten_is_so_wide(part, width) -> None:  # type: ignore[no-untyped-def]
    assert piece_width(part, 10) == pytest.approx(width)


@given(st.text(max_size=20), st.text("abc 日", max_size=20))
def test_widths_add_up_and_grow_with_the_size(one: str, two: str) -> None:
    of = measure(10)
    assert of(Span(f"{one} {two}")) == pytest.approx(of(Span(one)) + of(Span(" ")) + of(Span(two)), abs=0.01)
    assert measure(20)(Span(one)) == pytest.approx(2 * of(Span(one)))
