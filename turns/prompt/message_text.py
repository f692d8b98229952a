"""Reads all that a message says: its text, its blocks, tables and what it forwards. Pure.

The question and the messages of its thread are read alike. The result is in Slack's notation, for `readable`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from json_fields import mapping_of, mappings_of, text_of
from message import files_of
from plain_text import one_line
from turns.prompt.rich_text import escaped, quoted, rich_text

LONGEST_NAME = 60
LONGEST_TEXT = 40_000  # characters of one text, Slack's own limit (docs/platform/slack.md#text-limits)
LONGEST_MESSAGE_TEXT = 2 * LONGEST_TEXT
MOST_PARTS = 100  # blocks of a message, and attachments
_DEEPEST = 8
_CONTROLS = {"actions", "context_actions", "plan", "task_card"}
"""Types of blocks that are no words of an author: buttons, and an answer's steps."""
_PREVIEW = ("from_url", "original_url", "is_msg_unfurl", "is_reply_unfurl", "is_app_unfurl")
_TOKEN = re.compile(r"<[^<>]*>")
_MARKS = re.compile(r"&(?:lt|gt|amp);|:[a-z0-9_+'-]+:|[\W_]+|^ *[0-9]+[.]", re.MULTILINE)
"""What `text` and blocks may write differently beside tokens: marks, emojis, numbers of lists."""

_QUIET = re.compile(r"```.*?```|`[^`\n]+`|^&gt;.*?$", re.DOTALL | re.MULTILINE)
_BAR = re.compile(r"(<[^<>]*>)|[|]")

type Raw = Mapping[str, Any]


def message_text(raw: Raw) -> str:
    """All words of a message, without the previews that Slack makes of links."""
    parts = [_whole(text_of(raw, "text"), mappings_of(raw, "blocks"))]
    parts += map(_attachment, mappings_of(raw, "attachments")[:MOST_PARTS])
    return "\n".join(part for part in parts if part.strip())[:LONGEST_MESSAGE_TEXT]


def calling_text(raw: Raw) -> str:
    """The words of a message outside of quotes and code: only a mention there calls somebody.

    Source: docs/platform/slack.md#quoted-mentions. Only rich text tells these words surely from the rest.
    """
    rich = [block for block in mappings_of(raw, "blocks")[:MOST_PARTS] if block.get("type") == "rich_text"]
    if rich:
        return "\n".join(rich_text(block, quiet=False) for block in rich)[:LONGEST_TEXT]
    return _QUIET.sub(" ", text_of(raw, "text")[:LONGEST_TEXT])


def file_lines(raw: Raw) -> str:
    """A line for each file of the message, with the file's name."""
    titles = [text_of(found, "name", "title") or "?" for found in files_of(raw)]
    return "\n".join(f"[file] {escaped(' '.join(title.split()))}" for title in titles)


def _whole(text: str, blocks: Sequence[Raw]) -> str:
    """What the text and the blocks say together: one of both may be a short form of the other, or lack a part.

    Source: docs/platform/slack.md#rich-text. `text` never holds a table (docs/platform/slack.md#pasted-tables).
    """
    text = text[:LONGEST_TEXT]
    said = [(text_of(block, "type") == "table", _block(block)) for block in blocks[:MOST_PARTS]]
    others = "\n".join(words for is_table, words in said if not is_table)
    repeats = text.strip() and _size(others) <= _size(text)
    shown = [text, *(words for is_table, words in said if is_table)] if repeats else [one for _, one in said]
    return "\n".join(filter(None, shown))


def _size(text: str) -> int:
    """The number of letters; a token counts as one, since its label may be missing."""
    return len(_MARKS.sub("", _TOKEN.sub("a", text)))


def _attachment(found: Raw) -> str:
    """A forwarded message, a pasted table, or an attachment of an app (an older way to format a message)."""
    forwards = found.get("is_share") is True
    if not forwards and any(found.get(name) for name in _PREVIEW):
        return ""  # docs/platform/slack.md#link-previews
    inner = [mapping_of(part, "message") for part in mappings_of(found, "message_blocks")]
    blocks = [block for part in (found, *inner) for block in mappings_of(part, "blocks")]
    shown = [text_of(found, name) for name in ("pretext", "title", "text")]
    fields = [
        f"{text_of(field, 'title')}: {text_of(field, 'value')}" for field in mappings_of(found, "fields")
    ]
    author = text_of(found, "author_name", "author_subname")
    if not forwards:
        said = " · ".join(part for part in [author, *shown, *fields] if part.strip())
        whole = _whole(said, blocks) or text_of(found, "fallback")
        is_table = not said and any(block.get("type") == "table" for block in blocks)
        return whole if is_table else f"[attachment] {whole}" if whole.strip() else ""
    whole = _whole("\n".join(filter(None, [*shown, *fields])), blocks)
    if not whole and not found.get("files"):
        whole = text_of(found, "fallback")
    name = escaped(one_line(author, LONGEST_NAME)) or "?"
    return f"[forwarded from {name}]\n{quoted(whole)}".rstrip()


def _block(block: Raw) -> str:
    match text_of(block, "type"):
        case "rich_text":
            return rich_text(block)
        case "table":
            return "\n".join(map(_row, _lists_of(block)))
        case kind if kind in _CONTROLS:
            return ""
    return "\n".join(_texts(block))


def _row(cells: Sequence[Any]) -> str:
    texts = [_cell(cell) if isinstance(cell, Mapping) else "" for cell in cells]
    return f"| {' | '.join(texts)} |"


def _cell(cell: Raw) -> str:
    said = rich_text(cell) if cell.get("type") == "rich_text" else escaped(text_of(cell, "text"))
    barred = _BAR.sub(lambda found: found[1] or r"\|", said)  # the bar of a token stays
    return " ".join(barred.split())


def _lists_of(block: Raw) -> list[list[Any]]:
    rows = block.get("rows")
    return [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    """Every text in a tree of blocks, in order: sections, headers, fields."""
    if depth > _DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _texts(item, depth + 1)
    elif isinstance(value, dict):
        found = value.get("text")
        if isinstance(found, str):
            yield found
        else:
            yield from _texts(found, depth + 1)
        for name in ("title", "fields", "elements"):
            yield from _texts(value.get(name), depth + 1)
