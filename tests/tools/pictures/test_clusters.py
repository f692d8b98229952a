import pytest
from hypothesis import given

from tests.simulators.demo.texts import letters
from tools.pictures.clusters import clusters, width


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


@given(letters)
def test_clusters_are_the_text(text: str) -> None:
    assert "".join(clusters(text)) == text
