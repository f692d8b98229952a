"""Markdown as Slack shows it, safe and cut to size."""

from slack_reply.markdown import inline, lines, links
from slack_reply.markdown.parts import (
    HEADING_SIZE,
    Limits,
    Markdown,
    Page,
    Part,
    Table,
    blocks_of,
    counted,
    counted_bytes,
)
from slack_reply.markdown.reader import Reader, read, scan, shows_nothing
from slack_reply.markdown.slack_form import (
    FALLBACK_LIMIT,
    block_types,
    chunks_between,
    closed,
    page_arguments,
    plain_arguments,
)
from slack_reply.markdown.units import Body, Unit
from slack_reply.markdown.words import first_word

__all__ = [
    "FALLBACK_LIMIT",
    "HEADING_SIZE",
    "Body",
    "Limits",
    "Markdown",
    "Page",
    "Part",
    "Reader",
    "Table",
    "Unit",
    "block_types",
    "blocks_of",
    "chunks_between",
    "closed",
    "counted",
    "counted_bytes",
    "first_word",
    "inline",
    "lines",
    "links",
    "page_arguments",
    "plain_arguments",
    "read",
    "scan",
    "shows_nothing",
]
