import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.demo.cells import chopped, clusters, printable, width
from tests.simulators.demo.texts import letters


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", 3),
        ("日本", 4),
        ("ｱｲ", 2),
        ("Ａ", 2),
        ("e\u0301", 1),
        ("👩\u200d💻", 2),
        ("❤\ufe0f", 2),
        ("🇳🇱", 2),
        ("한", 2),
        ("a\u200bb", 2),
        ("", 0),
    ],
)
def test_a_terminal_needs_so_many_cells(text: str, cells: int) -> None:
    assert width(text) == cells


def test_nothing_that_steers_a_terminal_gets_through() -> None:
    assert printable("a\x1b[2Jb\x07\rc\x9bd\te\nf") == "a[2Jbcd    e\nf"


@given(letters)
def test_clusters_are_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text


@given(letters, st.integers(2, 20))
def test_what_is_chopped_fits_and_is_all_there(text: str, room: int) -> None:
    pieces = chopped(printable(text).replace("\n", ""), room)
    assert "".join(pieces) == printable(text).replace("\n", "")
    assert all(width(piece) <= room for piece in pieces)


def test_an_accent_is_never_cut_off() -> None:
    assert chopped("ae\u0301o", 2) == ["ae\u0301", "o"]
