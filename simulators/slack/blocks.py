"""What Slack accepts as blocks (docs/platform/slack.md#block-limits)."""

from collections.abc import Iterable
from typing import Any

from simulators.slack.expansion import COUNTED, expanded
from simulators.slack.messages import Json, spoken
from simulators.slack.refusals import Refused

MAX_BLOCKS = 50
MARKDOWN_CHARS = 12_000
TABLE_ROWS, TABLE_CELLS, TABLE_CHARS = 100, 20, 10_000
# docs/platform/slack.md#data-table-block; the first row is the head
DATA_ROWS, DATA_CHARS, PAGE_ROWS = 201, 20_000, 100
# the undocumented cap on all blocks of a message: a rich_text and section mix failed at 11,341 characters
MIXED_CHARS = 11_300
KNOWN = {
    "actions", "alert", "card", "carousel", "context", "context_actions", "data_table", "divider", "file", "header",
    "image", "input", "markdown", "plan", "rich_text", "section", "table", "task_card", "video",
}  # fmt: skip
TASK_STATUSES = {"pending", "in_progress", "complete", "error"}
# longest text, most elements
SECTION, HEADER, CONTEXT_ELEMENTS, ACTION_ELEMENTS = 3_000, 150, 10, 25
BUTTON_TEXT, BUTTON_VALUE, BUTTON_URL, ID = 75, 2_000, 3_000, 255


def check_blocks(blocks: Any, limit: int = MAX_BLOCKS) -> list[Json]:
    """The blocks, or Refused: invalid_blocks with Slack's kind of messages, msg_blocks_too_long."""
    if not isinstance(blocks, list):
        raise _bad("blocks must be an array")
    if len(blocks) > limit:
        raise _bad(f"no more than {limit} items allowed")
    for number, block in enumerate(blocks):
        _check_block(block, f"/blocks/{number}")
    _check_sums(blocks)
    check_expansion([block["text"] for block in blocks if block["type"] == "markdown"], len(blocks))
    return blocks


def check_expansion(markdown: list[str], blocks: int, limit: int = MAX_BLOCKS) -> None:
    """Raises for Markdown that makes too many blocks of a message with `blocks` blocks, or is too long for it."""
    expansions = [expanded(text) for text in markdown]
    if blocks + sum(one.blocks - 1 for one in expansions) > limit:
        raise _bad(f"no more than {limit} items allowed")
    if sum(one.size for one in expansions) > COUNTED:
        raise Refused("msg_blocks_too_long")


def _bad(message: str) -> Refused:
    return Refused("invalid_blocks", response_metadata={"messages": [f"[ERROR] {message}"]})


def _check_block(block: Any, where: str) -> None:
    if not isinstance(block, dict) or block.get("type") not in KNOWN:
        raise _bad(f"unsupported type [json-pointer:{where}/type]")
    if len(str(block.get("block_id", ""))) > ID:
        raise _bad(f"must be less than 256 characters [json-pointer:{where}/block_id]")
    check = _CHECKS.get(block["type"])
    if check is not None:
        check(block, where)


def _section(block: Json, where: str) -> None:
    if "text" not in block and "fields" not in block:
        raise _bad(f"missing required field: text or fields [json-pointer:{where}]")
    if "text" in block:
        _text_object(block["text"], SECTION, f"{where}/text")


def _header(block: Json, where: str) -> None:
    _text_object(block.get("text"), HEADER, f"{where}/text")


def _markdown(block: Json, where: str) -> None:
    if not isinstance(block.get("text"), str) or not block["text"]:
        raise _bad(f"must be more than 0 characters [json-pointer:{where}/text]")


def _context(block: Json, where: str) -> None:
    elements = _elements(block, CONTEXT_ELEMENTS, where)
    for element in elements:
        if element.get("type") not in {"mrkdwn", "plain_text", "image"}:
            raise _bad(f"unsupported type [json-pointer:{where}/elements]")


def _actions(block: Json, where: str) -> None:
    for number, element in enumerate(_elements(block, ACTION_ELEMENTS, where)):
        at = f"{where}/elements/{number}"
        if len(str(element.get("action_id", ""))) > ID:
            raise _bad(f"must be less than 256 characters [json-pointer:{at}/action_id]")
        if element.get("type") == "button":
            _text_object(element.get("text"), BUTTON_TEXT, f"{at}/text")
            if (
                len(str(element.get("value", ""))) > BUTTON_VALUE
                or len(str(element.get("url", ""))) > BUTTON_URL
            ):
                raise _bad(f"value or url too long [json-pointer:{at}]")


def _table(block: Json, where: str) -> None:
    rows = block.get("rows")
    if not isinstance(rows, list) or not rows or len(rows) > TABLE_ROWS:
        raise _bad(f"1 to {TABLE_ROWS} rows [json-pointer:{where}/rows]")
    for row in rows:
        if not isinstance(row, list) or not row or len(row) > TABLE_CELLS:
            raise _bad(f"1 to {TABLE_CELLS} cells [json-pointer:{where}/rows]")
        if any(
            not isinstance(c, dict) or c.get("type") not in {"raw_text", "raw_number", "rich_text"}
            for c in row
        ):
            raise _bad(f"unsupported cell [json-pointer:{where}/rows]")
        if any(cell["type"] == "raw_text" and not cell.get("text") for cell in row):
            raise _bad(f"must be more than 0 characters [json-pointer:{where}/rows]")


