"""`python -m benchmarks.side_by_side_markdown`: what becomes of a hundred answers here and in three other converters.

The answers are spread evenly over tests/corpus/collection.py. Each converter is used in the form for which its own
documentation tells to use it, and its output is read as Slack reads that form (benchmarks/slack_reader.py):

- this plugin: the messages of an answer that is posted or edited;
- slackify-markdown: the `text` of a message, in mrkdwn;
- markdown-to-slack-blocks: `markdownToBlocks`, then `splitBlocks`, no mentions mapped;
- slack-markdown-parser: `convert_markdown_to_slack_payloads`.

What is counted, each as a number of answers:

- changed: the visible text is not the answer's. Both are compared without blanks, marks of emphasis, bullets, numbers
  and boxes, with wide angle brackets as usual ones, and with all that tests/slack_reply/meaning.py takes for meant,
  for every converter: tags that are gone, tables drawn with lines, a link that shows its address as well.
- markup: outside code, a reader sees ** beside Chinese, Japanese or Korean, or tags such as <br> and <b>x</b>.
- live tokens: a mention, a command or a date of Slack that the answer holds comes through, outside code.
- disguised: a link reads as another address than its own.
- refused: the simulated Slack does not take a message.

The converters are installed into a folder that is deleted at the end; that needs npm, and the network. Their versions
are those below. Figures go to benchmarks/side_by_side_markdown.json.
"""

import importlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.slack_reader import Reading, read_blocks, read_mrkdwn
from simulators.slack.arguments import Arguments
from simulators.slack.content import read_content
from simulators.slack.refusals import Refused
from slack_reply.markdown import page_arguments
from slack_reply.markdown.pages import pages_after
from slack_reply.writers.edited_message import LIMITS
from tests.corpus.collection import COLLECTION
from tests.slack_reply.meaning import ADDITIONS, STARS, TOLD_TAG, code_lines, concerning, letters, visible
from tests.support.disguised import is_disguise

ROOT = Path(__file__).resolve().parent.parent
FIGURES = Path(__file__).with_suffix(".json")
TEXTS = 100
NODE = {"slackify-markdown": "5.0.0", "markdown-to-slack-blocks": "1.5.0"}
PYTHON = {"slack-markdown-parser": "2.7.0"}
SCRIPT = """
import { readFileSync } from "node:fs";
import { slackifyMarkdown } from "slackify-markdown";
import { markdownToBlocks, splitBlocks } from "markdown-to-slack-blocks";
const tried = (work) => { try { return work(); } catch (error) { return { error: String(error) }; } };
const answers = JSON.parse(readFileSync("answers.json", "utf8"));
console.log(JSON.stringify(answers.map((answer) => ({
  "slackify-markdown": tried(() => [{ text: slackifyMarkdown(answer) }]),
  "markdown-to-slack-blocks": tried(() => splitBlocks(markdownToBlocks(answer)).map((blocks) => ({ blocks }))),
}))));
"""
_MARKS = re.compile(r"[*_~`\u2022\u25e6\u25aa\u2610\u2611\u2612]|---|\[[xX]?\]|\d+[.)]")
"""Emphasis, bullets, numbers, boxes of tasks and rules: each form of a message shows these in its own way."""
WIDE = str.maketrans("\uff1c\uff1e", "<>")

type Message = Mapping[str, Any]
"""The arguments of chat.postMessage."""


class Figures(NamedTuple):
    """Of one converter: in how many of the answers each thing happened, and the names of those that changed."""

    name: str
    version: str
    changed: int
    markup: int
    pings: int
    disguised: int
    refused: int
    names: Mapping[str, Sequence[str]]


