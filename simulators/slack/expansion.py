"""What Slack makes of Markdown: blocks, and a size.

Source: docs/platform/slack.md#markdown-expansion, docs/platform/slack.md#message-size.
"""

import re
from html import escape, unescape
from typing import NamedTuple

from markdown_it import MarkdownIt

COUNTED = 13_200
"""Characters that a message may hold: `&` counts five, `<` and `>` four, a heading 100 more."""
_HEADING = 100
_OWN_BLOCK = {"heading_open", "hr", "table_open"}
# Only lines that begin like these can become blocks of their own.
_APART = re.compile(r"^ {0,3}(?:#|\||=|-+[ \t]*$|(?:[-*_][ \t]*){3})|^[^\n]*\|", re.MULTILINE)
# Blocks are counted, so what stands within a paragraph need not be read.
_MARKDOWN = MarkdownIt("commonmark").enable("table").disable(["inline", "text_join"])


class Expansion(NamedTuple):
    """The number of blocks, and the counted characters."""

    blocks: int
    size: int


def expanded(markdown: str) -> Expansion:
    """Each heading, rule and table is a block, and so is the text between two of them."""
    size = counted(markdown)
    if not _APART.search(markdown):
        return Expansion(1, size)
    blocks, headings, text = 0, 0, False
    for token in _MARKDOWN.parse(markdown):
        if token.level or token.nesting < 0:
            continue
        apart = token.type in _OWN_BLOCK
        blocks += apart or not text
        text = not apart
        headings += token.type == "heading_open"
    return Expansion(blocks, size + _HEADING * headings)


def counted(text: str) -> int:
    """The characters as Slack counts them, without what headings cost: as they are written with entities."""
    return len(escape(unescape(text), quote=False))