def _data_table(block: Json, where: str) -> None:
    rows, page = block.get("rows"), block.get("page_size", 5)
    if not isinstance(block.get("caption"), str) or not block["caption"]:
        raise _bad(f"missing required field: caption [json-pointer:{where}/caption]")
    if not isinstance(page, int) or not 1 <= page <= PAGE_ROWS:
        raise _bad(f"1 to {PAGE_ROWS} rows [json-pointer:{where}/page_size]")
    if not isinstance(rows, list) or not 2 <= len(rows) <= DATA_ROWS:
        raise _bad(f"2 to {DATA_ROWS} rows [json-pointer:{where}/rows]")
    for row in rows:
        _table({"rows": [row]}, where)
    if len({len(row) for row in rows}) > 1:
        raise _bad(f"rows of equal length [json-pointer:{where}/rows]")
    if any(cell["type"] == "rich_text" for cell in rows[0]):
        raise _bad(f"unsupported cell in the head [json-pointer:{where}/rows/0]")
    if len(spoken(block)) > DATA_CHARS:
        raise _bad(f"no more than {DATA_CHARS} characters [json-pointer:{where}/rows]")


def check_tables(blocks: Iterable[Json], *, several: bool, data: bool) -> None:
    """Raises for more than one table unless `several` may stand in a message, and for a data table without `data`.

    How many tables a message may hold is disputed (docs/platform/slack.md#table-block).
    """
    kinds = [block.get("type") for block in blocks]
    if "data_table" in kinds and not data:
        raise _bad(f"unsupported type [json-pointer:/blocks/{kinds.index('data_table')}/type]")
    if kinds.count("table") + kinds.count("data_table") > 1 and not several:
        raise Refused("invalid_attachments")


def _rich_text(block: Json, where: str) -> None:
    if not isinstance(block.get("elements"), list):
        raise _bad(f"missing required field: elements [json-pointer:{where}]")


def _elements(block: Json, most: int, where: str) -> list[Json]:
    elements = block.get("elements")
    if not isinstance(elements, list) or not elements or len(elements) > most:
        raise _bad(f"1 to {most} elements [json-pointer:{where}/elements]")
    if not all(isinstance(element, dict) for element in elements):
        raise _bad(f"must be objects [json-pointer:{where}/elements]")
    return elements


def _text_object(text: Any, longest: int, where: str) -> None:
    if not isinstance(text, dict) or text.get("type") not in {"mrkdwn", "plain_text"}:
        raise _bad(f"must be a text object [json-pointer:{where}]")
    words = text.get("text")
    if not isinstance(words, str) or not 0 < len(words) <= longest:
        raise _bad(f"1 to {longest} characters [json-pointer:{where}/text]")


def _check_sums(blocks: list[Json]) -> None:
    sizes = {"markdown": 0, "table": 0, "data_table": 0, "other": 0}
    for block in blocks:
        kind = block["type"] if block["type"] in sizes else "other"
        sizes[kind] += len(spoken(block))
    if sizes["table"] > TABLE_CHARS:
        raise _bad(f"no more than {TABLE_CHARS} characters over all tables")
    if sizes["markdown"] > MARKDOWN_CHARS or sizes["other"] > MIXED_CHARS:
        raise Refused("msg_blocks_too_long")


def _plan(block: Json, where: str) -> None:
    """Up to 50 tasks with ids of their own (docs/platform/slack.md#plan-block)."""
    if not isinstance(block.get("title"), str) or not block["title"]:
        raise _bad(f"missing required field: title [json-pointer:{where}/title]")
    tasks = block.get("tasks") or []
    if not isinstance(tasks, list) or len(tasks) > MAX_BLOCKS:
        raise _bad(f"no more than {MAX_BLOCKS} items allowed [json-pointer:{where}/tasks]")
    for number, task in enumerate(tasks):
        _task(task, f"{where}/tasks/{number}")
    if len({task["task_id"] for task in tasks}) < len(tasks):
        raise _bad(f"task_id must be unique [json-pointer:{where}/tasks]")


def _task(block: Any, where: str) -> None:
    named = isinstance(block, dict) and all(
        isinstance(block.get(name), str) and block[name] for name in ("task_id", "title")
    )
    if not named or block.get("status") not in TASK_STATUSES:
        raise _bad(f"task_id, title and status are required [json-pointer:{where}]")
    for name in ("details", "output"):
        shown = block.get(name)
        if shown is not None and (not isinstance(shown, dict) or shown.get("type") != "rich_text"):
            raise _bad(f"must be rich_text [json-pointer:{where}/{name}]")


_CHECKS = {
    "plan": _plan,
    "task_card": _task,
    "section": _section,
    "header": _header,
    "markdown": _markdown,
    "context": _context,
    "actions": _actions,
    "table": _table,
    "data_table": _data_table,
    "rich_text": _rich_text,
}
