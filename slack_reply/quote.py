"""A member's own words as a quote in Markdown: for what stands nowhere in Slack as text. Pure."""

import re

from plain_text import shortened
from slack_reply.markdown import links

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def on_one_line(words: str, longest: int) -> str:
    """The words on one line, at most `longest` of their characters, with "…", for the middle of a line.

    No word is markup within a line, or a control character. At the beginning of a line, a `#` or a number may still
    begin a heading or a list.
    """
    return links.label_text(shortened(" ".join(_CONTROL.sub(" ", words).split()), longest))


def heard_quote(words: str, longest: int) -> str:
    """What was heard in a recording, as a quote; empty without words. The mark keeps the words from being a heading."""
    line = on_one_line(words, longest)
    return f"> 🎤 {line}" if line else ""


def above(quote: str, text: str) -> str:
    """The text with the quote above it; empty without a text."""
    return f"{quote}\n\n{text}" if quote and text else text
