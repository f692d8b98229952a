"""What was measured: kept as JSON, and written as a table and pictures into benchmarks/results/ and the README."""

import json
from pathlib import Path
from typing import Any

from benchmarks.pictures import OVERVIEW, drawn
from benchmarks.rivals import EDITS, STREAM, STREAM_EAGER
from benchmarks.rows import AUTOMATIC, MIDDLE, STREAM_STYLE, Measured, every, table

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(__file__).parent / "results"
README = ROOT / "README.md"
FIGURES, TABLE = "figures.json", "table.md"
TITLE = "# What `make bench` measured\n"


def read(folder: Path = FOLDER) -> dict[str, Any]:
    """All sections of the last runs; empty if there was none."""
    path = folder / FIGURES
    found: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return found


def files(measured: Measured) -> dict[str, str]:
    """Each file of the folder with its content."""
    figures = json.dumps(measured, indent=1, ensure_ascii=False) + "\n"
    return {FIGURES: figures, TABLE: page(measured), **drawn(measured)}


def page(measured: Measured) -> str:
    """The whole table, and the pictures."""
    pictures = [f"![{name.removesuffix('.svg')}]({name})" for name in drawn(measured)]
    return "\n\n".join([TITLE + "\n" + conditions(measured), table(every(measured)), *pictures]) + "\n"


def conditions(measured: Measured) -> str:
    """On what, and what is not the whole grid."""
    machine = measured["machine"]
    return (
        f"Python {machine['python']}, {machine['cores']} cores that also ran the doubles of Slack, Dify and the daemon."
        " Each ratio is of one run. Of the grid of speeds and delays, first and last texts were measured at each speed "
        "with 200 ms to Slack and at each delay with 60 characters a second."
    )


def write(measured: Measured, folder: Path = FOLDER) -> None:
    """All files of the folder; those of an earlier run that are no more go."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = files(measured)
    for path in folder.iterdir():
        if path.name not in wanted:
            path.unlink()
    for name, content in wanted.items():
        (folder / name).write_text(content)


BLOCKS = "short", "long"
"""The generated parts of the README: a picture with a few figures high up, and the rows that have an aim."""


def block(name: str, measured: Measured) -> str:
    """What stands between the marks of this part."""
    where = FOLDER.relative_to(ROOT)
    if name == "short":
        alt = "Bars: how soon the first text stands, how old a colleague's text is, and how many calls Slack refused"
        return f"![{alt}]({where}/{OVERVIEW})\n\n{_short(measured)}"
    pictures = "\n\n".join(
        f"![{name.removesuffix('.svg')}, as measured]({where}/{name})"
        for name in drawn(measured)
        if name != OVERVIEW
    )
    aimed = [row for row in every(measured) if row.aim is not None]
    return f"{conditions(measured)}\n\n{table(aimed)}\n\n{pictures}"


def _short(measured: Measured) -> str:
    texts = {one["way"]: one for one in measured["texts"] if (one["speed"], one["latency"]) == MIDDLE}
    crowds = sorted({one["answers"] for one in measured["staleness"]})
    stale = {(one["way"], one["answers"]): one for one in measured["staleness"]}
    rivals = STREAM, STREAM_EAGER, EDITS
    rows = [["", "Slack Bridge", *rivals]]
    ways = [STREAM_STYLE, *rivals]
    rows.append(["The app's first words stand after", *(f"{texts[way]['first_text']:.2f} s" for way in ways)])
    rows.append(["Its last words stand after", *(f"{texts[way]['last_text']:.2f} s" for way in ways)])
    for many in crowds:
        ages = [f"{stale[way, many]['colleague_p50']:.1f} s" for way in (AUTOMATIC, *rivals)]
        told = "one answer" if many == 1 else f"{many} answers at once"
        rows.append([f"How old colleagues' text is, {told}", *ages])
    refused = [str(sum(stale[way, many]["refused"] for many in crowds)) for way in (AUTOMATIC, *rivals)]
    rows.append(["Calls that Slack refused (429)", *refused])
    head, *rest = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, "|---|--:|--:|--:|--:|", *rest])


def marks(name: str) -> tuple[str, str]:
    """What stands before and behind a generated part."""
    return f"<!-- {name} table of make bench -->", f"<!-- end of the {name} table of make bench -->"


def with_blocks(text: str, measured: Measured) -> str:
    """The README with its generated parts as they have to be."""
    for name in BLOCKS:
        begin, end = marks(name)
        before, _, rest = text.partition(begin)
        _, _, behind = rest.partition(end)
        text = f"{before}{begin}\n\n{block(name, measured)}\n\n{end}{behind}"
    return text
