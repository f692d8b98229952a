"""Checks of the law that every writer relies on: pages only grow, and a stream that only appends can show them."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from slack_reply.markdown.parts import Limits, Markdown, Page, Table, counting
from slack_reply.markdown.slack_form import chunks_between, closed, page_arguments
from slack_reply.markdown.tokens import OPENER

Pages = tuple[Page, ...]


def is_live(text: str) -> bool:
    """Whether the text contains a token that could ping, or hide where a link goes."""
    return re.search(OPENER, text) is not None


_HEADINGS = re.compile(r"(?:^#{1,6}(?:[ \t][^\n]*)?\n+)+\Z", re.MULTILINE)


def assert_grows(before: Pages, after: Pages) -> None:
    """Check that appending to the last page of `before` and adding pages gives `after`."""
    assert len(before) <= len(after)
    assert before[:-1] == after[: max(0, len(before) - 1)]
    if before:
        place = len(before) - 1
        grown = chunks_between(before[place], after[place]) is not None or _row_by_row(
            before[place], after[place]
        )
        assert grown, (before[place], after[place])
        # Of a table that grew too large, only the first rows have room as code; headings go where their table goes.
        assert before[place].end <= after[place].end or isinstance(before[place].parts[-1], Table)


def _row_by_row(before: Page, after: Page) -> bool:
    """Whether the page ends with a table that grew, or became code or went to the next page since it grew too large.

    Only a message that can be changed shows such a table (`Limits.by_row`).
    """
    *settled, last = before.parts
    if not isinstance(last, Table):
        return False
    now = after.parts[: len(settled)]
    grown = next(iter(after.parts[len(settled) :]), None)
    if isinstance(grown, Table):
        return tuple(settled) == now and grown.rows[: len(last.rows)] == last.rows
    kept = without_last_table(before).parts
    texts = zip(kept, now, strict=False)
    return len(now) >= len(kept) and all(
        later.text.startswith(part.text.rstrip("\n")) for part, later in texts
    )


def without_last_table(page: Page) -> Page:
    """The page without the table at its end, and without the headings above, which go where the table goes."""
    if not isinstance(page.parts[-1], Table):
        return page
    kept = [*page.parts[:-1]]
    if kept and isinstance(kept[-1], Markdown):
        text = _HEADINGS.sub("", kept.pop().text)
        kept += [Markdown(text)] * bool(text)
    return replace(page, parts=tuple(kept))


def assert_fits(pages: Pages, limits: Limits) -> None:
    for page in pages:
        for shown in (page, closed(page)):
            assert sum(limits.measure(counting(part)) for part in shown.parts) <= limits.room
            assert not any(is_live(part.text) for part in shown.parts)


class Screen:
    """What a writer shows, page by page. Text is only appended, but a table may grow where messages can be changed."""

    def __init__(self, *, by_row: bool = False) -> None:
        self._by_row = by_row
        self.messages: list[list[Any]] = []
        self._shown: list[Page] = []

    def show(self, pages: Sequence[Page]) -> None:
        for place, page in enumerate(pages):
            if place == len(self._shown):
                self._shown.append(page)
                self.messages.append([])
                chunks = chunks_between(None, page)
            else:
                chunks = chunks_between(self._shown[place], page)
                if chunks is None and self._by_row:
                    assert _row_by_row(self._shown[place], page)
                    [self.messages[place]], chunks = whole([page]), []
                self._shown[place] = page
            assert chunks is not None
            self._append(self.messages[place], chunks)

    def _append(self, message: list[Any], chunks: Iterable[dict[str, Any]]) -> None:
        for chunk in chunks:
            if chunk["type"] == "blocks":
                message += chunk["blocks"]
            elif message and isinstance(message[-1], str):
                closing = chunk["text"].lstrip("\n> \t").startswith(("`", "~"))
                # Slack may lose such blanks; an edit brings the whole text
                assert closing or self._by_row or not chunk["text"][0].isspace(), chunk
                message[-1] += chunk["text"]
            else:
                message.append(chunk["text"])


def whole(pages: Sequence[Page]) -> list[list[Any]]:
    """The messages of pages that are posted at once, in the same form."""
    found: list[list[Any]] = []
    for page in pages:
        arguments = page_arguments(page)
        blocks = arguments.get("blocks", [{"type": "markdown", "text": arguments.get("markdown_text", "")}])
        found.append([block["text"] if block["type"] == "markdown" else block for block in blocks])
    return found


def markdown_of(pages: Sequence[Page]) -> str:
    return "".join(part.text for page in pages for part in page.parts if isinstance(part, Markdown))
