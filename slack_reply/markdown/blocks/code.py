"""The units of code, line by line. `first` and `last` are lines of `rows`, of which the last one may not be whole."""

import re
from collections.abc import Iterable, Iterator, Sequence

from markdown_source import Block
from slack_reply.markdown import lines, tokens
from slack_reply.markdown.lines import Line
from slack_reply.markdown.units import CODE_INDENT, Body, Context, Unit, apart
from slack_reply.markdown.words import Rank

INFO_LIMIT = 200  # characters that are kept of an info string: only its first word has a meaning

_INDENT = re.compile(r"(?: {0,3}>)*[ \t]*")


def fenced(
    rows: Sequence[Line], first: int, last: int, block: Block, *, grows: bool, left: bool
) -> Iterator[tuple[int, Unit]]:
    """The units of the lines of a code block. `left`: the block has ended without a line that closes the block."""
    opening = rows[block.first]
    at = opening.text.index(block.fence)
    prefix = lines.around(opening.text)
    info = tokens.inside_code(block.info[:INFO_LIMIT].rstrip())
    # Without a blank, an info string of tildes would make the fence longer
    blank = " " if info.startswith(block.fence[0]) else ""
    opened = f"{block.fence}{blank}{info}\n"
    context = Context(prefix + opened, prefix + block.fence, prefix)
    for index in range(first, last):
        line = rows[index]
        unfinished = grows and index == len(rows) - 1
        if index == block.first:
            unit = Unit(
                line.start,
                line.end,
                opening.text[:at] + opened,
                Rank.GLUE,
                after=context,
                listed=block.listed,
            )
            if not unfinished:
                yield index, unit
        elif block.closed and index == block.last - 1:
            end = f"{context.tail}\n"
            unit = Unit(line.start, line.end, end, Rank.PARAGRAPH, context, closes=True, line=line.text)
            yield index, unit
        else:
            parts = _units(line, context, 0, prefix, listed=block.listed, unfinished=unfinished)
            yield from ((index, part) for part in parts)
    if left:
        behind = rows[last - 1].end
        yield last - 1, Unit(behind, behind, f"{context.tail}\n", Rank.PARAGRAPH, context, closes=True)


def indented(
    rows: Sequence[Line], first: int, last: int, block: Block, *, grows: bool
) -> Iterator[tuple[int, Unit]]:
    """The units of the lines of code by its indent."""
    around = lines.around(rows[block.around[-1]].text) if block.around else ""
    for index in range(first, last):
        line = rows[index]
        if not line.text or line.text.isspace():
            yield index, Unit(line.start, line.end, "\n", Rank.PARAGRAPH, blank=True)
            continue
        unfinished = grows and index == len(rows) - 1
        indent = _INDENT.match(line.text)
        context = Context(resume=(indent.group() if indent else "") or CODE_INDENT)
        # Outside of lists and quotes, a mark is code
        begin = len(lines.prefix(line.text)) if block.around else lines.indent(line.text)
        # Where the item begins with the code, `around` has the blanks of the code as well
        column = max(0, lines.indent(line.text) - len(CODE_INDENT))
        marks = around[:column] if index not in block.around else ""
        parts = _units(line, context, begin, marks, listed=block.listed, unfinished=unfinished)
        yield from ((index, part) for part in parts)


def _units(
    line: Line, context: Context, begin: int, marks: str, *, listed: int, unfinished: bool
) -> Iterable[Unit]:
    """A line of code as one unit; an unfinished line in the pieces that later text cannot change."""
    shown = f"{tokens.inside_code(line.text)}\n"
    unit = Unit(
        line.start,
        line.end,
        shown,
        Rank.LINE,
        context,
        context,
        Body.CODE,
        line.text,
        begin,
        marks,
        listed=listed,
    )
    return apart(unit, whole=False) if unfinished else (unit,)
