"""Cuts a long text into messages."""

from slack_reply.markdown.pages.filling import WINDOW
from slack_reply.markdown.pages.layout import Layout
from slack_reply.markdown.pages.pages import pages_after

__all__ = [
    "WINDOW",
    "Layout",
    "pages_after",
]
