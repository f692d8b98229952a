"""Running text in lines: spans of text, broken at blanks and between East Asian letters."""

import re
from collections.abc import Callable, Iterable, Iterator

from simulators.demo.document import Span, Text
from simulators.demo.printable import printable
from tools.pictures.clusters import clusters, wide

_ATOM = re.compile(r"\n|[ \u3000]+|[^ \u3000\n]+")

Line = tuple[Span, ...]
Word = list[Span]
Measure = Callable[[Span], float]
BLANK, BREAK = " ", "\n"


def wrapped(text: Text, room: float, measure: Measure) -> list[Line]:
    """Lines of at most `room`, in what `measure` gives, one at least."""
    paragraph = _Paragraph(max(1, room), measure)
    for word in _words(text):
        paragraph.take(word)
    return paragraph.end()


class _Paragraph:
    """Lines being filled; a blank waits for the word after it, since it is lost at a line's end."""

    def __init__(self, room: float, measure: Measure) -> None:
        self._room = room
        self._measure = measure
        self._lines: list[Line] = []
        self._line: Word = []
        self._blank: Word = []

    def take(self, word: Word) -> None:
        if word[0].text == BREAK:
            self._next()
        elif word[0].text == BLANK:
            self._blank = word if self._line else []
        else:
            if self._line and sum(map(self._measure, (*self._line, *self._blank, *word))) > self._room:
                self._next()
            self._put(word)

    def end(self) -> list[Line]:
        return [*self._lines, _joined(self._line)]

    def _put(self, word: Word) -> None:
        first, *others = self._fitting(word)
        self._line += [*self._blank, *first]
        self._blank = []
        for row in others:
            self._next()
            self._line += row

    def _fitting(self, word: Word) -> list[Word]:
        """The word, in pieces where it is longer than a line."""
        if sum(map(self._measure, word)) <= self._room:
            return [word]
        rows: list[Word] = [[]]
        used = 0.0
        for part in (Span(cluster, whole.marks) for whole in word for cluster in clusters(whole.text)):
            size = self._measure(part)
            if rows[-1] and used + size > self._room:
                rows.append([])
                used = 0.0
            rows[-1].append(part)
            used += size
        return rows

    def _next(self) -> None:
        self._lines.append(_joined(self._line))
        self._line, self._blank = [], []


def _words(text: Text) -> Iterator[Word]:
    """Words that hold together over marks, single wide letters, blanks (as one) and line breaks."""
    word: Word = []
    for span in text:
        for atom in _ATOM.findall(printable(span.text)):
            if atom[0] in " \u3000\n":
                if word:
                    yield word
                    word = []
                yield [Span(BREAK if atom == "\n" else BLANK, span.marks)]
                continue
            for part in _breakable(atom):
                if word and (wide(part[0]) or wide(word[-1].text[-1])):
                    yield word
                    word = []
                word.append(Span(part, span.marks))
    if word:
        yield word


def _breakable(atom: str) -> Iterator[str]:
    """Wide letters alone, all else together."""
    held = ""
    for char in atom:
        if wide(char) or (held and wide(held[0])):
            if held and not wide(char) and not char.isalnum():
                held += char  # accents and narrow punctuation stay with the letter before
                continue
            if held:
                yield held
            held = ""
        held += char
    if held:
        yield held


def _joined(line: Iterable[Span]) -> Line:
    """Neighbours of the same marks in one."""
    joined: list[Span] = []
    for part in line:
        if joined and joined[-1].marks == part.marks:
            joined[-1] = Span(joined[-1].text + part.text, part.marks)
        else:
            joined.append(part)
    return tuple(joined)
