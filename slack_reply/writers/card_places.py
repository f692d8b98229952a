"""Where cards stand in a growing text: between lines or sentences, never where a card would split markup. Pure.

A card splits the text permanently: the text behind the card is laid out on its own. So each place depends only on the
text before it and on the beginning of the next line, and stays the same in whatever pieces the text arrived.
"""

import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import accumulate

from slack_reply.markdown import Body, Limits, Reader, Unit, inline, lines, scan
from slack_reply.snapshot import Card

LIMITS = Limits(size=1_000_000, measure=len, tables=True)
"""Tables, even for a writer that shows none."""
_REACH = 600  # characters before a place that are searched for open markup, and for the last word
_SENTENCE = re.compile(r"""[^\W\d_]{3}[)"'”’»]*[.!?…][)"'”’»]*(?=[ \t])|[。！？][」』）]*""")  # noqa: RUF001
_SAID = re.compile(r"""[^\W\d_]{2,}[)"'”’»]*[.!?…:;]""")  # noqa: RUF001
_ENDS_WORD, _ENDS_WIDE = tuple(".!?…:;"), tuple("。！？：；")  # noqa: RUF001
_CLOSES_WIDE = "」』）"  # noqa: RUF001
_SCHEME = re.compile(r"\bhttps?:\Z", re.IGNORECASE)
_LOOK = 40


def stretches(
    text: str, cards: Iterable[Card], read: int, *, final: bool
) -> Iterator[tuple[int, list[Card]]]:
    """The text in stretches: for each stretch its end, and the cards that stand behind that end.

    No card stands before `read`: the text up to there may be visible already. A card that would split markup waits,
    and so do the cards after it; then the last stretch ends where the waiting card may later stand.
    """
    places: dict[int, list[Card]] = {}
    reached, limit = read, len(text)
    layout = _Layout(text, final=final)
    for card in cards:
        at = max(card.at, read)
        if not places or at > reached:  # else the card stands with the one before: there is no place between
            place, sound = layout.place(card, at)
            if not sound:
                limit = max(reached, min(limit, place))
                break
            reached = max(reached, place)
        places.setdefault(reached, []).append(card)
    yield from places.items()
    if not places or reached < limit:
        yield limit, []


def may_stand(text: str, reader: Reader) -> bool:
    """Whether the text can be shown to its last character for a while: no markup is open at its end.

    The `reader`, with LIMITS, remembers what was read of the text before.
    """
    last = _last_unit(text, reader)
    if last is None or last.body is not Body.TEXT:
        return last is None
    begun = "|" in last.line or lines.MARKERS.match(last.line) or inline.is_begun(last.line[last.begin :])
    return not begun and not _is_open(text, len(text))


