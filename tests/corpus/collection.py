"""Answers in the style of today's models: some four hundred written by hand, and long ones put together from these.

Each file in `themes/` holds the answers of one theme. An answer begins behind a line `%%% name`, and is everything
up to the next such line, to the byte. The long answers are put together with a fixed seed, so they are the same in
each run; they exist for what happens between two messages.
"""

import random
from pathlib import Path

MARK = "%%% "
LONG_ANSWERS = 24
LONGEST_PARTS = 120
GLUE = ("\n\n", "\n\n---\n\n", "\n\n## More\n\n", "\n\nAnd further:\n\n")


def _written() -> dict[str, str]:
    found: dict[str, str] = {}
    for path in sorted((Path(__file__).parent / "themes").glob("*.md")):
        before, *answers = ("\n" + path.read_bytes().decode()).split(f"\n{MARK}")
        assert not before, f"{path} does not begin with an answer"
        for answer in answers:
            name, _, text = answer.partition("\n")
            assert f"{path.stem}/{name}" not in found, f"{path} names {name} twice"
            found[f"{path.stem}/{name}"] = text
    return found


def _long(written: dict[str, str]) -> dict[str, str]:
    chance = random.Random("long answers")
    fitting = sorted(name for name in written if not name.startswith("safety/") and name not in ALONE)
    found: dict[str, str] = {}
    for number in range(LONG_ANSWERS):
        parts = chance.sample(fitting, chance.randint(20, LONGEST_PARTS))
        text = written[parts[0]]
        for part in parts[1:]:
            text += chance.choice(GLUE) + written[part]
        found[f"long/{number:02}"] = text
    return found


ALONE = {
    *(
        "code/fence-unclosed",
        "odd/lone-fence",
        "odd/unclosed-everything",
        "html/unclosed",
        "links/reference-missing",
    ),
    *("links/reference", "links/reference-first", "links/image-reference", "odd/definition-like"),
    *("tables/short-and-long-rows", "odd/frontmatter", "prose/json-in-prose"),
}
"""What changes how the text behind or before it reads, so that it is no part of a long answer; as are attacks."""
WRITTEN = _written()
COLLECTION = WRITTEN | _long(WRITTEN)
