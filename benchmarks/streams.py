"""What it costs to lay out an answer while it grows: microseconds of processor time for each character of the whole.

    python -m benchmarks.streams

An answer is shown each time so much of it has come: 50 characters, or what a fast model says in a second. If all of
the text were read each time, a character of a long answer would cost more than one of a short answer.
"""

import json
from collections.abc import Sequence
from time import thread_time

from slack_reply.markdown.pages import Layout, pages_after
from slack_reply.writers.edited_message import LIMITS

SIZES = 5_000, 20_000, 80_000
STEPS = 50, 400
"""Characters between two looks."""
TRIES = 5
PART = """## A heading {number}

Some text with **bold words**, `code`, a [link](https://example.com/{number}) and more words that fill the line. It goes
on in a second line, with _emphasis_ and a list:

- first item with `code`
- second item with **bold**
  - nested item

```python
def f(x):
    return x < 3
```

| Name | Value |
|---|---|
| one | **1** |
| two | `2` |

"""


def answer(size: int) -> str:
    """An answer with a bit of all that models write, of this many characters."""
    return "".join(PART.format(number=number) for number in range(size // 300 + 2))[:size]


def cost(text: str, step: int) -> float:
    """Microseconds for each character, if the text is shown as an edited message each `step` characters."""
    layout, start = Layout(LIMITS), 0
    began = thread_time()
    for end in range(step, len(text) + 1, step):
        pages = pages_after(text[:end], start, LIMITS, final=False, layout=layout)
        start = pages[-2].end if len(pages) > 1 else start
    return (thread_time() - began) * 1e6 / len(text)


def figures(sizes: Sequence[int] = SIZES) -> list[dict[str, float]]:
    """For each size, the cost with each step: the least of TRIES, in which all sizes take turns."""
    texts = [answer(size) for size in sizes]
    tries = [[[cost(text, step) for step in STEPS] for text in texts] for _ in range(TRIES)]
    least = [[min(costs) for costs in zip(*of_size, strict=True)] for of_size in zip(*tries, strict=True)]
    return [
        {
            "characters": size,
            **{f"each_{step}_characters": round(one, 1) for step, one in zip(STEPS, of_size, strict=True)},
        }
        for size, of_size in zip(sizes, least, strict=True)
    ]


if __name__ == "__main__":
    print(json.dumps(figures(), indent=1))
