"""The Markdown of one table cell as plain text: code and addresses stay unchanged, markers are removed."""

import html
import re
from collections.abc import Callable, Iterator
from html.entities import html5
from typing import NamedTuple

from slack_reply.markdown import atoms, emphasis, links, tokens

_BREAK = re.compile(r"<br[ \t]*+/?>", re.IGNORECASE)
# The beginning of markup, of a bare address, or of a `*` that is no marker but multiplies two numbers.
_BEGIN = re.compile(rf"{atoms.SPECIAL.pattern}|(?<!\w)https?://|(?<=\d)\*(?=\d)", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s<>*`|\\\"]*+", re.IGNORECASE)
_ADDRESS_ENDS = "?!.,:;'_~)"
_MARKED = re.compile(r"[*_~]")


class _Stretch(NamedTuple):
    start: int
    end: int
    text: str
    solid: bool


def plain(cell: str) -> str:
    """The cell without markup: links as `label (url)`, `<br>` as a line break, no live token."""
    text = tokens.inside_code(_plain(cell))
    return "\n".join(line.strip(" \t") for line in text.split("\n")).strip()


def _plain(source: str) -> str:
    row = list(_stretches(source))
    if _MARKED.search(source):
        row = list(_without_markers(source, row))
    return "".join(stretch.text for stretch in row)


def _stretches(source: str) -> Iterator[_Stretch]:
    position = 0
    while found := _BEGIN.search(source, position):
        begin = found.start()
        if begin > position:
            yield _Stretch(position, begin, source[position:begin], solid=False)
        position, text = _read(source, begin)
        yield _Stretch(begin, position, text, solid=True)
    if position < len(source):
        yield _Stretch(position, len(source), source[position:], solid=False)


def _read(source: str, start: int) -> tuple[int, str]:
    """The end of the element that begins at `start`, and the plain text of the element."""
    first = source[start]
    if first == "*":
        return start + 1, first
    if first in "hH":
        return _address(source, start)
    if first in "[!":
        return _link(source, start)
    if line_end := _BREAK.match(source, start):
        return line_end.end(), "\n"
    end = atoms.read(source, start, whole=True).end
    text = source[start:end]
    return end, _PLAIN[first](text) if len(text) > 1 else text


def _link(source: str, start: int) -> tuple[int, str]:
    image = source.startswith("![", start)
    link = links.read(source, start + image, whole=True) if image or source[start] == "[" else None
    return (link.end, _named(link)) if isinstance(link, links.Link) else (start + 1, source[start])


def _address(source: str, start: int) -> tuple[int, str]:
    found = _ADDRESS.match(source, start)
    address = found.group() if found else source[start]
    ended = address.rstrip(_ADDRESS_ENDS)
    if "(" in ended and address.startswith(")", len(ended)):
        ended += ")"
    return start + len(ended), ended


def _named(link: links.Link) -> str:
    url = link.url.replace("&amp;", "&")
    label = _plain(link.label).strip()
    return f"{label} ({url})" if label and label != url else url


def _code(span: str) -> str:
    run = len(span) - len(span.lstrip("`"))
    if len(span) <= run:
        return span
    inner = span[run:-run]
    framed = inner.startswith(" ") and inner.endswith(" ") and not inner.isspace()
    return inner[1:-1] if framed else inner


def _entity(text: str) -> str:
    if text.startswith("&#"):
        return html.unescape(text)
    return html5.get(text[1:], text)


_PLAIN: dict[str, Callable[[str], str]] = {
    "`": _code,
    "&": _entity,
    "<": lambda autolink: autolink[1:-1],
    "\\": lambda escape: escape[1:],
}


def _without_markers(source: str, row: list[_Stretch]) -> Iterator[_Stretch]:
    solids = [stretch for stretch in row if stretch.solid]
    found = emphasis.scan(source, 0, len(source), solids, whole=True)
    marks = iter(sorted(found.marks))
    mark = next(marks, None)
    for stretch in row:
        if stretch.solid:
            yield stretch
            continue
        kept: list[str] = []
        position = stretch.start
        while mark is not None and mark[0] < stretch.end:
            kept.append(source[position : mark[0]])
            position = mark[1]
            mark = next(marks, None)
        yield stretch._replace(text="".join(kept) + source[position : stretch.end])
