"""Turns Markdown tables into Slack's table blocks."""

from slack_reply.markdown.tables import tables
from slack_reply.markdown.tables.tables import CHARACTER_LIMIT

__all__ = [
    "CHARACTER_LIMIT",
    "tables",
]
