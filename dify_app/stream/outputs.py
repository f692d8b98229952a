"""A workflow's outputs as an answer: a single text stays as it is, anything else becomes a Markdown list.

A value that is more than plain lines (code, a table, a heading) would break inside a line of the list. Such a value
stands below its name, and at the top level it stands outside of the list.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import islice, pairwise
from typing import Any

from markdown_source import blocks, is_prose

_MOST_LINES = 200  # lines of a list; a longer list is cut and ends in an ellipsis
_DEEPEST = 4  # levels shown as lists; deeper levels are shown as JSON
_LONGEST_JSON = 1000  # characters
_FILE = "dify_model_identity"  # the member by which Dify marks its file objects ([A] core/file/models.py)


def readable(outputs: Mapping[str, Any]) -> str:
    """Markdown of all outputs without files, which are sent as files. Empty if nothing is left to say."""
    shown = {name: value for name, value in outputs.items() if not _is_empty(value)}
    value = next(iter(shown.values())) if len(shown) == 1 else shown
    if not isinstance(value, Mapping | list):
        return _scalar(value)
    lines = list(islice(_lines(value, 0), _MOST_LINES + 1))
    if len(lines) > _MOST_LINES:
        lines[-1] = "- …"
    # Of two blocks, one blank line between them is enough.
    apart = (
        line.removeprefix("\n") if before.endswith("\n") else line for before, line in pairwise(["", *lines])
    )
    return "\n".join(apart).strip("\n")


def _lines(value: Any, depth: int) -> Iterator[str]:
    """The lines of a list for this mapping or list."""
    if isinstance(value, Mapping):
        entries = [(f"**{name}**: ", item) for name, item in value.items()]
    else:
        entries = [("", item) for item in value]
    for label, item in entries:
        if not _is_empty(item):
            yield from _entry(label, item, depth)


def _entry(label: str, value: Any, depth: int) -> Iterator[str]:
    """One bullet and the lines under it; each level is indented by two blanks."""
    indent = "  " * depth
    if isinstance(value, Mapping | list) and depth + 1 < _DEEPEST:
        yield f"{indent}- {label.rstrip() or '…'}"
        yield from _lines(value, depth + 1)
    elif isinstance(value, Mapping | list):
        yield f"{indent}- {label}`{_json(value)}`"
    elif isinstance(value, str) and "\n" in value.strip() and not is_prose(value):
        yield _block(label, value, indent)
    else:
        first, *rest = _scalar(value).splitlines() or [""]
        yield f"{indent}- {label}{first}"
        yield from (f"{indent}  {line}".rstrip() for line in rest)


def _block(label: str, value: str, indent: str) -> str:
    """The whole value on lines of its own, with blank lines before and after."""
    lines = value.strip("\r\n").splitlines()
    *_, last = blocks(lines, tables=False)
    if last.fence and not last.closed:
        lines.append(last.fence)
    if not indent:
        return "\n".join(["", *([label.rstrip(), ""] if label else []), *lines, ""])
    hanging = (f"{indent}  {line}".rstrip() for line in lines)
    return "\n".join([f"{indent}- {label.rstrip() or '…'}", "", *hanging, ""])


def _scalar(value: Any) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)[:_LONGEST_JSON].replace("`", "'")
    except (TypeError, ValueError, RecursionError):
        return "…"


def _is_empty(value: Any) -> bool:
    """Whether the value has nothing to show: null, empty, or only files and such values."""
    return _is_blank(value) or (isinstance(value, list) and all(_is_blank(item) for item in value))


def _is_blank(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or value in ([], {}) or (isinstance(value, Mapping) and _FILE in value)
