"""Pages in the form that Slack's methods take."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from plain_text import shortened
from slack_reply.markdown import tokens
from slack_reply.markdown.parts import Markdown, Page, Part, Table

# Characters that a notification shows of a message with blocks.
FALLBACK_LIMIT = 150


def closed(page: Page) -> Page:
    """The page with its open code block closed. Only for showing: a growing page continues from the open block."""
    if not page.tail or not page.parts or not isinstance(page.parts[-1], Markdown):
        return page
    last = Markdown(page.parts[-1].text + page.tail)
    return replace(page, parts=(*page.parts[:-1], last), tail="")


def page_arguments(page: Page, below: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The arguments with which chat.postMessage and chat.update show the page, and the blocks `below` under it.

    Text alone goes as `markdown_text`, which is not allowed beside `text` or `blocks`
    (docs/platform/slack.md#markdown-text).
    """
    if not below and all(isinstance(part, Markdown) for part in page.parts):
        return {"markdown_text": "".join(part.text for part in page.parts if isinstance(part, Markdown))}
    return {"blocks": [*(_block(part) for part in page.parts), *below], "text": fallback_text(page)}


def chunks_between(shown: Page | None, now: Page) -> list[dict[str, Any]] | None:
    """The chunks that a stream showing `shown` must append to show `now`; None if appending cannot do that."""
    before = shown.parts if shown else ()
    if not before:
        return list(_chunks(now.parts))
    place = len(before) - 1
    if now.parts[:place] != before[:-1] or len(now.parts) <= place:
        return None
    grown = _growth(before[-1], now.parts[place])
    if grown is None:
        return None
    return list(_chunks((*grown, *now.parts[place + 1 :])))


def table_block(table: Table) -> dict[str, Any]:
    """Slack's `table` block. Slack refuses a message with an empty cell, so an empty cell becomes a blank."""
    block: dict[str, Any] = {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": cell or " "} for cell in row] for row in table.rows],
    }
    if any(table.alignments):
        block["column_settings"] = [{"align": alignment or "left"} for alignment in table.alignments]
    return block


def fallback_text(page: Page) -> str:
    """The page in short, for notifications: one line of plain text without tokens, for a `text` argument."""
    text = " ".join(part.text if isinstance(part, Markdown) else part.rows[0][0] for part in page.parts)
    words = " ".join(text.replace("```", " ").split())
    return tokens.outside_code(shortened(words, FALLBACK_LIMIT)) or " "


def _growth(before: Part, now: Part) -> tuple[Markdown, ...] | None:
    """The parts to append behind `before`; None if `before` is not the beginning of `now`."""
    if before == now:
        return ()
    if isinstance(before, Table) or isinstance(now, Table) or not now.text.startswith(before.text):
        return None
    return (Markdown(now.text[len(before.text) :]),)


def _chunks(parts: tuple[Part, ...]) -> Iterator[dict[str, Any]]:
    for part in parts:
        if isinstance(part, Markdown):
            yield {"type": "markdown_text", "text": part.text}
        else:
            yield {"type": "blocks", "blocks": [table_block(part)]}


def _block(part: Part) -> dict[str, Any]:
    if isinstance(part, Markdown):
        return {"type": "markdown", "text": part.text}
    return table_block(part)
