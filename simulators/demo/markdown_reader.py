"""Markdown to blocks, by CommonMark with tables and strikethrough: about what Slack's own reader takes."""

from collections.abc import Iterable, Iterator

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from simulators.demo.document import (
    Block,
    Code,
    Heading,
    Item,
    Mark,
    Paragraph,
    Quote,
    Rule,
    Span,
    Table,
    Text,
)

_READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_MARKS: dict[str, Mark] = {"strong": "bold", "em": "italic", "s": "strike", "link": "link", "image": "link"}
_BULLETS = "•◦▪"
_BOXES = {"[ ] ": "☐", "[x] ": "☑", "[X] ": "☑"}


def read_markdown(markdown: str) -> tuple[Block, ...]:
    """The blocks of a text; HTML in it is shown as it is written."""
    return tuple(_blocks(SyntaxTreeNode(_READER.parse(markdown)).children, depth=0))


def _blocks(nodes: Iterable[SyntaxTreeNode], depth: int) -> Iterator[Block]:
    for node in nodes:
        match node.type:
            case "paragraph":
                yield Paragraph(_text(node))
            case "heading":
                yield Heading(int(node.tag[1]), _text(node))
            case "bullet_list" | "ordered_list":
                yield from _items(node, depth)
            case "blockquote":
                yield Quote(tuple(_blocks(node.children, depth)))
            case "fence" | "code_block":
                yield Code(node.content.removesuffix("\n"), node.info.partition(" ")[0])
            case "table":
                yield _table(node)
            case "hr":
                yield Rule()
            case _:
                yield Paragraph((Span(node.content.rstrip("\n")),))


def _items(node: SyntaxTreeNode, depth: int) -> Iterator[Item]:
    first = int(node.attrs.get("start") or 1)
    for number, child in enumerate(node.children, first):
        bullet = _BULLETS[min(depth, len(_BULLETS) - 1)]
        marker = f"{number}." if node.type == "ordered_list" else bullet
        blocks = tuple(_blocks(child.children, depth + 1))
        yield _with_box(Item(marker, blocks))


def _with_box(item: Item) -> Item:
    """A task list's box stands where the bullet would."""
    first = item.blocks[0] if item.blocks else None
    if not isinstance(first, Paragraph) or not first.text:
        return item
    box = _BOXES.get(first.text[0].text[:4])
    if box is None:
        return item
    span = Span(first.text[0].text[4:], first.text[0].marks)
    return Item(box, (Paragraph((span, *first.text[1:])), *item.blocks[1:]))


def _table(node: SyntaxTreeNode) -> Table:
    rows = [row.children for part in node.children for row in part.children]
    styles = [str(cell.attrs.get("style") or "") for cell in rows[0]]
    return Table(
        tuple(tuple(_text(cell) for cell in row) for row in rows),
        tuple(style.partition(":")[2] or "left" for style in styles),
    )


def _text(node: SyntaxTreeNode) -> Text:
    return tuple(_spans(node.children, frozenset()))


def _spans(nodes: Iterable[SyntaxTreeNode], marks: frozenset[Mark]) -> Iterator[Span]:
    for node in nodes:
        if node.type in {"softbreak", "hardbreak"}:
            yield Span("\n", marks)
        elif node.type == "code_inline":
            yield Span(node.content, marks | {"code"})
        elif node.children:
            mark = _MARKS.get(node.type)
            yield from _spans(node.children, marks | {mark} if mark else marks)
        elif node.content:
            yield Span(node.content, marks)
