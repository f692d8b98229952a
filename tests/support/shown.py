"""What a call of chat.postMessage or chat.update shows as text."""

from collections.abc import Mapping
from typing import Any


def shown(arguments: Mapping[str, Any]) -> str:
    """The Markdown of the call: that of its `markdown` blocks, or its `markdown_text`."""
    blocks = arguments.get("blocks") or [{"type": "markdown", "text": arguments.get("markdown_text", "")}]
    return "".join(block["text"] for block in blocks if block["type"] == "markdown")
