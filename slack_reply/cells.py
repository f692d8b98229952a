"""Rows of a Markdown table as plain text cells."""

import html
import re

from slack_reply import links, tokens
from slack_reply.parts import Alignment

_SPLIT = re.compile(r"(?<!\\)\|")
_SEPARATOR = re.compile(r"[ \t]{0,3}\|?(?=[^-]*-)(?:[ \t]*+:?-++:?[ \t]*+\|)*+(?:[ \t]*+:?-++:?[ \t]*+)?\Z")
_MAYBE_SEPARATOR = re.compile(r"[|:\- \t]*\Z")
_AUTOLINK = re.compile(r"<((?i:https?://|mailto:)[^\s<>|]{1,2000})>")
_BREAK = re.compile(r"[ \t]*<br[ \t]*/?>[ \t]*", re.IGNORECASE)
_EMPHASIS = re.compile(r"(?<![\\\w])(\*\*\*|\*\*|__|~~|\*|_)(?=[^\s*_~])([^*_~]{1,250}?)(?<=\S)\1(?!\w)")
_CODE = re.compile(r"(`+)((?:(?!\1).){1,300})\1")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")


def begins(line: str) -> bool:
    """Whether this line, or a part of it, looks like a row: tables need their first pipe here."""
    return line.lstrip(" ").startswith("|") and line.index("|") <= 3  # noqa: PLR2004 - deeper is indented code


def split(line: str) -> list[str]:
    """The cells of a row, as Markdown."""
    inner = line.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _SPLIT.split(inner)]


def alignments(separator: str, columns: int) -> tuple[Alignment, ...] | None:
    """What the row under the head says; None if it is no such row, or one for another number of columns."""
    if not _SEPARATOR.match(separator):
        return None
    marks = split(separator)
    return tuple(map(_alignment, marks)) if len(marks) == columns else None


def may_separate(begun: str) -> bool:
    """Whether an unfinished line may become the row under the head."""
    return _MAYBE_SEPARATOR.match(begun) is not None


def plain_row(line: str, columns: int) -> tuple[str, ...]:
    """Exactly `columns` plain cells; what is too much goes into the last one."""
    cells = split(line)
    if len(cells) > columns:
        cells[columns - 1 :] = [" | ".join(cells[columns - 1 :])]
    return tuple(map(plain, cells)) + ("",) * (columns - len(cells))


def plain(cell: str) -> str:
    """Markdown of one cell as plain text: links as `label (url)`, no markers, no live token."""
    shown = _AUTOLINK.sub(r"\1", _BREAK.sub("\n", cell))
    shown = _CODE.sub(r"\2", _without_links(shown))
    shown = _ESCAPE.sub(r"\1", _EMPHASIS.sub(r"\2", _EMPHASIS.sub(r"\2", shown)))
    return tokens.inside_code(html.unescape(shown)).replace("```", "'''").strip()


def _without_links(cell: str) -> str:
    shown: list[str] = []
    position = 0
    for begin in re.finditer(r"!?\[", cell):
        link = links.read(cell, begin.end() - 1, whole=True)
        if begin.start() < position or not isinstance(link, links.Link):
            continue
        label = plain(link.label)
        named = label and label != link.url
        shown += cell[position : begin.start()], f"{label} ({link.url})" if named else link.url
        position = link.end
    return "".join(shown) + cell[position:]


def _alignment(mark: str) -> Alignment:
    if mark.endswith(":"):
        return "center" if mark.startswith(":") else "right"
    return "left" if mark.startswith(":") else ""
