r"""The atoms of one line of text outside of code: code spans, links, entities and escapes, each made safe.

An atom counts only if it is closed in its line, or in the lines joined to that line, and is not too long. So text
that was shown never has to be taken back, and growing text is held back only up to these limits.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from string import punctuation

from markdown_source import NONE, Known, label_end, link_behind, read_code, read_link, resembles_link
from slack_reply.markdown import formulas, html, inline_parser, links, tokens
from slack_reply.markdown.inline_parser import JOINER, UNDERSCORE, WIDE, Atom, Marks, Reader, held

ADDRESS_LIMIT = 300
# Letters of scripts with spaces between words belong to an address; a letter of another script ends the address.
_ADDRESS = re.compile(
    rf"https?://(?:[!#-;=?-\[\]-_a-{{}}~]|(?!{WIDE.pattern}|[\uff00-\uffef])[^\W\x00-\x7f]){{1,300}}",
    re.IGNORECASE,
)
_ADDRESS_ENDS = "?!.,:;'_~*)"
# Markers of emphasis that may begin or end in an address
_MAY_PAIR = re.compile(rf"\*|~~|{UNDERSCORE}")
_SCHEME = len("http")
# What begins a link in a label; images, code and escapes do not.
_IN_LABEL = re.compile(r"!?\[|\\.|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_PICTURE = re.compile(r"\(\s*<?data:(image/[\w.+\-]{1,40})", re.IGNORECASE)
_MARKER = re.compile(rf"[*~]|{UNDERSCORE}")  # of emphasis
_TICKS = re.compile(r"`+")
# In code, the end of a line before them: while the text grows, the ticks would begin a block of code, the < one of
# HTML, and a bullet that is alone in its line an item
_BLOCK_AT_LINE = re.compile(r"\n[ \t]*(?=```|<|(?:[-+*]|\d{1,9}[.)])[ \t]*\n)")
_MARKERS = frozenset("*_~")  # beside a blank, a marker would be none
_MARKUP = re.compile(r"</?[\w.+\-]")  # what a tag or a link in angle brackets begins with
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ENTITY_BEGUN = re.compile(r"&(?:#[xX]?)?[A-Za-z0-9]{0,32}\Z")


def read(line: str, start: int, known: Known = NONE, *, whole: bool, label: bool = False) -> Marks:
    """The atoms of the line from `start` on, with its emphasis; of an unfinished line as far as they are certain.

    In the `label` of a link, an image is replaced by its own label, since links do not nest.
    """
    link = partial(_link, known=known, inside=label)
    angle = partial(_angle, render=partial(_shown, known=known, label=label), inside=label)
    address = partial(_address, known=known, inside=label)
    readers: dict[str, Reader] = {**_READERS, "<": angle, "[": link, "!": link, "h": address, "H": address}
    return inline_parser.read(line, start, readers, whole=whole)


def row(line: str, start: int, atoms: Iterable[Atom], end: int) -> Iterator[Atom]:
    """The atoms of `line[start:end]`, and the text between them as further atoms."""
    for atom in atoms:
        if atom.start > start:
            yield Atom(start, atom.start, line[start : atom.start], solid=False)
        yield atom
        start = atom.end
    if start < end:
        yield Atom(start, end, line[start:end], solid=False)


def _backslash(line: str, start: int, whole: bool) -> Atom:
    if start + 1 == len(line):
        return Atom(start, start + 1, "\\") if whole else held(start)
    behind = line[start + 1]
    if behind in "([" and (formula := formulas.read(line, start, whole=whole)):
        return formula
    if behind in "<>":
        return Atom(start, start + 2, tokens.outside_code(behind))
    length = 2 if behind in punctuation else 1
    return Atom(start, start + length, line[start : start + length])


def _dollar(line: str, start: int, whole: bool) -> Atom:
    """A formula, or the one character that begins none."""
    return formulas.read(line, start, whole=whole) or Atom(start, start + 1, line[start], solid=False)


def _ticks(line: str, start: int, whole: bool) -> Atom:
    end = read_code(line, start, whole=whole)
    if end == start:
        return held(start)
    if end:
        return Atom(start, end, tokens.inside_code(_BLOCK_AT_LINE.sub(" ", line[start:end])))
    # Another Markdown parser may find the closing ticks later: without escapes, its code and ours would differ.
    opening = _TICKS.match(line, start)
    ticks = len(opening.group()) if opening else 1
    return Atom(start, start + ticks, "\\`" * ticks)


def _angle(line: str, start: int, whole: bool, render: Callable[[str], str], inside: bool) -> Atom:
    found: Atom | None = None
    if not whole or _MARKUP.match(line, start):
        found = (
            links.autolink(line, start, whole=whole, inside=inside)
            or links.tagged(line, start, whole=whole, inside=inside)
            or html.read(line, start, render, whole=whole)
        )
    return found or Atom(start, start + 1, tokens.LESS)


def _greater(_line: str, start: int, _whole: bool) -> Atom:
    return Atom(start, start + 1, tokens.GREATER)


def _address(line: str, start: int, whole: bool, known: Known, inside: bool) -> Atom:
    """An address without markup, as a link where a letter follows directly: Slack's own link would go on over it.

    An address in which a link or an image begins, or with markers of emphasis, is plain text; so is one in a label.
    """
    found = _ADDRESS.match(line, start)
    end = found.end() if found else line.index("://", start) + len("://")
    if end == len(line) and not whole and end - start < ADDRESS_LIMIT:
        return held(start)
    url = found.group() if found else ""
    goes_on = not line[end : end + 1].isascii() and not line[end].isspace()
    if url and goes_on and not inside and url[-1] not in _ADDRESS_ENDS and not _MAY_PAIR.search(url):
        brackets = [at for at in range(start, end) if line[at] == "["]
        begun = {at: read_link(line, at, known, whole=whole) for at in brackets}
        if any(at == found for at, found in begun.items()):
            return held(start)
        if not any(begun.values()):
            return Atom(start, end, f"[{links.label_text(url)}]({links.quoted(url)})")
    return Atom(start, start + _SCHEME, line[start : start + _SCHEME], solid=False)


def _entity(line: str, start: int, whole: bool) -> Atom:
    if found := _ENTITY.match(line, start):
        end, shown = found.end(), html.plain_entity(found.group())
        if shown.isspace():
            if end == len(line) and not whole:
                return held(start)
            beside = _MARKERS.intersection(line[max(0, start - 1) : start] + line[end : end + 1])
            shown = found.group() if beside else shown
        return Atom(start, end, shown)
    if not whole and _ENTITY_BEGUN.match(line, start):
        return held(start)
    return Atom(start, start + 1, "&")


def _link(line: str, start: int, whole: bool, known: Known, inside: bool) -> Atom:
    """A link; an image becomes one, since Slack's Markdown has no images (docs/platform/slack.md#markdown-block)."""
    is_image = line[start] == "!"
    bracket = start + is_image
    if bracket == len(line) and not whole:
        return held(start)
    behind = label_end(line, bracket, whole=whole) if line.startswith("[", bracket) else None
    found = link_behind(line, bracket, behind, known, whole=whole)
    if isinstance(found, int):
        return held(start)
    inner = _end_of_links(line, bracket + 1, behind - 1, known, whole=whole) if found and behind else 0
    if inner is None:
        return held(start)
    beyond = behind is not None and inner >= behind
    if found is None or beyond or (inner and not is_image):
        escaped = not is_image and resembles_link(line, start, behind)
        # In a label, the closing bracket alone would end the label
        if escaped and inside and behind is not None and not beyond:
            label = line[start + 1 : behind - 1]
            return Atom(start, behind, f"\\[{_shown(label, known, label=True)}\\]")
        return Atom(start, start + 1, "\\[" if escaped else line[start])
    url = "" if inside else found.url
    shown = _shown(found.label, known, label=True, alone=not url) or (
        links.label_text(found.name or _media_type(line, behind)) if is_image else ""
    )
    text = links.shown(shown, url, links.touched(line, start)) or JOINER
    return Atom(start, found.end, text)


