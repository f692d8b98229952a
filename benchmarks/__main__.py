"""`python -m benchmarks`: measures crowds of turns in real time; nothing here is asserted.

The figures go to benchmarks/load.json. `make bench` (`benchmarks/table.py`) measures the rest.

A crowd at one instant takes some minutes: what was refused comes again on Slack's schedule, after one and five.
"""

import json
import platform
from pathlib import Path

from benchmarks.load import Bench, Load, figures_as_json

LOADS = (
    Load("a question at a time", 20, 20, 5, opening=0.5),
    Load("200 turns, 20 events a second each", 200, 20, 40, opening=20),
    Load("400 turns, the cap, 5 events a second each", 400, 5, 60, opening=20),
    Load("401 at one instant, one more than the cap", 401, 5, 10),
    Load("1,000 at one instant", 1000, 2, 5),
)
FIGURES = Path(__file__).parent / "load.json"


def main() -> None:
    """Print each load's figures as they come, and write all so far."""
    found = []
    for load in LOADS:
        bench = Bench()
        try:
            figures = figures_as_json(bench.run(load))
        finally:
            bench.stop()
        print(json.dumps(figures), flush=True)
        found.append(figures)
        FIGURES.write_text(json.dumps({"python": platform.python_version(), "loads": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
