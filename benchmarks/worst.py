"""How long the texts take that take longest: 20 kB of one piece of markup, laid out as one state of an answer.

    python -m benchmarks.worst [--size 20000] [--step 400] [--slowest 20]

Milliseconds of processor time, the least of some tries, of the filters of thoughts and of pictures and the longest of
four layouts: as an edited message and as a stream, while the text grows and when it is whole. With `--step` the
text is shown each time so many characters have come, and what counts is the sum. Python looks for garbage as often as
in the plugin's process. The command fails if a text takes over LIMIT.
"""

from main import GARBAGE_AFTER  # isort: skip  # first: `dify_plugin` patches for gevent

import argparse
import gc
import json
import sys
from functools import partial
from itertools import combinations
from time import thread_time

from dify_app.stream.images import ImageFilter
from dify_app.stream.think import ThinkFilter
from slack_reply.markdown import Limits, cell_text, inline
from slack_reply.markdown.pages import Layout, pages_after
from slack_reply.writers import edited_message, streamed_message

SIZE = 20_000
LIMIT = 200.0
TRIES = 3
LIMITS = edited_message.LIMITS, streamed_message.LIMITS

SIGNS = "`*_~[]()<>&|\\! \n#-:=.1a"
LONGER = (
    *(
        "[a](b '",
        "[a](https://a.example) ",
        "![a](https://a.example/i.png)",
        "[a][b]",
        "[b]: https://b.example\n",
    ),
    *(
        "<https://a.example|a>",
        "<https://",
        "https://a.example ",
        "https://",
        "<@U1>",
        "<!channel>",
        "<b>",
        "<br>",
    ),
    *(
        "<b>a</b>",
        "<p>",
        "<details>",
        "&amp;",
        "&nbsp;",
        "&#",
        "**a** ",
        "**a",
        "*a ",
        "_a ",
        "_a_ ",
        "~~a~~ ",
        "`a` ",
    ),
    *(
        "`a``",
        "\\\n",
        "a\\\n",
        "\\*",
        "- a\n",
        "1. a\n",
        "- [x] a\n",
        "- - ",
        "1. - > ",
        "> a\n",
        "> > ",
        "# a\n",
        "# a\n\n",
    ),
    *(
        "a\n\n",
        "a\n---\n",
        "---\n",
        "    a\n",
        "```\n",
        "~~~\n",
        "```\na\n```\n",
        "- ```\n",
        "|",
        "| a ",
        "| a | b |\n",
    ),
    *(
        "| a |\n|---|\n",
        "| a |\n|---|\n| **b** |\n\n",
        "word ",
        "word\n",
        "a. ",
        "a b\n",
        "$x_1$ ",
        "\\(a\\) ",
        "a  \n",
    ),
    *(
        "この設定は必ず確認してください。",
        "**重要：**この",  # noqa: RUF001
        "设",
        "한국어 ",
        "مرحبا ",
        "\U0001f469\u200d\U0001f4bb",
        "\u200b",
        "\u00e9",
    ),
    *(
        "<think>",
        "<think>a</think>",
        "</think>",
        "(((",
        "[[a](b)](",
        "![",
        "![[",
        "[](",
        "](",
        "<a@",
        "<!",
        "x" * 99 + " ",
    ),
)
PIECES = (*SIGNS, *map("".join, combinations(SIGNS, 2)), *LONGER)


def filtered(text: str, step: int) -> float:
    """Milliseconds of the filters of thoughts and of pictures."""
    thoughts, pictures = ThinkFilter(), ImageFilter(lambda _: False)
    began = thread_time()
    for begin in range(0, len(text), step):
        answer, _ = thoughts.feed(text[begin : begin + step])
        pictures.feed(answer)
    pictures.feed(thoughts.close()[0])
    pictures.close()
    return (thread_time() - began) * 1e3


def laid_out(text: str, step: int, limits: Limits, *, final: bool) -> float:
    """Milliseconds of the layout, of which each message is left when it is full."""
    forget()
    layout, start = Layout(limits), 0
    began = thread_time()
    for end in range(step, len(text) + step, step):
        pages = pages_after(text[:end], start, limits, final=final and end >= len(text), layout=layout)
        start = pages[-2].end if len(pages) > 1 else start
    return (thread_time() - began) * 1e3


def forget() -> None:
    """Let no line and no cell be remembered from the text before."""
    inline._remembered.cache_clear()  # noqa: SLF001
    cell_text.read.cache_clear()


def worst(text: str, step: int, tries: int) -> float:
    """What the text takes, with the writer for which it takes longer."""
    ways = [
        partial(laid_out, text, step, limits, final=final) for limits in LIMITS for final in (False, True)
    ]
    filters = min(filtered(text, step) for _ in range(tries))
    return filters + max(min(way() for _ in range(tries)) for way in ways)


def figures(size: int = SIZE, step: int | None = None, limit: float = LIMIT) -> list[tuple[float, str]]:
    """The milliseconds of each piece, the slowest first. What takes little at the first try is not tried again."""
    found: list[tuple[float, str]] = []
    for piece in PIECES:
        text = (piece * size)[:size]
        took = worst(text, step or size, 1)
        found.append((took if took < limit / 2 else worst(text, step or size, TRIES), piece))
    return sorted(found, reverse=True)


def main() -> int:
    """The exit code: 1 if a text takes too long."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worst")
    parser.add_argument("--size", type=int, default=SIZE)
    parser.add_argument("--step", type=int)
    parser.add_argument("--slowest", type=int, default=20, help="how many are printed")
    wanted = parser.parse_args()
    gc.freeze()
    gc.set_threshold(*GARBAGE_AFTER)
    found = figures(wanted.size, wanted.step)
    for took, piece in found[: wanted.slowest]:
        print(f"{took:9.1f} ms  {json.dumps(piece, ensure_ascii=False)}")
    print(f"{len(found)} texts of {wanted.size} characters; the slowest takes {found[0][0]:.1f} ms")
    return int(found[0][0] > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
