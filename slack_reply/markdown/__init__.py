"""Markdown as Slack shows it, safe and cut to size."""

from slack_reply.markdown import inline, links
from slack_reply.markdown.blocks import read, scan
from slack_reply.markdown.markers import LIST, MARKERS, UNDERLINE
from slack_reply.markdown.parts import Limits, Markdown, Page, Part
from slack_reply.markdown.slack_form import chunks_between, closed, page_arguments
from slack_reply.markdown.units import Body, Unit

__all__ = [
    "LIST",
    "MARKERS",
    "UNDERLINE",
    "Body",
    "Limits",
    "Markdown",
    "Page",
    "Part",
    "Unit",
    "chunks_between",
    "closed",
    "inline",
    "links",
    "page_arguments",
    "read",
    "scan",
]
