"""What the double of Slack holds, as documents: Markdown, blocks, task cards, files."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from simulators.demo.document import (
    Block,
    Buttons,
    Paragraph,
    Plan,
    Post,
    Rule,
    Span,
    Table,
    Task,
    Text,
    ThreadView,
)
from simulators.demo.markdown_reader import read_markdown
from simulators.slack.messages import spoken
from simulators.slack.seen import Json, SeenMessage

_TOKEN = re.compile(r"<([@#!]?)([^<>|]+)(?:\|([^<>]*))?>")
Names = Mapping[str, str]


def read_thread(channel: str, messages: Iterable[SeenMessage], status: str, names: Names) -> ThreadView:
    """The thread; `names` are those of members by their ids."""
    return ThreadView(channel, tuple(read_post(message, names) for message in messages), status)


def read_post(message: SeenMessage, names: Names) -> Post:
    """One message. The fallback text beside blocks is for notifications only and is left out."""
    return Post(
        author=names.get(message.author, message.author_name),
        is_app=message.is_bot,
        blocks=read_parts(message.parts, names),
        growing=message.streaming,
        edited=message.edited and not message.is_bot,  # docs/platform/slack.md#edit-semantics
        files=tuple(str(file.get("name")) for file in message.files),
    )


def read_parts(parts: Iterable[Json], names: Names) -> tuple[Block, ...]:
    """A message's or a state's parts, in order."""
    return tuple(block for part in parts for block in _part(part, names))


def read_mrkdwn(text: str, names: Names) -> Text:
    """Slack's older markup, as members' messages have it: tokens named, entities read; stars stay."""
    spans: list[Span] = []
    end = 0
    for found in _TOKEN.finditer(text):
        spans += [Span(html.unescape(text[end : found.start()])), _token(found, names)]
        end = found.end()
    spans.append(Span(html.unescape(text[end:])))
    return tuple(span for span in spans if span.text)


def _token(found: re.Match[str], names: Names) -> Span:
    kind, what, label = found.groups()
    if kind == "@":
        return Span(f"@{names.get(what, what)}", frozenset({"mention"}))
    if kind:
        return Span(f"{'#' if kind == '#' else '@'}{label or what}", frozenset({"mention"}))
    return Span(html.unescape(label or what), frozenset({"link"}))


def _part(part: Json, names: Names) -> Iterator[Block]:
    match part["kind"]:
        case "markdown":
            yield from read_markdown(part["text"])
        case "text":
            yield Paragraph(read_mrkdwn(part["text"], names))
        case "blocks":
            for block in part["blocks"]:
                yield from _block(block, names)
        case "plan":
            yield Plan(part["title"])
        case "task":
            sources = tuple(str(source.get("text") or source.get("url")) for source in part["sources"])
            yield Task(part["title"], part["status"], part["details"], part["output"], sources)


def _block(block: Json, names: Names) -> Iterator[Block]:
    match block.get("type"):
        case "markdown":
            yield from read_markdown(block["text"])
        case "table" | "data_table":
            yield _table(block)
        case "plan":
            yield Plan(block["title"])
            for task in block.get("tasks") or ():
                details, output = (spoken(task.get(name) or {}) for name in ("details", "output"))
                yield Task(task["title"], task["status"], details, output)
        case "divider":
            yield Rule()
        case "section" | "header":
            yield Paragraph(_object(block.get("text"), names))
        case "context":
            texts = [_object(element, names) for element in block["elements"]]
            yield Paragraph(tuple(span for text in texts for span in text))
        case "actions":
            yield Buttons(tuple(str(element["text"]["text"]) for element in block["elements"]))
        case "image":
            yield Paragraph((Span(f"[{block.get('alt_text') or 'image'}]", frozenset({"link"})),))
        case other:
            yield Paragraph((Span(f"[{other}]"),))


def _object(value: Any, names: Names) -> Text:
    """A text object."""
    found = value if isinstance(value, dict) else {}
    text = str(found.get("text") or found.get("alt_text") or "")
    return read_mrkdwn(text, names) if found.get("type") == "mrkdwn" else (Span(text),)


def _table(block: Json) -> Table:
    rows = tuple(tuple(_cell(cell) for cell in row) for row in block["rows"])
    settings = block.get("column_settings") or []
    alignments = tuple(str((setting or {}).get("align") or "left") for setting in settings)
    columns = max((len(row) for row in rows), default=0)
    return Table(rows, alignments + ("left",) * (columns - len(alignments)))


def _cell(cell: Json) -> Text:
    if cell.get("type") == "raw_text":
        return (Span(str(cell["text"])),)
    return tuple(_rich(cell))


def _rich(element: Json) -> Iterator[Span]:
    """The texts of a rich_text, however deep."""
    for child in element.get("elements") or ():
        yield from _rich(child)
    text = element.get("text") or element.get("url")
    if isinstance(text, str):
        style = element.get("style") or {}
        marks = frozenset(mark for mark in ("bold", "italic", "code", "strike") if style.get(mark))
        span = Span(text, marks)  # type: ignore[arg-type] # the four are Marks
        yield replace(span, marks=span.marks | {"link"}) if element.get("type") == "link" else span
