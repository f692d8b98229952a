"""Markdown as an app writes it: which block each line belongs to, and where a link begins, ends and leads. Pure."""

from markdown_source.blocks import (
    CONTAINERS,
    LONGEST_FENCE,
    Block,
    blocks,
    is_code_open,
    is_prose,
    item,
    marks_end,
    may_be_head,
)
from markdown_source.code_spans import CODE_SPAN_LIMIT, read_code
from markdown_source.links import (
    LABEL_LIMIT,
    TARGET_LIMIT,
    Link,
    begins_definition,
    can_be_opened,
    label_end,
    link_behind,
    may_define,
    read_link,
    read_target,
    resembles_link,
)
from markdown_source.references import NONE, Definition, Known, References

__all__ = [
    "CODE_SPAN_LIMIT",
    "CONTAINERS",
    "LABEL_LIMIT",
    "LONGEST_FENCE",
    "NONE",
    "TARGET_LIMIT",
    "Block",
    "Definition",
    "Known",
    "Link",
    "References",
    "begins_definition",
    "blocks",
    "can_be_opened",
    "is_code_open",
    "is_prose",
    "item",
    "label_end",
    "link_behind",
    "marks_end",
    "may_be_head",
    "may_define",
    "read_code",
    "read_link",
    "read_target",
    "resembles_link",
]
