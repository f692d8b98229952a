"""What a reader sees of Markdown, as a sequence of styled characters: two texts can be compared as they look.

A beginning of a text that looks like the beginning of the whole text shows no half-open markup.
"""

from collections.abc import Iterator
from functools import lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from slack_reply.markdown.parts import Markdown, Page, Table

_PARSER = MarkdownIt("commonmark").enable(["strikethrough"])
_BLOCKS = {"blockquote": "quote", "list_item": "item"}
_REMEMBERED = 4_000
"""Texts that are parsed once: several laws and writers show the same ones."""

Styled = tuple[str, tuple[str, ...]]
_Run = tuple[str | tuple[str], tuple[str, ...]]
"""Characters of the same style, or the one sign of a rule."""


def rendered(markdown: str) -> list[Styled]:
    """Characters with their styles; blanks are left out, since they only part what is seen."""
    return [(char, styles) for chars, styles in _runs(markdown) for char in chars]


def rendered_page(page: Page) -> list[Styled]:
    seen: list[Styled] = []
    for part in page.parts:
        if isinstance(part, Table):
            seen += [(cell.text, ("cell",)) for row in part.rows for cell in row]
        else:
            assert isinstance(part, Markdown)
            seen += rendered(part.text)
    return seen


@lru_cache(_REMEMBERED)
def _runs(markdown: str) -> tuple[_Run, ...]:
    """The runs of the text without blanks, in their order."""
    return tuple(
        ("".join(chars.split()) if isinstance(chars, str) else chars, styles)
        for chars, styles in _blocks(_PARSER.parse(markdown))
    )


def _blocks(tokens: list[Token]) -> Iterator[_Run]:
    around: list[str] = []
    for token in tokens:
        kind = _BLOCKS.get(token.type.removesuffix("_open").removesuffix("_close"))
        if kind and token.nesting > 0:
            around.append(kind)
        elif kind and token.nesting < 0:
            around.remove(kind)
        elif token.type in {"fence", "code_block"}:
            yield token.content, (*around, "block")
        elif token.type == "hr":
            yield ("---",), tuple(around)
        elif token.type == "inline":
            yield from ((text, (*around, *styles)) for text, styles in _inline(token.children or []))
        elif token.type == "html_block":
            yield token.content, (*around, "html")


def _inline(tokens: list[Token]) -> Iterator[tuple[str, tuple[str, ...]]]:
    styles: list[str] = []
    for token in tokens:
        if token.nesting > 0:
            styles.append(f"{token.tag}{token.attrs.get('href', '')}")
        elif token.nesting < 0:
            styles.pop()
        elif token.type == "code_inline":
            yield token.content, (*styles, "code")
        else:
            yield token.content, tuple(styles)
