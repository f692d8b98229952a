"""A thread drawn as a light panel: who, what, and how far it has come. Every function gives the y below it."""

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
from tools.pictures.canvas import BLUE, EDGE, GREEN, GREY, INK, RED, SHADE, Canvas
from tools.pictures.grid import draw_table
from tools.pictures.letters import MONO, measure, piece_width
from tools.pictures.wrapping import wrapped

SIZE, ROW = 15.0, 22.0
CODE_SIZE, CODE_ROW = 12.5, 18.0
HEADINGS = {1: 19.0, 2: 17.0}
AVATAR, GUTTER, MARGIN = 36.0, 48.0, 18.0
HEAD = 44.0
Untimed = Paragraph | Heading | Item | Quote | Code | Table | Rule | Plan | Buttons  # all but Task
_AVATARS = ("#4a6fa5", "#8c5e9e", "#b5653a")
_APP = (
    '<rect width="64" height="64" rx="11" fill="#0f4c5c"/><path d="M6 44h52" stroke="#f4f1de" stroke-width="4"/>'
    '<path d="M10 44C14 20 30 20 32 44C34 20 50 20 54 44" fill="none" stroke="#f2a65a" stroke-width="4"/>'
    '<rect x="13" y="10" width="16" height="9" rx="4.5" fill="#f4f1de"/>'
    '<rect x="35" y="10" width="16" height="9" rx="4.5" fill="#f2a65a"/>'
)


def draw_thread(canvas: Canvas, thread: ThreadView, x: float, y: float, width: float) -> float:
    """The panel's content; its frame is drawn by `draw_panel`, which knows the height."""
    for post in thread.posts:
        y = _post(canvas, post, x + MARGIN, y + 16, width - 2 * MARGIN)
    if thread.status:
        author = next((post.author for post in thread.posts if post.is_app), "dify-bridge")
        said = (Span(author, frozenset({"bold"})), Span(f" {thread.status}"))
        canvas.line(x + MARGIN + GUTTER, y + 30, said, 13, GREY)
        y += 36
    return y + 16


def draw_panel(canvas: Canvas, thread: ThreadView, x: float, y: float, width: float, height: float) -> None:
    """The frame and its head line, to be drawn before the content."""
    canvas.box(x + 0.5, y + 0.5, width - 1, height - 1, fill="#ffffff", edge=EDGE, r=10)
    canvas.word(x + MARGIN, y + 28, "Thread", 15.5, INK, bold=True)
    canvas.word(x + MARGIN + 62, y + 28, f"#{thread.channel}", 13, GREY)
    canvas.path(f"M{x + 1:g} {y + HEAD:g}h{width - 2:g}", stroke=EDGE)


def _post(canvas: Canvas, post: Post, x: float, y: float, width: float) -> float:
    if post.is_app:
        canvas.picture(x, y, AVATAR, _APP)
    else:
        canvas.box(x, y, AVATAR, AVATAR, fill=_AVATARS[len(post.author) % len(_AVATARS)], r=7)
        initials = "".join(name[0] for name in post.author.split()[:2])
        shift = piece_width(Span(initials, frozenset({"bold"})), 14) / 2
        canvas.word(x + AVATAR / 2 - shift, y + 23, initials, 14, "#ffffff", bold=True)
    end = canvas.word(x + GUTTER, y + 13, post.author, SIZE, INK, bold=True)
    if post.is_app:
        canvas.box(end + 7, y + 2, 29, 14, fill="#e8e8e8", r=3)
        canvas.word(end + 12, y + 12.5, "APP", 9.5, GREY, bold=True)
        end += 36
    if post.growing:
        canvas.dot(end + 15, y + 8.5, 4, fill=GREEN)
        canvas.word(end + 24, y + 13, "writing", 12.5, GREEN)
    y = draw_blocks(canvas, post.blocks, x + GUTTER, y + 20, width - GUTTER)
    for name in post.files:
        canvas.box(x + GUTTER, y + 8, 220, 32, edge=EDGE, r=7)
        canvas.word(x + GUTTER + 12, y + 29, name, 13.5, INK, bold=True)
        y += 44
    return y + 4


def draw_blocks(canvas: Canvas, blocks: tuple[Block, ...], x: float, y: float, width: float) -> float:
    """Blocks under one another."""
    for before, block, after in zip((None, *blocks), blocks, (*blocks[1:], None), strict=False):
        y += _gap(before, block)
        if isinstance(block, Task):
            y = _task(canvas, block, x, y, width, last=not isinstance(after, Task))
        else:
            y = _block(canvas, block, x, y, width)
    return y