class _Layout:
    """The units of a text, read once for all cards."""

    def __init__(self, text: str, *, final: bool) -> None:
        self._text = text
        self._final = final
        self._reader = Reader(LIMITS)  # of the beginnings of the text at which cards begin

    def place(self, card: Card, at: int) -> tuple[int, bool]:
        """The card's offset and True; or False, and the offset up to which the text may be shown meanwhile."""
        text = self._text
        at = min(at, len(text))
        begins = at == min(card.at, len(text))
        if not text[:at].strip() or (begins and self._is_end(text[:at], parted=card.apart)):
            return at, True
        for place, sound in self._candidates(at):
            if sound is not False:
                return place, sound is True
        end = self._units[-1].end if self._units else 0
        return (len(text), True) if self._final else (max(at, end), False)

    def _is_end(self, text: str, *, parted: bool) -> bool:
        """Whether a card can stand here whatever text follows; `parted`: that text begins a paragraph."""
        between = parted or text[len(text.rstrip()) :].count("\n") > 1
        if not between and not _is_said(text):
            return False
        last = _last_unit(text, self._reader)
        if last is None or last.after.tail:
            return False
        if between:
            return parted or not last.listed
        return not last.table and not last.closes and _is_plain(last) and not _is_open(text, len(text))

    @cached_property
    def _units(self) -> list[Unit]:
        return scan(self._text, LIMITS, final=self._final)

    @cached_property
    def _ends(self) -> list[int]:
        return [unit.end for unit in self._units]

    @cached_property
    def _begins(self) -> list[int]:
        """Where the line of each unit begins."""
        return list(accumulate((unit.start if unit.fresh else 0 for unit in self._units), max))

    @cached_property
    def _around(self) -> list[Unit]:
        """For each unit the unit itself, or the last one before it that is not blank."""
        found: list[Unit] = []
        for unit in self._units:
            found.append(found[-1] if found and unit.blank else unit)
        return found

    def _candidates(self, at: int) -> Iterator[tuple[int, bool | None]]:
        """The possible places from `at` on, in order, and whether a card may stand there; None: not known yet."""
        text = self._text
        for number in range(bisect_left(self._ends, at), len(self._units)):
            unit = self._units[number]
            if unit.after.tail:
                continue
            line_ends = text[unit.end - 1] == "\n"
            if _is_plain(unit) and (line_ends or number + 1 == len(self._units)):
                yield from self._sentences(self._begins[number], unit.end, at)
            # Without a line behind, a backslash at the end of this line would be visible
            if line_ends and text[unit.end - 2 : unit.end - 1] != "\\":
                fits = _fits_behind(text, unit.end, self._around[number], parted=unit.blank)
                yield unit.end, self._final if fits is None else fits and not _is_open(text, unit.end)

    def _sentences(self, begin: int, end: int, at: int) -> Iterator[tuple[int, bool]]:
        for found in _SENTENCE.finditer(self._text, begin, end):
            place = found.end()
            if place >= at or (self._text[place:at].isspace() and at <= end):
                yield max(place, at), not _is_open(self._text, place)


def _last_unit(text: str, reader: Reader) -> Unit | None:
    """The last unit of the text, as if it were whole; the units before are read once."""
    last = deque(reader.units(text, final=True, start=len(text.rstrip()) - 1), maxlen=1)
    return last[0] if last else None


def _is_said(text: str) -> bool:
    """Whether the text ends with a sentence, or with what introduces something."""
    word = text.rstrip()[-_REACH:].rsplit(maxsplit=1)[-1].rpartition("(")[2]
    wide = word.rstrip(_CLOSES_WIDE).endswith(_ENDS_WIDE)
    said = wide or (word.endswith(_ENDS_WORD) and _SAID.fullmatch(word))
    return bool(said) and not _SCHEME.search(text, max(0, len(text) - _LOOK))


def _is_plain(unit: Unit) -> bool:
    """Whether the unit is text of a paragraph outside of any list, quote or table."""
    inside = unit.where.head or unit.table or unit.listed or unit.heading or unit.begin
    return bool(unit.line) and not inside and not unit.line[0].isspace() and "|" not in unit.line


def _fits_behind(text: str, end: int, unit: Unit, *, parted: bool) -> bool | None:
    """Whether the line behind `end` does not continue the unit's line, so that a card may stand between them.

    None: not known yet. `parted`: there is already a blank line between the two lines.
    """
    start = end
    while text.startswith(("\n", "\r\n"), start):
        start = text.index("\n", start) + 1
    behind, ended, _ = text[start : start + _LOOK].partition("\n")
    if not ended and start + len(behind) == len(text) and lines.MARKERS.match(behind):
        return None
    parted |= start > end
    if behind[:1].isspace() or (not parted and lines.UNDERLINE.match(behind)):
        return False
    if parted or not unit.begin:
        return True
    quoted = ">" in unit.line[: unit.begin]
    return not behind.startswith(">") if quoted else lines.LIST.match(behind) is not None


def _is_open(text: str, end: int) -> bool:
    """Whether markup of the paragraph may still be open at `end`."""
    start = max(0, end - _REACH)
    return inline.is_open(text[max(start, text.rfind("\n\n", start, max(0, end - 1))) : end])
