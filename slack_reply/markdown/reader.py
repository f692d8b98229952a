"""Reads a text that grows as units, as far as later text cannot change the result.

All blocks before the last one are remembered: they are parsed once. Trailing blanks wait for the text that follows
them.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from operator import attrgetter

from clock import in_turns
from markdown_source import References, may_define
from slack_reply.markdown import inline, lines, tokens
from slack_reply.markdown.blocks import Window
from slack_reply.markdown.parts import Limits
from slack_reply.markdown.units import START, Unit

BLANKS = " \t\r\n"  # Any other blank is text for Markdown
SHORT = 1_000  # characters: a longer text shows something, unless all its characters are unseen
WINDOW = 10_000  # characters that are parsed at once, if no block is longer


def scan(text: str, limits: Limits | None, *, final: bool) -> list[Unit]:
    """All units that are certain. A longer text begins with the same units, but its last line may be in pieces.

    Without `limits` a table stays plain text.
    """
    return list(read(text, limits, final=final))


def read(text: str, limits: Limits | None, *, final: bool) -> Iterator[Unit]:
    """The units of `scan` one by one, so that a caller may stop early; other greenlets run in between."""
    return in_turns(Reader(limits).units(text, final=final))


def escape(markdown: str) -> str:
    """The text with `<` and `>` outside of code as entities, except quote marks, and with no live token in code.

    `&` stays as it is. Links, images and autolinks come out as plain Markdown links or bare URLs.
    """
    shown = "".join(unit.text for unit in read(markdown, None, final=True))
    return shown + markdown[len(markdown.rstrip(BLANKS)) :]


def shows_nothing(markdown: str) -> bool:
    """Whether a reader would see nothing of the text, which may hold unseen characters or `&nbsp;`."""
    return tokens.is_blank(markdown) or (len(markdown) <= SHORT and tokens.is_blank(escape(markdown)))


class Reader:
    """Reads a text that grows. Without `limits` a table stays plain text.

    `known` are the units of the text so far that no later text changes; of a text that grows, more are added. Another
    text has another list.
    """

    def __init__(self, limits: Limits | None) -> None:
        self.limits = limits
        self._begin(References())

    def _begin(self, references: References) -> None:
        self.known: list[Unit] = []
        self._source = ""  # the text of the known units
        self._head: tuple[str, ...] = ()  # lines that put what follows into its lists and its code block
        self._references = references
        self.rest: Iterator[Unit] = iter(())

    def units(self, text: str, *, final: bool, start: int = 0) -> Iterator[Unit]:
        """All units that are certain and end behind `start`. Another text than the last one, grown, is read anew."""
        source = self.begun(text, final=final)
        yield from self.certain(source, self.number(start), final=final)
        yield from self.rest

    def begun(self, text: str, *, final: bool) -> str:
        """The text without the blanks at its end; if the text is another one, what is known is forgotten."""
        source = text.rstrip(BLANKS)
        if not source.startswith(self._source):
            self._begin(References())
        if final and self.limits and self.limits.whole and may_define(source):
            before = Reader(replace(self.limits, whole=False))
            deque(before.units(source, final=True), maxlen=0)
            self._begin(before._references.everywhere())
        return source

    def number(self, start: int) -> int:
        """The number of the first known unit that ends behind `start`."""
        return bisect_right(self.known, start, key=attrgetter("end"))

    def certain(self, source: str, number: int, *, final: bool) -> Iterator[Unit]:
        """The known units from this number on, and those that become known now.

        Then `rest` has the units behind them, which are read again with later text.
        """
        yield from self.known[number:]
        size = WINDOW
        rest: Iterator[Unit] = iter(())
        while (at := len(self._source)) < len(source):
            end = source.find("\n", at + size)
            own = lines.split(source, at, end if end >= 0 else len(source))
            growing = end < 0 and not final
            window = Window(source, self._head, own, self.limits, self._references, growing=growing)
            first, head = window.going_on(self._head)
            known: list[Unit] = []
            found = window.units(self.known[-1] if self.known else START, first if end >= 0 else None)
            rest = iter(())
            for index, unit in found:
                if index >= first:
                    rest = chain((unit,), (unit for _, unit in found))
                    break
                known.append(unit)
                yield unit
            size = WINDOW if known else 4 * size
            self.known += known
            self._source = source[: known[-1].end] if known else self._source
            self._head = head
            if end < 0:
                break
        self.rest = self._with_unused(rest, len(source)) if final else rest

    def _with_unused(self, rest: Iterator[Unit], end: int) -> Iterator[Unit]:
        last = self.known[-1] if self.known else START
        for last in rest:
            yield last
        if unused := self._references.unused:
            yield from _behind(last, unused, end)


def _behind(last: Unit, definitions: list[str], end: int) -> Iterator[Unit]:
    """Definitions of links as a paragraph behind the `last` unit, at the end of the text."""
    between = "\n" if last.text[-1:] in {"", "\n"} else "\n\n"
    yield Unit(end, end, between, blank=True)
    yield Unit(end, end, "\n".join(inline.render(line.lstrip(" \t>")) for line in definitions))