def _gap(before: Block | None, block: Block) -> float:
    if before is None:
        return 10.0 if isinstance(block, Task) else 0.0
    kinds = (type(before), type(block))
    if kinds == (Task, Task):
        return 0.0
    if kinds in {(Item, Item), (Paragraph, Item)}:
        return 2.0
    if isinstance(before, Task):
        return 2.0
    return 12.0 if Table in kinds or Task in kinds else 8.0


def _block(canvas: Canvas, block: Untimed, x: float, y: float, width: float) -> float:  # noqa: PLR0911 - one case for each kind
    match block:
        case Paragraph(text):
            return _text(canvas, text, x, y, width)
        case Heading(level, text):
            size = HEADINGS.get(level, SIZE)
            return _text(canvas, _bold(text), x, y + 4, width, size)
        case Plan(title):
            return _text(canvas, _bold((Span(title),)), x, y, width)
        case Item(marker, inner):
            canvas.word(x + 4, y + 15.5, marker, SIZE, INK)
            return draw_blocks(canvas, inner, x + 24, y, width - 24)
        case Quote(inner):
            end = draw_blocks(canvas, inner, x + 16, y, width - 16)
            canvas.box(x, y + 2, 4, end - y - 2, fill=EDGE, r=2)
            return end
        case Code(text, _):
            return _code(canvas, text, x, y, width)
        case Table():
            return draw_table(canvas, block, x, y, width)
        case Buttons(labels):
            return _buttons(canvas, labels, x, y)
        case Rule():
            canvas.path(f"M{x:g} {y + 6:g}h{width:g}", stroke=EDGE)
            return y + 12


def _bold(text: Text) -> Text:
    return tuple(Span(span.text, span.marks | {"bold"}) for span in text)


def _text(
    canvas: Canvas, text: Text, x: float, y: float, width: float, size: float = SIZE, ink: str = INK
) -> float:
    row = ROW * size / SIZE
    for line in wrapped(text, width, measure=measure(size)):
        canvas.line(x, y + row * 0.72, line, size, ink)
        y += row
    return y


def _code(canvas: Canvas, text: str, x: float, y: float, width: float) -> float:
    room = int((width - 24) / (CODE_SIZE * MONO / 1000))
    rows = [line[at : at + room] for line in text.split("\n") for at in range(0, max(1, len(line)), room)]
    height = len(rows) * CODE_ROW + 16
    canvas.box(x, y + 2, width, height, fill=SHADE, edge=EDGE, r=5)
    for number, row in enumerate(rows):
        canvas.mono(x + 12, y + 23 + number * CODE_ROW, row, CODE_SIZE)
    return y + height + 4


def _task(canvas: Canvas, task: Task, x: float, y: float, width: float, *, last: bool) -> float:
    """A step of the time line: its state as a sign, its title, and in grey what came of it."""
    top = y
    y = _text(canvas, _bold((Span(task.title),)), x + 30, y, width - 30, 14)
    for said in (task.details, task.output, " · ".join(task.sources)):
        if said:
            y = _text(canvas, (Span(said),), x + 30, y - 1, width - 30, 13, GREY)
    y += 8
    if not last:
        canvas.path(f"M{x + 10:g} {top + 22:g}V{y + 1:g}", stroke=EDGE, width=1.6)
    _sign(canvas, task.status, x + 10, top + 11)
    return y


def _sign(canvas: Canvas, status: str, x: float, y: float) -> None:
    if status == "complete":
        canvas.dot(x, y, 8, fill=GREEN)
        canvas.path(f"M{x - 3.5:g} {y + 0.3:g}l2.5 2.7l4.6 -5.4", stroke="#ffffff", width=1.8)
    elif status == "error":
        canvas.dot(x, y, 8, fill=RED)
        canvas.path(f"M{x - 2.8:g} {y - 2.8:g}l5.6 5.6m0 -5.6l-5.6 5.6", stroke="#ffffff", width=1.8)
    elif status == "in_progress":
        canvas.dot(x, y, 7, fill="#ffffff", edge=EDGE)
        canvas.path(f"M{x:g} {y - 7:g}a7 7 0 0 1 7 7", stroke=BLUE, width=1.8)
    else:
        canvas.dot(x, y, 7, fill="#ffffff", edge=EDGE)


def _buttons(canvas: Canvas, labels: tuple[str, ...], x: float, y: float) -> float:
    for label in labels:
        width = piece_width(Span(label, frozenset({"bold"})), 13.5) + 24
        canvas.box(x, y, width, 30, edge="#bbbbbb", r=5)
        canvas.word(x + 12, y + 20, label, 13.5, INK, bold=True)
        x += width + 8
    return y + 34
