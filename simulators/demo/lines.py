"""A thread as lines of a terminal: pure, so that it is tested without one."""

from collections.abc import Iterable, Iterator, Sequence

from simulators.demo.cells import chopped, one_line, printable
from simulators.demo.cells import width as cells
from simulators.demo.document import (
    Block,
    Buttons,
    Code,
    Heading,
    Item,
    Paragraph,
    Plan,
    Post,
    Quote,
    Rule,
    Span,
    Table,
    Task,
    Text,
    ThreadView,
)
from simulators.demo.tabular import table_lines
from simulators.demo.wrapping import Line, line_width, piece, wrapped

_NARROWEST = 20
_STATES = {"pending": "○", "in_progress": "◌", "complete": "✓", "error": "✗"}
_FOLDED = 3  # lines of a task's details and output


def thread_lines(thread: ThreadView, width: int) -> list[Line]:
    """The whole thread in `width` cells (20 at least): its channel if given, its posts, the status line."""
    room = max(_NARROWEST, width)
    name = f"─ #{one_line(thread.channel)} "
    lines: list[Line] = []
    if thread.channel:
        lines.append((piece(name, "bold", "faint"), piece("─" * max(0, room - cells(name)), "faint")))
    for post in thread.posts:
        lines += [(), *post_lines(post, room)]
    if thread.status:
        author = next((post.author for post in reversed(thread.posts) if post.is_app), "The bot")
        lines += [(), *_prefixed(wrapped(_text(f"{author} {thread.status}"), room - 2, "italic", "faint"))]
    return lines


def post_lines(post: Post, width: int) -> list[Line]:
    """One message: who, and what, two cells in."""
    head = [piece(one_line(post.author), "bold", "app" if post.is_app else "member")]
    if post.is_app:
        head.append(piece(" APP", "faint"))
    if post.growing:
        head.append(piece("  ● streaming", "growing"))
    elif post.edited:
        head.append(piece(" (edited)", "faint"))
    lines: list[Line] = [tuple(head), *_prefixed(block_lines(post.blocks, width - 2))]
    for name in post.files:
        lines += _prefixed([(piece(f"⎘ {one_line(name)}", "link"),)])
    return lines


def block_lines(blocks: Sequence[Block], width: int) -> list[Line]:
    """Blocks under one another, with a line between those that do not belong together."""
    lines: list[Line] = []
    before: Block | None = None
    for block in blocks:
        if before is not None and not _together(before, block):
            lines.append(())
        lines += _block(block, max(1, width))
        before = block
    return lines


def _together(before: Block, after: Block) -> bool:
    kinds = (type(before), type(after))
    return kinds in {(Item, Item), (Task, Task), (Plan, Task), (Paragraph, Item)}


def _block(block: Block, width: int) -> Iterable[Line]:  # noqa: C901, PLR0911 - one return for each kind
    match block:
        case Paragraph(text):
            return wrapped(text, width)
        case Heading(level, text):
            return wrapped(text, width, "bold", "heading" if level < 3 else "bold")
        case Item(marker, inner):
            return _item(marker, inner, width)
        case Quote(inner):
            return [(piece("▏ ", "faint"), *line) for line in block_lines(inner, width - 2)]
        case Code(text, info):
            return _code(text, info, width)
        case Table():
            return table_lines(block, width)
        case Task():
            return _task(block, width)
        case Plan(title):
            return wrapped(_text(title), width, "bold")
        case Buttons(labels):
            return wrapped(_text("  ".join(f"[ {label} ]" for label in labels)), width, "link")
        case Rule():
            return [(piece("─" * width, "faint"),)]


def _item(marker: str, blocks: tuple[Block, ...], width: int) -> Iterator[Line]:
    head = f"{marker} "
    for number, line in enumerate(block_lines(blocks, width - len(head)) or [()]):
        yield (piece(head if number == 0 else " " * len(head), "faint"), *line)


def _code(text: str, info: str, width: int) -> Iterator[Line]:
    yield (piece(f"╭─ {one_line(info)}".rstrip(), "faint"),)
    for line in printable(text).split("\n"):
        for part in chopped(line, width - 2):
            yield (piece("│ ", "faint"), piece(part, "code"))
    yield (piece("╰─", "faint"),)


def _task(task: Task, width: int) -> Iterator[Line]:
    state = _STATES.get(task.status, "·")
    for number, line in enumerate(wrapped(_text(task.title), width - 4)):
        yield (piece("▎" if number else f"▎{state} ", task.status), *line)
    said = [text for text in (task.details, task.output) if text]
    if task.sources:
        said.append(" · ".join(task.sources))
    for text in said:
        for line in wrapped(_text(text), width - 4, "faint")[:_FOLDED]:
            yield (piece("▎  ", task.status), *line)


def _text(text: str) -> Text:
    return (Span(text),)


def _prefixed(lines: Iterable[Line]) -> list[Line]:
    return [(piece("  "), *line) if line_width(line) else () for line in lines]
