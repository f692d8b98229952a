"""Texts that nobody would write, against the laws of a growing answer: pieces of answers, mutilated, and mere markup.

    python -m tests.slack_reply.fuzz --texts 50000 --seed 1

Each text grows one character at a time, with the limits of each writer, and with small messages, so that it also goes
on in a further one. Prints each text that breaks a law, made as short as it still breaks one; the same seed gives the
same texts. `--step 4` grows by up to four characters, and takes one of the limits for each text.
"""

import argparse
import json
import random
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice

from slack_reply.markdown import Limits
from tests.corpus.collection import WRITTEN
from tests.slack_reply.drawn import FRAGMENTS
from tests.slack_reply.every_state import WRITERS, Broken, broken
from tests.slack_reply.meaning import concerning, is_like, visible, visible_pages
from tests.slack_reply.whole_pages import paginate

LIMITS: Mapping[str, Limits] = {
    **WRITERS,
    "small stream": replace(WRITERS["stream"], size=400, blocks=6),
    "small edit": replace(WRITERS["edit"], size=400, blocks=6),
}
MORE = (
    *(
        "**重要：**",
        "この設定",
        "。",
        "：",
        "，",
        "（",
        "）**",
        "「",
        "한국어",
        "은",
        "\u200d",
        "\ufeff",
        "\u00a0",
    ),
    *("مرحبا", "<p>", "</p>", "<b>", "<i>", "</i>", "<sup>2</sup>", "<details>", "<summary>", "</details>"),
    *("<kbd>", "</kbd>", "<code>", "</code>", "<ul>", "<li>", "</li>", "</ul>", "<details open>"),
    *(
        "<a href='https://a.example/x'>",
        '<a href="https://evil.example">',
        "</a>",
        "<h3>",
        "</h3>",
        "<hr>",
        "<div>",
    ),
    *('<img src="https://a.example/i.png" alt="a">', "<img src='i.png'>", "</div>"),
    *("<!--", "-->", "<a href=", "[1]", "[1]: https://a.example/x\n", "[^1]", "[^1]: note\n", "[a][b]", "[]"),
    *("[b]: https://b.example 'T'\n", "[https://bank.example](https://evil.example)", "https://bank.example"),
    *(
        "<https://evil.example|bank.example>",
        "www.",
        "<!here>",
        "<!subteam^S1>",
        "<#C1|x>",
        "<@",
        "<!",
        "<http",
    ),
    *("Kolleg*in", "nen und ", "2*3*4", "a*b*c", "x*y"),
    *("<mailto:a@b.example|c>", "|", "`<!channel>`", "\n    ", "\n> ", "\n- ", "\n1. ", "\n# ", "\n---\n"),
    *(
        "\n===\n",
        "\n```\n",
        "\n~~~\n",
        "\n| a | b |\n|---|---|\n| c | d |\n",
        "\n\na | b\n--|--\nc | d\n",
        "\n\nName | ",
        "\n-|-\n",
        "$$",
        "\\(",
        "\\)",
        "\\[",
        "\\]",
        "$a_{i}",
        "^*$ ",
        "$",
        "\n$$\n",
        "\\frac{",
    ),
    *(
        "\\*",
        "\\`",
        "\\\n",
        "  \n",
        "***",
        "___",
        "~",
        "![a](https://a.example/i.png)",
        "(",
        '"',
        "'",
        '"t")',
    ),
    *("data:image/png;base64,AAAA", "Task<X>", "#include <a.h>", "a<!b", "&nbsp;", "&#60;", "&#x3c;", ";"),
)
MARKUP = FRAGMENTS + MORE
MAY_GROW = re.compile(r"\w[^\w\s]*(?:[.。．｡]|&[#p])(?:\n?[^\n])*\n?\]|!\[")
"""A paragraph with a link, or what may be one, behind something like a domain: it may show its own address as well."""
NUMBERED = re.compile(r"\S[ \t]*\n[ >\t]*(?!1[.)][ \t]*\S)\d+[.)]", re.MULTILINE)
"""An item whose number is text where the message begins with the line above: it looks the same."""
FIRST_WORDS = ("Answers ", "a1 ", "Né ", "Name\t")
"""A text that begins with a word and a blank is shown before its next word begins."""
SHORT, LONG = 6, 90
"""Characters of a piece of an answer."""
MOST_PIECES = 16
TRIES = 400
"""How often a text is made shorter at most."""


