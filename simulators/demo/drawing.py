"""A thread as rich draws it in a terminal: pure, so that it is tested without one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.box import SQUARE
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.panel import Panel
from rich.rule import Rule as Line
from rich.segment import Segment
from rich.style import Style
from rich.table import Column
from rich.table import Table as Grid
from rich.text import Text as Shown

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
    Table,
    Task,
    Text,
    ThreadView,
)
from simulators.demo.printable import one_line, printable

_STYLES = {
    "bold": "bold",
    "italic": "italic",
    "strike": "strike",
    "link": "underline blue",
    "mention": "cyan",
    "code": "yellow",
    "pending": "dim",
    "in_progress": "cyan",
    "complete": "green",
    "error": "red",
}
_STATES = {"pending": "○", "in_progress": "◌", "complete": "✓", "error": "✗"}
_FOLDED = 3  # lines of a task's details and output


def draw_thread(thread: ThreadView) -> Group:
    """The whole thread: its channel if given, its posts, the status line."""
    drawn: list[RenderableType] = []
    if thread.channel:
        drawn.append(Line(Shown(f"─ #{one_line(thread.channel)}", "bold"), align="left", style="dim"))
    for post in thread.posts:
        drawn += ["", *_post(post)]
    if thread.status:
        author = next((post.author for post in reversed(thread.posts) if post.is_app), "The bot")
        drawn += ["", _Marked("  ", "  ", _plain(f"{author} {thread.status}", "italic dim"))]
    return Group(*drawn)


def _post(post: Post) -> Iterator[RenderableType]:
    """One message: who, and what, two cells in."""
    head = Shown(one_line(post.author), "bold magenta" if post.is_app else "bold green")
    head.append(" APP" if post.is_app else "", "not bold dim")
    if post.growing:
        head.append("  ● streaming", "not bold green")
    elif post.edited:
        head.append(" (edited)", "not bold dim")
    yield head
    files = (_plain(f"⎘ {one_line(name)}", _STYLES["link"]) for name in post.files)
    yield _Marked("  ", "  ", Group(draw_blocks(post.blocks), *files))


def draw_blocks(blocks: Sequence[Block]) -> Group:
    """Blocks under one another, with a line between those that do not belong together."""
    drawn: list[RenderableType] = []
    for before, block in zip((None, *blocks), blocks, strict=False):
        if before is not None and not _together(before, block):
            drawn.append("")
        drawn.append(_block(block))
    return Group(*drawn)


def _together(before: Block, after: Block) -> bool:
    kinds = (type(before), type(after))
    return kinds in {(Item, Item), (Task, Task), (Plan, Task), (Paragraph, Item)}


def _block(block: Block) -> RenderableType:  # noqa: C901, PLR0911 - one return for each kind
    match block:
        case Paragraph(text):
            return _text(text)
        case Heading(level, text):
            return _text(text, "bold underline" if level < 3 else "bold")
        case Item(marker, inner):
            return _Marked(f"{marker} ", " " * (len(marker) + 1), draw_blocks(inner))
        case Quote(inner):
            return _Marked("▏ ", "▏ ", draw_blocks(inner))
        case Code(text, info):
            title = Shown(one_line(info)) if info else None
            return Panel(
                _plain(text, _STYLES["code"]),
                title=title,
                title_align="left",
                border_style="dim",
                expand=False,
            )
        case Table():
            return _table(block)
        case Task():
            return _task(block)
        case Plan(title):
            return _plain(title, "bold")
        case Buttons(labels):
            return _plain("  ".join(f"[ {label} ]" for label in labels), _STYLES["link"])
        case Rule():
            return Line(style="dim")


def _table(table: Table) -> Grid:
    columns = max((len(row) for row in table.rows), default=0)
    justified = (*table.alignments, *["left"] * columns)[:columns]
    head, *rows = [(*map(_text, row), *[Shown()] * (columns - len(row))) for row in table.rows] or [()]
    heads = [Column(text, justify=side) for text, side in zip(head, justified, strict=True)]  # type: ignore[arg-type]
    grid = Grid(*heads, box=SQUARE, border_style="dim", header_style="bold")
    for row in rows:
        grid.add_row(*row)
    return grid


def _task(task: Task) -> Group:
    title = _Marked(f"▎{_STATES.get(task.status, '·')} ", "▎  ", _plain(task.title), _STYLES[task.status])
    said = (text for text in (task.details, task.output, " · ".join(task.sources)) if text)
    more = (_Marked("▎  ", "▎  ", _plain(text, "dim"), _STYLES[task.status], _FOLDED) for text in said)
    return Group(title, *more)


def _text(text: Text, style: str = "") -> Shown:
    shown = Shown(style=style)
    for span in text:
        shown.append(printable(span.text), " ".join(_STYLES[mark] for mark in sorted(span.marks)))
    return shown


def _plain(text: str, style: str = "") -> Shown:
    return Shown(printable(text), style)


@dataclass(frozen=True, slots=True)
class _Marked:
    """What is `inside`, `first` before its first line and `other` before the others; at most `most` lines."""

    first: str
    other: str
    inside: RenderableType
    style: str = "dim"
    most: int | None = None

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        room = options.update_width(max(1, options.max_width - len(self.first)))
        lines = console.render_lines(self.inside, room, pad=False) or [[]]
        for number, line in enumerate(lines[: self.most]):
            yield Segment(self.other if number else self.first, Style.parse(self.style))
            yield from line
            yield Segment.line()
