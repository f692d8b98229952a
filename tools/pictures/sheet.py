"""One picture: panels side by side, each with a line over it that says when it was."""

from dataclasses import dataclass

from simulators.demo.document import ThreadView
from tools.pictures.canvas import GREY, Canvas, svg
from tools.pictures.thread import HEAD, draw_panel, draw_thread

GAP, EDGE = 20.0, 12.0
CAPTION = 30.0


@dataclass(frozen=True, slots=True)
class Moment:
    """A thread as it was; an empty caption takes no room."""

    caption: str
    thread: ThreadView


def sheet(title: str, moments: list[Moment], width: float) -> str:
    """An SVG file; `width` of each panel in pixels."""
    above = CAPTION if any(moment.caption for moment in moments) else 0.0
    places = [EDGE + number * (width + GAP) for number in range(len(moments))]
    heights = [draw_thread(Canvas(), moment.thread, 0, HEAD, width) for moment in moments]
    canvas = Canvas()
    for moment, x, height in zip(moments, places, heights, strict=True):
        canvas.word(x + 2, EDGE + 17, moment.caption, 14, GREY, bold=True)
        draw_panel(canvas, moment.thread, x, EDGE + above, width, height)
        draw_thread(canvas, moment.thread, x, EDGE + above + HEAD, width)
    return svg(places[-1] + width + EDGE, 2 * EDGE + above + max(heights), title, canvas)
