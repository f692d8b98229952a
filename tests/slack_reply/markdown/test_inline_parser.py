"""The contract with markdown-it-py: the private parts of the parser that we rest on, and what our rules add to it."""

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.balance_pairs import processDelimiters
from markdown_it.rules_inline.emphasis import tokenize

from slack_reply.markdown import inline_parser
from slack_reply.markdown.inline_parser import Atom


def state(line: str) -> StateInline:
    return StateInline(line, MarkdownIt("zero"), {}, [])


def test_emphasis_rule_adds_a_token_and_a_delimiter_for_each_marker() -> None:
    found = state("**a")
    assert tokenize(found, False)
    assert [(one.token, one.end, one.open, one.close) for one in found.delimiters] == [
        (0, -1, True, False),
        (1, -1, True, False),
    ]
    assert found.pos == 2


def test_balancing_sets_the_end_of_an_opening_delimiter() -> None:
    found = state("*a*")
    tokenize(found, False)
    found.push("atom", "", 0)
    found.pos = 2
    tokenize(found, False)
    processDelimiters(found, found.delimiters)
    assert [one.end for one in found.delimiters] == [1, -1]


def read_x(line: str, start: int, whole: bool) -> Atom:
    known = whole or start + 1 < len(line)
    return Atom(start, start + 1, "!", solid=True) if known else Atom(start, start, None, solid=True)


def test_atom_that_is_not_known_ends_the_reading() -> None:
    found = inline_parser.read("*a* <b <", 0, {"<": read_x}, whole=False)
    assert [(atom.start, atom.text) for atom in found.atoms] == [(4, "!")]
    assert found.pairs == [((0, 1), (2, 3))]
    assert found.end == found.undecided == 7


def test_markers_around_an_atom_are_two_runs() -> None:
    found = inline_parser.read("**<**", 0, {"<": read_x}, whole=True)
    assert found.pairs == [((0, 1), (4, 5)), ((1, 2), (3, 4))]


def test_long_line_is_read_in_slices_with_the_same_result() -> None:
    line = "**bold** and <text, " * 500
    found = inline_parser.read(line, 0, {"<": read_x}, whole=True)
    assert len(line) > 4 * inline_parser.SLICE
    assert (len(found.atoms), len(found.pairs)) == (500, 1_000)


def test_sign_of_several_characters_is_read_where_a_slice_ends_within_the_sign() -> None:
    for begin in range(inline_parser.SLICE - 10, inline_parser.SLICE + 2):
        line = f"{'a' * begin} https://b"
        found = inline_parser.read(line, 0, {"h": read_x}, whole=True)
        assert [atom.start for atom in found.atoms] == [begin + 1]


def test_marker_between_blanks_is_text_and_the_markers_around_it_match_as_around_a_word() -> None:
    for run in ("*", "**", "_", "~~", "*****"):
        for line in ("*a X b*", "X *a* X", "~~a\nX\nb~~ X", "**a X *b X c*** X", "_X_ X a_"):
            # Behind the first character of the line; there, the parser's own rule reads the marker.
            marked, plain = (
                inline_parser.read(
                    line.replace(" X ", f" {one} ").replace("\nX\n", f"\n{one}\n"), 0, {}, whole=True
                )
                for one in (run, "x" * len(run))
            )
            assert (marked.pairs, marked.joints) == (plain.pairs, plain.joints), (run, line)
            assert not marked.atoms
