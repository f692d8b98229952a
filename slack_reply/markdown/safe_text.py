"""Makes a model's Markdown safe for Slack: it cannot ping, and cannot hide where a link goes.

See docs/architecture.md#d6-text.

The module `tokens` says what a token is. `escape` handles the whole text line by line, as `pages` shows it.
"""

from slack_reply.markdown import tokens
from slack_reply.markdown.blocks import scan

SHORT = 1_000  # characters: a longer text shows something, unless all its characters are unseen


def escape(markdown: str) -> str:
    """The text with `<` and `>` outside of code as entities, except quote marks, and with no live token in code.

    `&` stays as it is. Links, images and autolinks come out as plain Markdown links or bare URLs.
    """
    shown = "".join(unit.text for unit in scan(markdown, None, final=True))
    return shown + markdown[len(markdown.rstrip()) :]


def shows_nothing(markdown: str) -> bool:
    """Whether a reader would see nothing of the text, which may hold unseen characters or `&nbsp;`."""
    return tokens.is_blank(markdown) or (len(markdown) <= SHORT and tokens.is_blank(escape(markdown)))
