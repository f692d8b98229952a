"""Runs the tests, two files at a time: most of the time of a conversation is waiting for clocks.

    python -m tools.side_by_side [--quick | arguments of pytest]

`--quick` leaves out what starts processes, and takes fewer examples of each property. With other arguments, one
pytest gets them all. Without, two processes take one job after the other: a file of conversations, or another
folder. A third process of lower priority takes the folders that only compute. Each job has a pytest session of its
own, and a process imports the libraries once. pytest-xdist can't do this:
its workers need real threads, and `dify_plugin` replaces threads by greenlets.
"""

import contextlib
import io
import multiprocessing
import os
import re
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 2  # with three, tests that count how often an answer was seen to grow would see too little
# What takes longest begins first, so that nothing long is left for the end; no two that keep a core busy meet.
FIRST = (
    "test_faults",
    "test_orphans",
    "test_handing_off",
    "test_refused_starts",
    "test_exactly_once",
    "test_redis_away",
    "test_failures",
    "test_budget",
    "test_long_answers",
    "slack_reply",
    "test_once",
    "test_order",
    "test_memory",
    "test_growing",
)
# Nothing but computing: a third process with a lower priority runs these while conversations wait for clocks.
COMPUTING = ("tests/slack_reply", "tests/dify_app", "tests/turns", "tests/wording", "tests/slack_api")
NICE = 10
# The laws of long texts take minutes of computing: they are left out of --quick.
NOT_QUICK = {
    "test_early_end",
    "test_linear",
    "test_long_runs",
    "test_pages",
    "test_safe_text",
    "test_writers",
}
MARKS = ("-m", "not soak")
NO_TESTS = 5  # pytest's exit code for a file whose tests all need another marker
_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped)")


PROCESSES = {"conversations", "daemon", "simulators", "soak", "tools"}
"""Folders whose tests start programs."""


def quick_jobs() -> list[str]:
    """Paths, relative to the project, of the tests that start no program."""
    tests = ROOT / "tests"
    folders = [path for path in tests.iterdir() if path.is_dir() and path.name not in PROCESSES]
    files = [path for folder in folders for path in folder.rglob("test_*.py")] + list(tests.glob("test_*.py"))
    quick = [path for path in files if path.stem not in NOT_QUICK]
    return [str(path.relative_to(ROOT)) for path in sorted(quick, key=lambda path: -path.stat().st_size)]


def jobs() -> list[str]:
    """Paths, relative to the project, that together are all tests but those of `make soak`."""
    tests = ROOT / "tests"
    conversations = tests / "conversations"
    folders = [path for path in tests.iterdir() if path.is_dir() and any(path.rglob("test_*.py"))]
    rest = [path for path in folders if path.name not in {"conversations", "soak"}]
    every = [*conversations.glob("test_*.py"), *rest, *tests.glob("test_*.py")]
    return [str(path.relative_to(ROOT)) for path in sorted(every, key=_turn)]


def _turn(path: Path) -> tuple[int, bool, str]:
    first = FIRST.index(path.stem) if path.stem in FIRST else len(FIRST)
    return first, path.parent.name != "conversations", path.stem


def run(path: str) -> tuple[int, str]:
    """One pytest, in a process of the pool: its exit code, and what it printed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = pytest.main([*MARKS, path])
    return int(code), printed.getvalue().strip()


def main(arguments: list[str]) -> int:
    """The exit code."""
    quick = arguments == ["--quick"]
    if quick:
        os.environ["HYPOTHESIS_PROFILE_OF_TESTS"] = "brief"  # see tests/conftest.py
    elif arguments:
        return int(pytest.main([*MARKS, *arguments]))
    counts: Counter[str] = Counter()
    bad: list[str] = []
    spawn = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(AT_ONCE, spawn) as pool,
        ProcessPoolExecutor(1, spawn, initializer=os.nice, initargs=(NICE,)) as beside,
    ):
        running = {
            (beside if not quick and path in COMPUTING else pool).submit(run, path): path
            for path in (quick_jobs() if quick else jobs())
        }
        for done in as_completed(running):
            (code, printed), path = done.result(), running[done]
            summary = printed.rpartition("\n")[2]
            good = code in {0, NO_TESTS}
            if not good:
                bad.append(path)
            print(f"{path}: {summary}" if good else f"{path}\n{printed}\n", flush=True)  # noqa: T201
            counts.update({kind.rstrip("s"): int(number) for number, kind in _COUNT.findall(summary)})
    print(f"{counts['passed']} passed, {counts['failed'] + counts['error']} failed", *bad, sep="\n")  # noqa: T201
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
