"""Rows of a Markdown table as cells."""

import re

from slack_reply.markdown.parts import Alignment, Cell
from slack_reply.markdown.tables.cell_text import read

_SPLIT = re.compile(r"(?<!\\)\|")
_SEPARATOR = re.compile(r"[ \t]{0,3}\|?(?=[^-]*-)(?:[ \t]*+:?-++:?[ \t]*+\|)*+(?:[ \t]*+:?-++:?[ \t]*+)?\Z")
_MAYBE_SEPARATOR = re.compile(r"[|:\- \t]*\Z")


def split(line: str) -> list[str]:
    """The cells of a row, as Markdown."""
    inner = line.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return [cell.strip().replace("\\|", "|") for cell in _SPLIT.split(inner)]


def alignments(separator: str, columns: int) -> tuple[Alignment, ...] | None:
    """The alignments in the row under the head; None if it is no such row, or has another number of columns."""
    if not _SEPARATOR.match(separator):
        return None
    marks = split(separator)
    return tuple(map(_alignment, marks)) if len(marks) == columns else None


def may_separate(begun: str) -> bool:
    """Whether an unfinished line may become the row under the head."""
    return _MAYBE_SEPARATOR.match(begun) is not None


def row_of(line: str, columns: int) -> tuple[Cell, ...]:
    """Exactly `columns` cells; surplus cells are joined into the last one."""
    cells = split(line)
    if len(cells) > columns:
        cells[columns - 1 :] = [" | ".join(cells[columns - 1 :])]
    return tuple(map(read, cells)) + (Cell(),) * (columns - len(cells))


def _alignment(mark: str) -> Alignment:
    if mark.endswith(":"):
        return "center" if mark.startswith(":") else "right"
    return "left" if mark.startswith(":") else ""
