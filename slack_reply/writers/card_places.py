"""Where cards stand in a growing text: between lines or sentences, never where a card would split markup. Pure.

A card splits the text permanently: the text behind the card is laid out on its own. So each place depends only on the
text before it and on the beginning of the next line, and stays the same in whatever pieces the text arrived.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from slack_reply.markdown import Body, Limits, Unit, inline, lines, scan
from slack_reply.snapshot import Card

_LIMITS = Limits(size=1_000_000, measure=len, tables=True)  # tables, even for a writer that shows none
_REACH = 600  # characters before a place that are searched for open markup
_SENTENCE = re.compile(r"""[^\W\d_]{3}[)"'”’»]*[.!?…][)"'”’»]*(?=[ \t])|[。！？][」』）]*""")  # noqa: RUF001
_SAID = re.compile(r"""(?:(?<![^\s(])[^\W\d_]{2,}[)"'”’»]*[.!?…:;]|[。！？：；][」』）]*)\s*\Z""")  # noqa: RUF001
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
    for card in cards:
        place, sound = _place(text, card, max(card.at, read), final=final)
        if not sound:
            limit = max(reached, min(limit, place))
            break
        reached = max(reached, place)
        places.setdefault(reached, []).append(card)
    yield from places.items()
    if not places or reached < limit:
        yield limit, []


def may_stand(text: str) -> bool:
    """Whether the text can be shown to its last character for a while: no markup is open at its end."""
    units = scan(text, _LIMITS, final=True)
    if not units or units[-1].body is not Body.TEXT:
        return not units
    line = units[-1].line
    begun = "|" in line or lines.MARKERS.match(line) or inline.is_begun(line[units[-1].begin :])
    return not begun and not _is_open(text, len(text))


def _place(text: str, card: Card, at: int, *, final: bool) -> tuple[int, bool]:
    """The card's offset and True; or False, and the offset up to which the text may be shown meanwhile."""
    at = min(at, len(text))
    begins = at == min(card.at, len(text))
    if not text[:at].strip() or (begins and _is_end(text[:at], parted=card.apart)):
        return at, True
    units = scan(text, _LIMITS, final=final)
    for place, sound in _candidates(text, units, at, final=final):
        if sound is not False:
            return place, sound is True
    return (len(text), True) if final else (max(at, units[-1].end if units else 0), False)


def _is_end(text: str, *, parted: bool) -> bool:
    """Whether a card can stand here whatever text follows; `parted`: that text begins a paragraph."""
    units = scan(text, _LIMITS, final=True)
    last = units[-1]
    if last.after.tail:
        return False
    ends = text[len(text.rstrip()) :].count("\n")
    if parted or ends > 1:
        return parted or not last.listed
    if last.table or last.closes or not _is_plain(last):
        return False
    said = _SAID.search(text) and not _SCHEME.search(text)
    return bool(said) and not _is_open(text, len(text))


def _candidates(
    text: str, units: Sequence[Unit], at: int, *, final: bool
) -> Iterator[tuple[int, bool | None]]:
    """The possible places from `at` on, in order, and whether a card may stand there; None: not known yet."""
    around: Unit | None = None
    begin = 0
    for number, unit in enumerate(units):
        around = around if unit.blank and around else unit
        begin = unit.start if unit.fresh else begin
        if unit.end < at or unit.after.tail:
            continue
        line_ends = text[unit.end - 1] == "\n"
        if _is_plain(unit) and (line_ends or number + 1 == len(units)):
            yield from _sentences(text, begin, unit.end, at)
        # Without a line behind, a backslash at the end of this line would be visible
        if line_ends and text[unit.end - 2 : unit.end - 1] != "\\":
            fits = _fits_behind(text, unit.end, around, parted=unit.blank)
            yield unit.end, final if fits is None else fits and not _is_open(text, unit.end)


def _sentences(text: str, begin: int, end: int, at: int) -> Iterator[tuple[int, bool]]:
    for found in _SENTENCE.finditer(text, begin, end):
        place = found.end()
        if place >= at or (text[place:at].isspace() and at <= end):
            yield max(place, at), not _is_open(text, place)


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
