"""Pages in the form that Slack's methods take."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from plain_text import shortened
from slack_reply.markdown import tokens
from slack_reply.markdown.parts import Cell, Markdown, Page, Part, Run, Table

# Bytes of the text beside blocks: chat.update takes 4,000 (docs/platform/slack.md#text-limits).
FALLBACK_LIMIT = 3_900
CAPTION_LIMIT = 100  # characters of the names of a data table's columns, which are its caption
PAGE_ROWS = 20  # rows of a data table that are shown at once


def closed(page: Page) -> Page:
    """The page with its open code block closed. Only for showing: a growing page continues from the open block."""
    if not page.tail or not page.parts or not isinstance(page.parts[-1], Markdown):
        return page
    last = Markdown(page.parts[-1].text + page.tail)
    return replace(page, parts=(*page.parts[:-1], last), tail="")


def page_arguments(
    page: Page, below: Sequence[Mapping[str, Any]] = (), above: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The arguments with which chat.postMessage and chat.update show the page between the blocks `above` and `below`.

    Text goes as `markdown` blocks, since chat.update takes no more than 4,000 bytes otherwise; the text beside the
    blocks is for notifications, and for readers of the thread that read no blocks.
    """
    return {"blocks": [*above, *(_block(part) for part in page.parts), *below], "text": fallback_text(page)}


def plain_arguments(page: Page) -> dict[str, Any]:
    """The arguments with which chat.postMessage shows the page as plain text; its Markdown stays readable as it is."""
    return {"text": fallback_text(page), "mrkdwn": False}


def chunks_between(shown: Page | None, now: Page) -> list[dict[str, Any]] | None:
    """The chunks that a stream showing `shown` must append to show `now`; None if appending cannot do that."""
    before = shown.parts if shown else ()
    if not before:
        return [_chunk(part) for part in now.parts]
    place = len(before) - 1
    if now.parts[:place] != before[:-1] or len(now.parts) <= place:
        return None
    last, grown = before[-1], now.parts[place]
    new = list(now.parts[place + 1 :])
    if last != grown:
        if isinstance(last, Table) or isinstance(grown, Table) or not grown.text.startswith(last.text):
            return None
        new.insert(0, Markdown(grown.text[len(last.text) :]))
    return [_chunk(part) for part in new]


def block_types(page: Page) -> list[str]:
    """The types of the blocks that `page_arguments` makes."""
    return [_block(part)["type"] for part in page.parts]


def table_block(table: Table) -> dict[str, Any]:
    """Slack's block for the table (docs/platform/slack.md#table-block, docs/platform/slack.md#data-table-block)."""
    if table.data:
        head, *rows = table.rows
        names = [cell.text or " " for cell in head]
        return {
            "type": "data_table",
            "caption": shortened(", ".join(names), CAPTION_LIMIT).strip() or "…",
            "page_size": PAGE_ROWS,
            "rows": [
                [{"type": "raw_text", "text": name} for name in names],
                *(list(map(_cell, row)) for row in rows),
            ],
        }
    block: dict[str, Any] = {"type": "table", "rows": [list(map(_cell, row)) for row in table.rows]}
    if any(table.alignments):
        block["column_settings"] = [{"align": alignment or "left"} for alignment in table.alignments]
    return block


def _cell(cell: Cell) -> dict[str, Any]:
    """A plain cell, or one with markup. Slack refuses a message with an empty cell, so that becomes a blank."""
    if not any(run.url or run.styles for run in cell.runs):
        return {"type": "raw_text", "text": cell.text or " "}
    section = {"type": "rich_text_section", "elements": [_element(run) for run in cell.runs]}
    return {"type": "rich_text", "elements": [section]}


def _element(run: Run) -> dict[str, Any]:
    kind = {"type": "link", "url": run.url} if run.url else {"type": "text"}
    style = {"style": dict.fromkeys(sorted(run.styles), True)} if run.styles else {}
    return {**kind, "text": run.text, **style}


def fallback_text(page: Page) -> str:
    """The beginning of the page without tokens, for a `text` argument beside blocks."""
    text = tokens.outside_code("\n".join(part.text for part in page.parts).strip())
    whole = text.encode()
    if len(whole) <= FALLBACK_LIMIT:
        return text or " "
    return f"{whole[: FALLBACK_LIMIT - 3].decode(errors='ignore')}…"


def _chunk(part: Part) -> dict[str, Any]:
    if isinstance(part, Markdown):
        return {"type": "markdown_text", "text": part.text}
    return {"type": "blocks", "blocks": [table_block(part)]}


def _block(part: Part) -> dict[str, Any]:
    if isinstance(part, Markdown):
        return {"type": "markdown", "text": part.text}
    return table_block(part)
