"""Turns Markdown tables into Slack's table blocks."""

from slack_reply.markdown.tables import cells, tables
from slack_reply.markdown.tables.tables import CHARACTER_LIMIT, TableLine

__all__ = [
    "CHARACTER_LIMIT",
    "TableLine",
    "cells",
    "tables",
]