def _media_type(line: str, start: int | None) -> str:
    """The kind of the picture that the target at `start` holds itself: its name if it has no other."""
    found = _PICTURE.match(line, start or 0)
    return found[1] if found else ""


def _end_of_links(line: str, start: int, end: int, known: Known, *, whole: bool) -> int | None:
    """Where the last of the links that begin in a label ends; 0 without a link, None where more text may complete one.

    Brackets around a link are text, since links do not nest. A link may end behind the label.
    """
    last = 0
    for sign in _IN_LABEL.finditer(line, start, end):
        found = read_link(line, sign.start(), known, whole=whole) if sign.group() == "[" else None
        if isinstance(found, int):
            return None
        if found is not None:
            last = max(last, found.end)
    return last


def _shown(source: str, known: Known, *, label: bool, alone: bool = True) -> str:
    """The text within an atom, made safe. If it is shown `alone`, no marker of it can belong to one around it."""
    marks = read(source, 0, known, whole=True, label=label)
    paired = {at for pair in marks.pairs for begin, end in pair for at in range(begin, end)}
    shown: list[str] = []
    for atom in row(source, 0, marks.atoms, len(source)):
        text = atom.text or ""
        if alone and not atom.solid:
            text = _MARKER.sub(partial(_as_text, paired=paired, start=atom.start), text)
        shown.append(text)
    return "".join(shown)


def _as_text(marker: re.Match[str], paired: set[int], start: int) -> str:
    return marker.group() if start + marker.start() in paired else f"\\{marker.group()}"


_READERS: dict[str, Reader] = {
    "\\": _backslash,
    "`": _ticks,
    "$": _dollar,
    ">": _greater,
    "&": _entity,
}
