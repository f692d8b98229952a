"""Makes a model's Markdown safe for Slack: it cannot ping, and cannot hide where a link goes.

See docs/architecture.md#d6-text.

The module `tokens` says what a token is. `escape` handles the whole text line by line, as `pages` shows it.
"""

from slack_reply.markdown.blocks import scan


def escape(markdown: str) -> str:
    """The text with `<` and `>` outside of code as entities, except quote marks, and with no live token in code.

    `&` stays as it is. Links, images and autolinks come out as plain Markdown links or bare URLs.
    """
    shown = "".join(unit.text for unit in scan(markdown, None, final=True))
    return shown + markdown[len(markdown.rstrip()) :]
