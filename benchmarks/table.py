"""`make bench`: everything that the README tells in numbers, measured in one run of about 24 minutes.

    python -m benchmarks.table [--quick] [--only texts,staleness] [--redraw]

Each section is written as soon as it is measured. `--only` measures some sections anew and keeps the others. `--quick`
shows that all of it works, with counts too small for good figures; they go to build/benchmarks/, and no README shows
them. `python -m benchmarks` measures the crowds of turns, which takes longer.
"""

import argparse
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from benchmarks import acks, connection, cost, results, staleness, streams, texts, waits

QUICK_FOLDER = results.ROOT / "build" / "benchmarks"


class Section(NamedTuple):
    """How it is measured, and how in few seconds."""

    whole: Callable[[], Any]
    quick: Callable[[], Any]


def _dicts(found: Sequence[Any]) -> list[dict[str, Any]]:
    return [one._asdict() for one in found]


SECTIONS: dict[str, Section] = {
    "acks": Section(lambda: _dicts(acks.figures()), lambda: _dicts(acks.figures(1))),
    "cost": Section(lambda: _dicts(cost.figures()), lambda: _dicts(cost.figures({1: 5.0, 10: 5.0}))),
    "long": Section(streams.figures, lambda: streams.figures((5_000, 10_000))),
    "connection": Section(lambda: connection.figures()._asdict(), lambda: connection.figures(2, 5)._asdict()),
    "waits": Section(lambda: _dicts(waits.waits()), lambda: _dicts(waits.waits(1, 1))),
    "texts": Section(lambda: _dicts(texts.figures()), lambda: _dicts(texts.figures(1, texts.CROSS[1:2]))),
    "staleness": Section(
        lambda: _dicts(staleness.figures()), lambda: _dicts(staleness.figures(staleness.QUICK))
    ),
}


def measure(names: Sequence[str], *, quick: bool) -> list[str]:
    """One section after the other; returns those that failed, of which the figures of an earlier run stay."""
    folder = QUICK_FOLDER if quick else results.FOLDER
    measured = results.read(folder)
    began, failed = time.monotonic(), list[str]()
    for name in names:
        print(f"-- {name}, after {time.monotonic() - began:.0f} s", flush=True)
        try:
            measured[name] = SECTIONS[name].quick() if quick else SECTIONS[name].whole()
        except Exception:  # noqa: BLE001 - the figures of the other sections are worth their time
            traceback.print_exc()
            failed.append(name)
        measured["machine"] = {"python": platform.python_version(), "cores": os.cpu_count()}
        results.write(measured, folder)
    results.write(measured, folder)
    if not quick and all(name in measured for name in SECTIONS):
        results.README.write_text(results.with_blocks(results.README.read_text(), measured))
    print(f"-- {folder / results.TABLE}, after {time.monotonic() - began:.0f} s")
    return failed


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.table")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default=",".join(SECTIONS), help="sections, separated by commas")
    parser.add_argument(
        "--redraw", action="store_true", help="measure nothing, write all from the figures again"
    )
    given = parser.parse_args()
    names = [] if given.redraw else given.only.split(",")
    if unknown := set(names) - set(SECTIONS):
        parser.error(f"no section {', '.join(unknown)}; there are {', '.join(SECTIONS)}")
    if failed := measure(names, quick=given.quick):
        sys.exit(f"failed: {', '.join(failed)}")


if __name__ == "__main__":
    main()
