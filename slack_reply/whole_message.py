"""A text of the bot as whole messages: safe, as an answer is."""

from typing import Any

from slack_reply.markdown import Limits, page_arguments
from slack_reply.markdown.pages import pages_after

LIMITS = Limits(size=3000, measure=len, tables=False, whole=True)


def whole_message(text: str) -> dict[str, Any]:
    """The arguments of chat.postMessage for a Markdown text. What is beyond LIMITS is left out."""
    first = pages_after(text, 0, LIMITS, final=True)[0]
    return page_arguments(first)


def message_pages(text: str, most: int) -> tuple[list[dict[str, Any]], int | None]:
    """The arguments of the first `most` messages of a Markdown text, and the offset at which it was cut, if it was."""
    pages = pages_after(text, 0, LIMITS, final=True)
    shown = pages[:most]
    return [page_arguments(page) for page in shown], shown[-1].end if len(pages) > most else None
