"""The answer as a row of units: lines, tables, and pieces of a line that is too long or not whole yet."""

from collections.abc import Iterable, Iterator
from enum import Enum
from itertools import chain
from typing import NamedTuple

from markdown_source import NONE, Known
from slack_reply.markdown import inline, lines, tokens, words
from slack_reply.markdown.parts import Table
from slack_reply.markdown.words import Piece, Rank

CODE_INDENT = "    "  # what makes a line code at the beginning of a message
BREAK = "\\\n"  # a backslash that breaks the line, as a unit of its own
RULE_LENGTH = 40  # characters of a line that are examined for a rule
_RULE = "-*_= \t"  # the signs of a rule
QUOTE_DEPTH = 9  # a deeper quote continues at this depth in the next message


class Context(NamedTuple):
    """The text that opens a message that begins here (`head`), or closes a message that ends here (`tail`).

    `head` is whole lines. `resume` opens a message that begins within a line.
    """

    head: str = ""
    tail: str = ""
    resume: str = ""


OUTSIDE = Context()


class Body(Enum):
    """How a unit can be taken apart."""

    TEXT = "text"
    CODE = "code"
    SOLID = "solid"


class Unit(NamedTuple):
    """`text` shows the source from `start` to `end`; `where` is the context before the unit, `after` the one behind."""

    start: int
    end: int
    text: str
    rank: Rank = Rank.LINE
    where: Context = OUTSIDE
    after: Context = OUTSIDE
    body: Body = Body.SOLID
    line: str = ""  # the source of the unit, without the line's end
    begin: int = 0  # where in `line` the text behind bullets and quote marks begins
    marks: str = ""  # keep a further line in the items and quotes around; as long as the column of their text
    blank: bool = False  # shows nothing at the beginning of a message
    closes: bool = False  # ends its code block
    fresh: bool = True  # begins a line
    goes_on: bool = False  # continues the paragraph of the line before
    listed: int = 0  # in how many items: the indent has a meaning only behind the units before
    heading: bool = False  # never separated from the next unit
    apart: bool = False  # Slack makes a block of the line: a heading or a rule
    table: Table | None = None
    was: Table | None = None  # the table of which this is the head, before it had too many rows for a block
    known: Known = NONE  # where the links of `line` lead
    hidden: bool = False  # blank lines behind show nothing

    @property
    def indent(self) -> int:
        """The number of blanks that the unit begins with."""
        return lines.indent(self.text) if self.fresh else 0

    @property
    def ends_table(self) -> bool:
        """Whether a table ends here: one of Slack's blocks, or code, whose end shows no source, in no list."""
        return self.table is not None or (
            self.closes and self.start == self.end and self.text.startswith("`")
        )


START = Unit(0, 0, "\n")  # what stands before the first unit of a text


def apart(unit: Unit, *, whole: bool = True) -> Iterator[Unit]:
    """The unit in pieces; for an unfinished line only the pieces that later text cannot change.

    A whole unit that is not solid has at least one piece.
    """
    if unit.body is Body.SOLID:
        return
    if unit.body is Body.CODE:
        pieces = words.code(unit.line, unit.begin, whole=whole)
        inner = unit.where
    else:
        pieces = inline.pieces(unit.line, unit.begin, unit.known, whole=whole)
        quotes = unit.line.count(">", 0, unit.begin)
        inner = Context(resume="> " * min(QUOTE_DEPTH, quotes))
        pieces = _behind_rules(pieces)
    # A backslash behind what nobody sees is glued to the next line, with all before it
    glued = unit.heading or (unit.rank is Rank.GLUE and tokens.is_blank(unit.line[unit.begin :].rstrip("\\")))
    prefix = [Piece(0, unit.begin, unit.line[: unit.begin], Rank.GLUE)] if unit.begin else []
    rest = unit._replace(where=inner, after=inner, body=Body.SOLID)
    for piece in chain(prefix, pieces):
        start, end = unit.start + piece.start, unit.start + piece.end
        if end > unit.end:  # a backslash that breaks the line is another unit
            return
        rank = Rank.GLUE if glued else piece.rank
        text = lines.within(piece.text, unit.marks)
        yield rest._replace(start=start, end=end, text=text, rank=rank)
        rest = rest._replace(fresh=False) if rest.fresh else rest
    if whole and unit.text.endswith("\n"):
        place, text = unit.start + len(unit.line), line_end(unit)
        yield rest._replace(start=place, text=text, after=unit.after, blank=True)


def line_end(unit: Unit) -> str:
    """The end of the line as the unit shows it; a heading in which a tag begins a paragraph has a blank line behind."""
    said = unit.text.removesuffix("\n\n")
    return "\n\n" if unit.apart and len(said) < len(unit.text) and "\n" in said else "\n"


def _behind_rules(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces of a line; no message ends with the ones that alone are a rule, or the beginning of one."""
    said, rest = "", iter(pieces)
    for piece in rest:
        said += piece.text
        if len(said) >= RULE_LENGTH or said.strip(_RULE):
            yield piece
            break
        yield piece._replace(rank=Rank.GLUE)
    yield from rest
