from slack_reply.markdown.reader import scan
from slack_reply.markdown.units import Unit, apart
from slack_reply.markdown.words import Rank


def first(text: str) -> Unit:
    return scan(text, None, final=True)[0]


def test_line_is_split_into_words() -> None:
    parts = list(apart(first("> - some words\nnext")))
    assert [part.text for part in parts] == ["> - ", "some ", "words", "\n"]
    assert [part.rank for part in parts] == [Rank.GLUE, Rank.SPACE, Rank.HARD, Rank.LINE]
    assert [part.fresh for part in parts] == [True, False, False, False]
    assert parts[1].where.resume == "> "
    assert (parts[0].start, parts[-1].end) == (0, len("> - some words\n"))


def test_parts_show_what_the_line_shows() -> None:
    for text in ("a <b> `c<d>` [e](f) **g h**\nx", "```\nx", "# Title here\nx", "a\\\nb", "    <x>"):
        unit = first(text)
        assert "".join(part.text for part in apart(unit)) in {unit.text, ""}


def test_heading_has_no_end_inside() -> None:
    assert {part.rank for part in apart(first("## A title\nx"))} == {Rank.GLUE}


def test_solid_unit_has_no_parts() -> None:
    assert list(apart(first("```py\nx\n```"))) == []
