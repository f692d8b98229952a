from xml.etree import ElementTree as ET

import pytest

from benchmarks.svg import WIDTH, Bar, Bars, Line, Lines, bars, lines

SVG = "{http://www.w3.org/2000/svg}"


def widths(picture: str) -> list[float]:
    return [float(one.attrib["width"]) for one in ET.fromstring(picture).iter(f"{SVG}rect")][1:]


def heights(picture: str) -> list[float]:
    return [float(one.attrib["cy"]) for one in ET.fromstring(picture).iter(f"{SVG}circle")]


def test_bars_are_as_long_as_their_values() -> None:
    long, short = widths(bars("Title", [Bars("Seconds", [Bar("a", 4.0, "4 s"), Bar("b", 1.0, "1 s")])]))
    assert long == pytest.approx(4 * short, rel=0.01)
    assert long < WIDTH


def test_aim_beyond_all_bars_is_inside_the_picture() -> None:
    picture = bars("Title", [Bars("Seconds", [Bar("a", 1.0, "1 s")], 3.0, "aim")])
    [aim] = ET.fromstring(picture).iter(f"{SVG}line")
    assert float(aim.attrib["x1"]) < WIDTH


def test_value_of_zero_is_seen_as_a_thin_bar() -> None:
    none, some = widths(bars("Title", [Bars("429s", [Bar("a", 0, "0"), Bar("b", 9, "9")])]))
    assert 0 < none < some


@pytest.mark.parametrize("logarithmic", [True, False])
def test_larger_values_stand_higher(logarithmic: bool) -> None:
    picture = lines(
        "Title", [Lines("Panel", ["1", "10"], [Line("a", [0.5, 20.0])], " s", logarithmic=logarithmic)]
    )
    low, high = heights(picture)
    assert high < low


def test_missing_value_leaves_its_place_empty() -> None:
    picture = lines("Title", [Lines("Panel", ["1", "10", "100"], [Line("a", [None, 1.0, 2.0])])])
    assert len(heights(picture)) == 2


def test_words_are_escaped() -> None:
    picture = bars("a < b & c", [Bars("<p>", [Bar("x & y", 1.0, "<1")])])
    assert {"a < b & c", "<p>", "x & y", "<1"} <= set(ET.fromstring(picture).itertext())


def test_picture_has_a_ground_and_ink_for_dark_pages_too() -> None:
    picture = bars("Title", [Bars("Seconds", [Bar("a", 1.0, "1 s")])])
    light, dark = picture.split("@media (prefers-color-scheme:dark)")
    assert all(f"{kind}{{fill:#" in part for kind in (".ground", ".ink", ".soft") for part in (light, dark))