def texts(seed: int) -> Iterator[str]:
    """Texts without end."""
    chance = random.Random(f"fuzz {seed}")
    answers = sorted(WRITTEN.values())
    while True:
        first = chance.choice(FIRST_WORDS) if chance.random() < 0.1 else ""
        if chance.random() < 0.4:
            pieces = chance.choices(MARKUP, k=chance.randint(2, MOST_PIECES))
            yield first + "".join(pieces)
        else:
            yield first + mutilated(_piece(chance.choice(answers), chance), answers, chance)


def mutilated(text: str, answers: list[str], chance: random.Random) -> str:
    """The text after one to four accidents."""
    for _ in range(chance.randint(1, 4)):
        one, other = sorted(chance.choices(range(len(text) + 1), k=2))
        begin, middle, end = text[:one], text[one:other], text[other:]
        match chance.randrange(6):
            case 0 | 1:
                text = begin + chance.choice(MARKUP) + middle + end
            case 2:
                text = begin + end if len(middle) < len(text) // 2 else begin + middle[::2] + end
            case 3:
                text = begin + middle[:20] * 2 + middle[20:] + end
            case 4:
                text = end + middle + begin
            case _:
                text = begin + _piece(chance.choice(answers), chance)[:30] + end
    return text[: 2 * LONG]


def first_broken(
    text: str, names: tuple[str, ...], step: int, chance: random.Random
) -> tuple[str, Broken] | None:
    """The name of the limits with which the text breaks a law, and the law."""
    ends = [*range(1, len(text) + 1)]
    if step > 1:
        ends = [end for end in ends if not chance.randrange(step)]
    for name in names:
        if found := tried(text, LIMITS[name], ends):
            return name, found
    return None


def shortest(text: str, breaks: Callable[[str], bool]) -> str:
    """The text without all that can be left out so that it `breaks` still; the first that TRIES finds."""
    left, size = TRIES, max(1, len(text) // 2)
    while size and left:
        for begin in range(0, len(text), size):
            shorter = text[:begin] + text[begin + size :]
            left -= 1
            if breaks(shorter):
                text = shorter
                break
            if not left:
                break
        else:
            size //= 2
    return text


def names_for(number: int, step: int) -> tuple[str, ...]:
    """Edits and posts have the same limits, so that their pages are looked at once."""
    small = ("small stream", "small edit")[number % 2]
    every = ("stream", "edit", small)
    return every if step == 1 else (every[number % 3],)


def failures(count: int, seed: int, step: int) -> Iterator[dict[str, object]]:
    """What breaks a law, of the first `count` texts of a seed, as it is reported."""
    chance = random.Random(f"steps {seed}")
    for number, text in enumerate(islice(texts(seed), count)):
        found = first_broken(text, names_for(number, step), step, chance)
        if not found:
            continue
        name, first = found

        def breaks(shorter: str, name: str = name) -> bool:
            return tried(shorter, LIMITS[name], list(range(1, len(shorter) + 1))) is not None

        short = shortest(text, breaks) if breaks(text) else text
        last = tried(short, LIMITS[name], list(range(1, len(short) + 1))) or first
        yield {
            "law": last.law,
            "limits": name,
            "text": short,
            "at": last.at,
            "what": last.what,
            "whole": text,
        }


def tried(text: str, limits: Limits, ends: list[int]) -> Broken | None:
    """The law that the text breaks if it grows to each of `ends`, if any."""
    try:
        return broken(text, limits, ends) or _otherwise(text, limits)
    except Exception as error:  # noqa: BLE001 - whatever is raised is what is looked for
        return Broken(f"raises {type(error).__name__}", len(text), str(error))


UNDERLINED = re.compile(r"^[^\n]*\S[^\n]*\n {0,3}(?:=+|-+)[ \t]*$", re.MULTILINE)
"""The line under a heading is a rule where a message begins with that line."""


def _otherwise(text: str, limits: Limits) -> Broken | None:
    """The law of the content, for texts that no listed change concerns."""
    if concerning(text) or MAY_GROW.search(text) or UNDERLINED.search(text) or not visible(text).strip():
        return None
    pages = paginate(text, limits, final=True)
    if len(pages) > 1 and NUMBERED.search(text):
        return None
    sent = visible_pages(pages)
    return None if is_like(text, sent) else Broken("content", len(text), f"{visible(text)!r} became {sent!r}")


def _piece(answer: str, chance: random.Random) -> str:
    length = chance.randint(SHORT, LONG)
    begin = chance.randint(0, max(0, len(answer) - length))
    return answer[begin : begin + length]


def main() -> int:
    """The exit code: 1 if any text breaks a law."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--texts", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--step", type=int, default=1)
    wanted = parser.parse_args()
    bad = 0
    for failure in failures(wanted.texts, wanted.seed, wanted.step):
        bad += 1
        print(json.dumps(failure), flush=True)  # noqa: T201
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
