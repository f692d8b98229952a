"""A short text of the bot as one message: safe, as an answer is."""

from typing import Any

from slack_reply.markdown import Limits, page_arguments
from slack_reply.markdown.pages import pages_after

LIMITS = Limits(size=3000, measure=len, tables=False)


def whole_message(text: str) -> dict[str, Any]:
    """The arguments of chat.postMessage for a Markdown text. What is beyond LIMITS is left out."""
    first = pages_after(text, 0, LIMITS, final=True)[0]
    return page_arguments(first)
