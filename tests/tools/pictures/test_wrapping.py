from hypothesis import given
from hypothesis import strategies as st

from simulators.demo.document import Span, Text, plain
from simulators.demo.printable import printable
from tests.simulators.demo.texts import text, texts
from tools.pictures.clusters import clusters, wide
from tools.pictures.wrapping import wrapped


def cells(span: Span) -> float:
    return sum(2 if wide(cluster[0]) else 1 for cluster in clusters(span.text))


def shown(said: Text, room: int) -> list[str]:
    return ["".join(piece.text for piece in line) for line in wrapped(said, room, cells)]


@given(texts, st.integers(2, 30))
def test_lines_fit_and_lose_only_white_space(said: Text, room: int) -> None:
    lines = wrapped(said, room, cells)
    assert all(sum(map(cells, line)) <= room for line in lines)
    whole = "".join("".join(piece.text for piece in line) for line in lines)
    assert _blankless(whole) == _blankless(printable(plain(said)))


def _blankless(text: str) -> str:
    return text.replace(" ", "").replace("\u3000", "").replace("\n", "")


def test_lines_break_at_blanks() -> None:
    assert shown(text("one two  three"), 7) == ["one two", "three"]


def test_lines_break_between_wide_letters() -> None:
    assert shown(text("ab 日本語。"), 7) == ["ab 日本", "語。"]


def test_a_word_is_not_broken_where_its_marks_change() -> None:
    said = (Span("see "), Span("bold", frozenset({"bold"})), Span(", ok"))
    assert shown(said, 8) == ["see", "bold, ok"]


def test_a_word_longer_than_a_line_is_chopped() -> None:
    assert shown(text("a abcdefgh b"), 4) == ["a", "abcd", "efgh", "b"]


def test_a_line_break_is_one() -> None:
    assert shown(text("a\n\nb"), 9) == ["a", "", "b"]


def test_marks_stay_with_their_words() -> None:
    [line] = wrapped((Span("a "), Span("b c", frozenset({"bold"}))), 9, cells)
    assert [(piece.text, set(piece.marks)) for piece in line] == [("a ", set()), ("b c", {"bold"})]