def answers() -> dict[str, str]:
    """A hundred answers, spread evenly."""
    names = list(COLLECTION)
    return {name: COLLECTION[name] for name in (names[n * len(names) // TEXTS] for n in range(TEXTS))}


def ours(answer: str) -> list[Message]:
    """The messages of this plugin."""
    return [page_arguments(page) for page in pages_after(answer, 0, LIMITS, final=True)]


def others(folder: Path, texts: Sequence[str]) -> dict[str, list[Any]]:
    """The messages of the other converters, for each text; an object with an `error` where a converter raised one."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if not (npm and node):
        sys.exit("npm and node are missing: they run two of the converters.")
    wanted = [f"{name}@{version}" for name, version in NODE.items()]
    subprocess.run(
        [npm, "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *wanted], check=True
    )
    (folder / "convert.mjs").write_text(SCRIPT)
    (folder / "answers.json").write_text(json.dumps(texts))
    done = subprocess.run([node, "convert.mjs"], cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    rows = json.loads(done.stdout)
    found: dict[str, list[Any]] = {name: [row[name] for row in rows] for name in NODE}
    libraries = folder / "python"
    uv = ROOT / ".tools" / "bin" / "uv"
    packages = [f"{name}=={version}" for name, version in PYTHON.items()]
    subprocess.run([str(uv), "pip", "install", "--quiet", "--target", str(libraries), *packages], check=True)
    sys.path.insert(0, str(libraries))
    parser = importlib.import_module("slack_markdown_parser")
    found["slack-markdown-parser"] = [parser.convert_markdown_to_slack_payloads(text) for text in texts]
    return found


def read(messages: Iterable[Message]) -> Reading:
    """All messages of an answer, as they are seen."""
    reading = Reading()
    for message in messages:
        reading += (
            read_blocks(message["blocks"]) if message.get("blocks") else read_mrkdwn(message.get("text", ""))
        )
    return reading


def changed(answer: str, seen: str) -> bool:
    """Whether the visible text says something else."""
    changes = concerning(answer)
    both = (visible(answer).translate(WIDE), seen.translate(WIDE))
    wanted, got = (_MARKS.sub("", letters(text, changes)) for text in both)
    if any(concerns(answer) for _, concerns in ADDITIONS.values()):
        rest = iter(got)
        return not all(char in rest for char in wanted)
    return wanted != got


def without_code(answer: str, seen: str) -> str:
    """The visible text without the lines of the answer's code that hold stars, which are no raw marks there."""
    for line in filter(STARS.search, code_lines(answer)):
        seen = seen.replace(line, " ")
    return seen


def refused(message: Message) -> str:
    """Slack's error code for the message; "" if it takes it."""
    try:
        read_content(Arguments(dict(message)))
    except Refused as error:
        return str(error)
    return ""


def judged(name: str, version: str, texts: Mapping[str, str], results: Iterable[Any]) -> Figures:
    """The figures of one converter."""
    found: dict[str, list[str]] = {
        kind: [] for kind in ("changed", "markup", "pings", "disguised", "refused")
    }
    for (title, text), messages in zip(texts.items(), results, strict=True):
        if isinstance(messages, dict):  # the converter raised an error: nothing is sent
            found["changed"].append(title)
            continue
        reading = read(messages)
        seen = without_code(text, reading.text).translate(WIDE)
        happened = {
            "changed": changed(text, reading.text),
            "markup": bool(STARS.search(seen) or TOLD_TAG.search(seen)),
            "pings": bool(reading.pings),
            "disguised": any(is_disguise(*link) for link in reading.links),
            "refused": any(map(refused, messages)),
        }
        for kind, so in happened.items():
            found[kind] += [title] * so
    changes, markup, pings, disguises, refusals = map(len, found.values())
    return Figures(name, version, changes, markup, pings, disguises, refusals, found)


def main() -> None:
    """Install, convert, print a table and write the figures."""
    texts = answers()
    with tempfile.TemporaryDirectory() as folder:
        results = others(Path(folder), list(texts.values()))
    rows = [judged("this plugin", "", texts, map(ours, texts.values()))]
    rows += [judged(name, version, texts, results[name]) for name, version in (NODE | PYTHON).items()]
    print("| | changed | markup seen | live tokens | disguised links | refused |\n|---|--:|--:|--:|--:|--:|")
    for row in rows:
        columns = " | ".join(map(str, (row.changed, row.markup, row.pings, row.disguised, row.refused)))
        print(f"| {row.name} {row.version}".rstrip(), "|", columns, "|")
    FIGURES.write_text(
        json.dumps({"texts": len(texts), "converters": [row._asdict() for row in rows]}, indent=1) + "\n"
    )


if __name__ == "__main__":
    main()
