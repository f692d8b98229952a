import pytest

from slack_reply.markdown import atoms
from slack_reply.markdown.inline import Emphasis
from slack_reply.markdown.inline_parser import EMPHASIS_LIMIT as LIMIT


def scan(line: str) -> Emphasis:
    return Emphasis(atoms.read(line, 0, whole=True).pairs)


def spans(line: str) -> list[str]:
    return [line[start:end] for start, end in scan(line).spans]


def undecided(line: str) -> int:
    return atoms.read(line, 0, whole=False).undecided


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("a **b c** d", ["**b c**"]),
        ("*a* _b_ ~~c~~", ["*a*", "_b_", "~~c~~"]),
        ("**a _b_ c**", ["**a _b_ c**"]),
        ("***a** b*", ["***a** b*"]),
        ("snake_case_name 5 * 3 * 2 ~5", []),
        ("** a ** b", []),
        ("**「強調」**の", ["**「強調」**"]),
        ("これは**「重要」**です", ["**「重要」**"]),
        ("**重要：**この", ["**重要：**"]),
        ("**주의:**설정을", ["**주의:**"]),
        ("**Note:**this", []),
        ("これは**重要**です", ["**重要**"]),
        ("：**行*等*&*", ["*行*等*&*"]),
        ("：****重**", ["**重**"]),
        ("*行**：", ["*行*"]),
        ("Liebe Kolleg*innen und Mitarbeiter*innen", []),
        ("2*3*4, $5*2 = $10, $3*4 = $12", []),
        ("a*b*c and x*y*z", []),
        ("*x*y un*frigging*believable", ["*x*", "*frigging*"]),
        ("*Leser*in sein*", ["*Leser*in sein*"]),
    ],
)
def test_emphasis_is_found_where_commonmark_and_writers_without_spaces_find_it(
    line: str, found: list[str]
) -> None:
    assert spans(line) == found


def test_open_marker_is_undecided_until_closed_or_too_far_back() -> None:
    assert undecided("a **b") == 2
    assert undecided("a *") == 2
    assert undecided("a **b** c") == 9
    assert undecided("**" + "b" * LIMIT) == LIMIT + 2


@pytest.mark.parametrize("word", ["Kolleg*", "Kolleg*i", "Kolleg*inne", "a*b"])
def test_star_within_a_word_is_held_until_the_word_is_known(word: str) -> None:
    assert undecided(word) == word.index("*")


@pytest.mark.parametrize("text", ["Kolleg*innen und ", "a*b ", "2*3"])
def test_star_within_a_word_is_decided_with_the_word(text: str) -> None:
    assert undecided(text) == len(text)


def test_marker_right_behind_a_quote_mark_stands_at_the_beginning_of_the_text() -> None:
    assert atoms.read(">**。*", 1, whole=True).pairs == [((2, 3), (4, 5))]


def test_marker_beside_a_tag_that_becomes_the_same_marker_is_read_as_one_run_with_it() -> None:
    assert spans("*<b>a</b> b*") == ["*<b>a</b> b*"]
    assert spans("*b <b>a</b>*") == ["*b <b>a</b>*"]
    assert spans("*<b> a</b> b*") == []


def test_emphasis_that_a_marker_of_another_script_may_still_prevent_is_undecided() -> None:
    assert undecided("a *行**：b") == 2
    assert undecided("a *行**：" + "b" * LIMIT) > LIMIT


def test_emphasis_covers_the_positions_inside_it() -> None:
    found = scan("a **b c** d")
    assert [position for position in range(12) if found.covers(position)] == list(range(3, 9))
