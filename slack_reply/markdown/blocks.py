"""Reads the source line by line as code, table, quote or text, as far as later text cannot change the result.

A table counts if its rows begin with a pipe, outside of code, quotes and lists. Indented code counts if a blank line
precedes it, outside of lists. Lines of a paragraph are joined if markup continues over the end of the line, outside
of quotes. Trailing blanks wait for the text that follows them.
"""

import re
from collections.abc import Iterator

from clock import in_turns
from slack_reply.markdown import inline, lines, tables, tokens
from slack_reply.markdown.lines import HEADING, INDENTED, LIST, MARKERS, ROW, Fence, Line
from slack_reply.markdown.parts import Limits, is_apart
from slack_reply.markdown.units import OUTSIDE, Body, Context, Unit, apart
from slack_reply.markdown.words import Rank

HEADING_LIMIT = 200
SHORT = 1_000  # characters: a longer text shows something, unless all its characters are unseen

# A backslash that breaks the line; at the end of a text the backslash would be visible.
_BROKEN = re.compile(r"(?<!\\)(?:\\\\)*\\\Z")


def scan(text: str, limits: Limits | None, *, final: bool) -> list[Unit]:
    """All units that are certain. A longer text begins with the same units, but its last line may be in pieces.

    Without `limits` a table stays plain text.
    """
    return list(read(text, limits, final=final))


def read(text: str, limits: Limits | None, *, final: bool) -> Iterator[Unit]:
    """The units of `scan` one by one, so that a caller may stop early; other greenlets run in between."""
    known = text.rstrip()
    return in_turns(_Scan(known, limits, final=final).units()) if known else iter(())


def escape(markdown: str) -> str:
    """The text with `<` and `>` outside of code as entities, except quote marks, and with no live token in code.

    `&` stays as it is. Links, images and autolinks come out as plain Markdown links or bare URLs.
    """
    shown = "".join(unit.text for unit in read(markdown, None, final=True))
    return shown + markdown[len(markdown.rstrip()) :]


def shows_nothing(markdown: str) -> bool:
    """Whether a reader would see nothing of the text, which may hold unseen characters or `&nbsp;`."""
    return tokens.is_blank(markdown) or (len(markdown) <= SHORT and tokens.is_blank(escape(markdown)))


class _Scan:
    def __init__(self, text: str, limits: Limits | None, *, final: bool) -> None:
        self._source = text
        self._lines = lines.split(text)
        self._limits = limits
        self._final = final
        self._fence: Fence | None = None
        self._context = OUTSIDE
        self._listed = False
        self._after_blank = True
        self._glued = False

    def units(self) -> Iterator[Unit]:
        index = 0
        while index < len(self._lines):
            line = self._lines[index]
            if self._fence and self._fence.left_by(line.text):
                self._fence = None
            table = None if self._fence else self._table(index)
            if table:
                units, taken = table
                yield from units
                if taken is None:
                    return
                index += taken
                self._after_blank = False
                continue
            if self._fence or self._is_indented_code(line.text) or not lines.may_continue(line.text):
                index, whole = index + 1, self._final or index + 1 < len(self._lines)
            else:
                line, index, whole = lines.joined(self._source, self._lines, index, final=self._final)
            unit = self._code(line, self._fence) if self._fence else self._text(line)
            if whole and index == len(self._lines):
                yield unit._replace(text=unit.text.removesuffix("\n"))
            elif whole and (unit.rank is not Rank.GLUE or unit.heading or unit.body is Body.SOLID):
                yield unit
            elif whole or not self._uncertain(line.text, unit):
                yield from apart(unit, whole=whole)

    def _table(self, index: int) -> tuple[list[Unit], int | None] | None:
        text = self._lines[index].text
        if self._limits is None or not ROW.match(text) or (self._listed and text.startswith(" ")):
            return None
        self._listed = False
        return tables.find(self._lines, index, self._limits, final=self._final)

    def _is_indented_code(self, text: str) -> bool:
        return self._after_blank and not self._listed and INDENTED.match(text) is not None

    def _code(self, line: Line, fence: Fence) -> Unit:
        where = self._context
        if fence.closed_by(line.text):
            self._fence = None
            self._after_blank = False
            unit = Unit(line.start, line.end, f"{where.tail}\n", Rank.PARAGRAPH, where, closes=True)
        else:
            shown = f"{tokens.inside_code(line.text)}\n"
            unit = Unit(line.start, line.end, shown, Rank.LINE, where, where, Body.CODE)
        return unit._replace(line=line.text, listed=self._listed)

    def _text(self, line: Line) -> Unit:
        text = line.text
        if not text or text.isspace():
            self._after_blank = True
            rank = Rank.GLUE if self._glued else Rank.PARAGRAPH
            return Unit(line.start, line.end, "\n", rank, blank=True)
        self._glued = False
        if self._is_indented_code(text):
            shown = f"{tokens.inside_code(text)}\n"
            return Unit(line.start, line.end, shown, Rank.LINE, body=Body.CODE, line=text)
        self._after_blank = False
        self._listed = bool(LIST.match(text)) or (self._listed and text[0] in " \t")
        if fence := lines.opening(text):
            return self._opening(line, fence)
        self._glued = bool(HEADING.match(text)) and len(text) <= HEADING_LIMIT
        begin = len(lines.prefix(text))
        shown = f"{text[:begin]}{inline.render(text, begin)}\n"
        return Unit(
            line.start,
            line.end,
            shown,
            Rank.GLUE if self._glued or _BROKEN.search(text) else Rank.LINE,
            body=Body.TEXT,
            line=text,
            begin=begin,
            listed=self._listed or text[0] in " \t",
            heading=self._glued,
            apart=is_apart(text),
        )

    def _opening(self, line: Line, fence: Fence) -> Unit:
        self._fence = fence
        head = f"{fence.prefix}{fence.run}{tokens.inside_code(fence.info)}\n"
        self._context = Context(head, fence.prefix + fence.run, fence.prefix)
        shown = line.text[: line.text.index(fence.run)] + head[len(fence.prefix) :]
        return Unit(line.start, line.end, shown, Rank.GLUE, after=self._context, listed=self._listed)

    def _uncertain(self, begun: str, unit: Unit) -> bool:
        """Whether no part of this unfinished line can be shown yet."""
        if unit.closes:
            return True
        if self._fence:
            return unit.body is Body.SOLID or self._fence.may_be_closed_by(begun)
        return unit.heading or bool(MARKERS.match(begun)) or bool(ROW.match(begun))
