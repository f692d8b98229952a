"""Makes units of the lines of a text: the parser says which block each line belongs to."""

from slack_reply.markdown.blocks.window import Window

__all__ = [
    "Window",
]
