"""Markdown as an app writes it: which block each line belongs to, and where a link begins and ends. Pure."""

from markdown_source.blocks import CONTAINERS, LONGEST_FENCE, Block, blocks, is_code_open, is_prose, item
from markdown_source.links import LABEL_LIMIT, TARGET_LIMIT, Link, read_link, resembles_link

__all__ = [
    "CONTAINERS",
    "LABEL_LIMIT",
    "LONGEST_FENCE",
    "TARGET_LIMIT",
    "Block",
    "Link",
    "blocks",
    "is_code_open",
    "is_prose",
    "item",
    "read_link",
    "resembles_link",
]
