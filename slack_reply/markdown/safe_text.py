"""Markdown from a model, made safe for Slack: it can't ping, and can't hide where a link goes.

See docs/architecture.md#d6-text.

What is a token is told in `tokens`; this is the whole text, line by line, as `pages` shows it.
"""

from slack_reply.markdown.blocks import scan


def escape(markdown: str) -> str:
    """The text with `<` and `>` outside of code as entities, quote marks aside, and no live token in code.

    `&` stays as it is. Links, images and autolinks come out as plain Markdown links or bare URLs.
    """
    shown = "".join(unit.text for unit in scan(markdown, None, final=True))
    return shown + markdown[len(markdown.rstrip()) :]
