"""Runs the tests two files at a time: most of their time is waiting for clocks, not for the machine.

    python -m tools.side_by_side [arguments of pytest]

With arguments, one pytest gets them all. Without, each file of conversations and each other folder has its own.
"""

import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AT_ONCE = 2
# What takes longest begins first, so that nothing long is left for the end.
FIRST = (
    "test_faults",
    "test_files_in",
    "test_growing",
    "test_failures",
    "test_order",
    "test_orphans",
    "test_follow_ups",
)
NO_TESTS = 5  # pytest's exit code for a file whose tests all need another marker
_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped)")


def jobs() -> list[str]:
    """Paths, relative to the project, that together are all tests."""
    tests = ROOT / "tests"
    files = sorted(
        (tests / "conversations").glob("test_*.py"), key=lambda path: (path.stem not in FIRST, path.stem)
    )
    folders = sorted(path for path in tests.iterdir() if path.is_dir() and any(path.rglob("test_*.py")))
    rest = [path for path in folders if path.name not in {"conversations", "soak"}]
    loose = sorted(tests.glob("test_*.py"))
    return [str(path.relative_to(ROOT)) for path in [*files, *rest, *loose]]


def run(path: str) -> tuple[bool, Counter[str]]:
    """One pytest; its whole output is printed if it failed, its last line otherwise."""
    done = subprocess.run(  # noqa: S603 - our own
        [sys.executable, "-m", "pytest", "-m", "not soak", path],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    good = done.returncode in {0, NO_TESTS}
    lines = done.stdout.strip().splitlines() or [""]
    summary = lines[-1]
    print(f"{path}: {summary}" if good else f"{path}\n{done.stdout}\n{done.stderr}", flush=True)  # noqa: T201
    return good, Counter({kind.rstrip("s"): int(number) for number, kind in _COUNT.findall(summary)})


def main(arguments: list[str]) -> int:
    """The exit code."""
    if arguments:
        return subprocess.call([sys.executable, "-m", "pytest", "-m", "not soak", *arguments], cwd=ROOT)  # noqa: S603
    counts: Counter[str] = Counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        results = list(pool.map(run, jobs()))
    for _, found in results:
        counts += found
    failed = (
        counts["failed"] + counts["error"] + sum(not good and not found["failed"] for good, found in results)
    )
    print(f"{counts['passed']} passed, {failed} failed")  # noqa: T201
    return int(not all(good for good, _ in results))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
