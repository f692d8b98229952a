"""What a reader sees of Markdown, as a sequence of styled characters: two texts can be compared as they look.

A beginning of a text that looks like the beginning of the whole text shows no half-open markup.
"""

from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

from slack_reply.markdown.parts import Markdown, Page, Table

_PARSER = MarkdownIt("commonmark").enable(["strikethrough"])
_BLOCKS = {"blockquote": "quote", "list_item": "item"}

Styled = tuple[str, tuple[str, ...]]


def rendered(markdown: str) -> list[Styled]:
    """Characters with their styles; blanks are left out, since they only part what is seen."""
    return [styled for styled in _blocks(_PARSER.parse(markdown)) if not styled[0].isspace()]


def rendered_page(page: Page) -> list[Styled]:
    seen: list[Styled] = []
    for part in page.parts:
        if isinstance(part, Table):
            seen += [(cell.text, ("cell",)) for row in part.rows for cell in row]
        else:
            assert isinstance(part, Markdown)
            seen += rendered(part.text)
    return seen


def _blocks(tokens: list[Token]) -> Iterator[Styled]:
    around: list[str] = []
    for token in tokens:
        kind = _BLOCKS.get(token.type.removesuffix("_open").removesuffix("_close"))
        if kind and token.nesting > 0:
            around.append(kind)
        elif kind and token.nesting < 0:
            around.remove(kind)
        elif token.type in {"fence", "code_block"}:
            yield from ((char, (*around, "block")) for char in token.content)
        elif token.type == "hr":
            yield ("---", tuple(around))
        elif token.type == "inline":
            yield from ((char, (*around, *styles)) for char, styles in _inline(token.children or []))
        elif token.type == "html_block":
            yield from ((char, (*around, "html")) for char in token.content)


def _inline(tokens: list[Token]) -> Iterator[Styled]:
    styles: list[str] = []
    for token in tokens:
        if token.nesting > 0:
            styles.append(f"{token.tag}{token.attrs.get('href', '')}")
        elif token.nesting < 0:
            styles.pop()
        elif token.type == "code_inline":
            yield from ((char, (*styles, "code")) for char in token.content)
        else:
            yield from ((char, tuple(styles)) for char in token.content)
