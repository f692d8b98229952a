"""Runs the tests side by side: as many jobs at once as fit into the cores.

    python -m tools.side_by_side [--quick | arguments of pytest]

A job is a pytest session of its own. `--quick` leaves out what starts processes, and takes fewer examples of each
property. With other arguments, one pytest gets them all. pytest-xdist can't do this: its workers need real threads, and
`dify_plugin` replaces threads by greenlets.

A conversation mostly waits for clocks, so more jobs than there are cores can run at once: LANES of conversations, each
of which takes the next file when it is free, and a few of other tests that start programs. The jobs start one after the
other, since a start keeps the processor busy for seconds, while the tests of the others have clocks. What needs the
machine for itself runs before them. What only computes runs beside all of them with the lowest priority: it takes what
they leave.

What starts programs has clocks, so a machine that stands still for some seconds can make it fail without a fault. A
few such tests that failed are asked once more at the end, when nothing runs beside them, and are named in what is
printed. What fails again has failed. What only computes is never asked again.
"""

import contextlib
import fcntl
import io
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import pytest

from tools.shared_files import SharedFiles

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
ALONE = ("test_budget",)
"""Files of conversations that run before all others, because they judge when each of many answers was seen to grow."""
LANES = 8
"""Jobs of conversations that run at once. Each starts the simulators and the plugin once."""
LONG_CONVERSATIONS = (
    *("test_past_the_request", "test_faults", "test_stop", "test_handing_off", "test_orphans", "test_live"),
    *("test_failures", "test_app_kinds", "test_api_faults", "test_feedback", "test_growing"),
    *(
        "test_long_answers",
        "test_place_gone",
        "test_forms",
        "test_reactions",
        "test_exactly_once",
        "test_voice",
    ),
    *("test_setup_faults", "test_follow_ups", "test_refused_starts", "test_progress", "test_relay"),
    *("test_redis_away", "test_memory", "test_once", "test_files_out", "test_service_api"),
    *("test_before_the_app", "test_files_in", "test_order"),
)
"""The files of conversations that take longest, the longest first: the last files should be short."""
APART = ("simulators",)
"""Folders that take as long as all other folders together: each has a job of its own."""
COMPUTING = {"endpoints", "markdown_source", "provider", "setup_page", "slack_reply", "wording"}
"""Folders whose tests only compute: none of them waits for a clock, which would fail where it gets no processor."""
CORES = 2
LONGEST = (
    *("test_linear", "test_corpus", "test_fuzz", "test_writers", "test_pages", "test_early_end"),
    *("test_strange_requests", "test_long_runs", "test_slack_limits", "test_safe_text"),
)
"""Of these the files that compute longest, in the order in which they begin: the last jobs should be short."""
QUICK_JOBS = 9
QUICK_AT_ONCE = 3
"""One more than there are cores, since some of the quick tests wait for a socket or a lock."""
# The laws of long texts, and of many threads or requests, take minutes of computing; the other files start a process.
NOT_QUICK = {
    *(
        "test_corpus",
        "test_early_end",
        "test_fuzz",
        "test_layout",
        "test_linear",
        "test_long_runs",
        "test_pages",
    ),
    *("test_safe_text", "test_slack_limits", "test_strange_requests", "test_writers"),
    *("test_buckets", "test_harm", "test_rendering", "test_staleness"),
    *(
        "test_failover",
        "test_process_identity",
        "test_process_leases",
        "test_process_stores",
        "test_redis_store",
    ),
    *("test_far_slack", "test_shared_thread_queue", "test_store_contract"),
}
PROCESSES = {"conversations", "daemon", "simulators", "soak", "tools"}
"""Folders whose tests start programs."""
MARKS = ("-m", "not soak")
ASKED_AGAIN = 8
"""Failed tests that may be asked again; of more than these none is, since a fault is likelier."""
NO_TESTS = 5  # pytest's exit code for files whose tests all need another marker
_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped)")


@dataclass(frozen=True, slots=True)
class Job:
    """The paths of one pytest session."""

    paths: tuple[Path, ...]
    lane: int = 0
    """The number of a job that shares its paths with others; 0: the job has them for itself."""

    def __str__(self) -> str:
        if self.lane:
            return f"conversations, lane {self.lane}"
        first, *others = (str(path.relative_to(TESTS)) for path in self.paths)
        return f"{first} and {len(others)} more" if others else first


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a job."""

    code: int
    printed: str
    seconds: float
    failed: frozenset[str] = frozenset()
    """The ids of the tests that failed."""

    @property
    def good(self) -> bool:
        """Whether no test failed."""
        return self.code in {0, NO_TESTS}


class FailedTests:
    """A plugin of pytest that notes the ids of failed tests."""

    def __init__(self) -> None:
        self.ids: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest for each phase of each test."""
        if report.failed:
            self.ids.add(report.nodeid)


class OneStartAtATime:
    """A plugin of pytest: while its session starts, no other session does that has such a plugin for the same file.

    The start ends when the first test is set up: by then the simulators and the plugin's process run.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w")

    def pytest_sessionstart(self) -> None:
        """Called by pytest before it collects tests. Waits for the start of another session to end."""
        fcntl.flock(self._file, fcntl.LOCK_EX)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self) -> Generator[None, object, object]:
        """Called by pytest around the fixtures of each test."""
        try:
            return (yield)
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def pytest_sessionfinish(self) -> None:
        """Called by pytest at the end, also where no test ran."""
        self._file.close()


def jobs() -> list[Job]:
    """What starts programs or is short, without the tests of `make soak`: first what runs alone, then the lanes."""
    conversations = sorted((TESTS / "conversations").glob("test_*.py"))
    left_out = {"conversations", "soak", *COMPUTING, *APART}
    folders = sorted(path for path in TESTS.iterdir() if path.name not in left_out and _has_tests(path))
    return [
        Job(tuple(path for path in conversations if path.stem in ALONE)),
        *lanes([path for path in conversations if path.stem not in ALONE]),
        *(Job((TESTS / name,)) for name in APART),
        Job((*folders, *sorted(TESTS.glob("test_*.py")))),
    ]


def lanes(paths: Iterable[Path]) -> list[Job]:
    """LANES jobs that share the files; the longest come first."""
    order = {name: number for number, name in enumerate(LONG_CONVERSATIONS)}
    shared = tuple(sorted(paths, key=lambda path: order.get(path.stem, len(order))))
    return [Job(shared, number) for number in range(1, LANES + 1)]


def computing_jobs() -> list[Job]:
    """What only computes: all short files, then each of the others, the longest first."""
    files = sorted(path for name in COMPUTING for path in (TESTS / name).rglob("test_*.py"))
    order = {name: number for number, name in enumerate(LONGEST)}
    long = sorted((path for path in files if path.stem in order), key=lambda path: order[path.stem])
    return [Job(tuple(path for path in files if path not in long)), *(Job((path,)) for path in long)]


def quick_jobs() -> list[Job]:
    """The tests that start no program."""
    folders = [path for path in TESTS.iterdir() if path.is_dir() and path.name not in PROCESSES]
    files = [path for folder in folders for path in folder.rglob("test_*.py")] + list(TESTS.glob("test_*.py"))
    quick = sorted(path for path in files if path.stem not in NOT_QUICK)
    return [Job(tuple(quick[number::QUICK_JOBS])) for number in range(QUICK_JOBS)]


def _has_tests(path: Path) -> bool:
    return path.is_dir() and any(path.rglob("test_*.py"))


def run(job: Job, folder: Path | None = None) -> Result:
    """One pytest, in a process of a pool. `folder`: empty at first, for what the jobs that start programs agree on."""
    plugins: list[object] = []
    if folder is not None:
        plugins.append(OneStartAtATime(folder / "start"))
        if job.lane:
            plugins.append(SharedFiles(folder))
    return run_pytest(list(map(str, job.paths)), *plugins)


def run_pytest(tests: list[str], *plugins: object) -> Result:
    """Run paths, or ids of tests, in this process."""
    printed, began, failed = io.StringIO(), time.monotonic(), FailedTests()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = pytest.main([*MARKS, *tests], plugins=[failed, *plugins])
    return Result(int(code), printed.getvalue().strip(), time.monotonic() - began, frozenset(failed.ids))


def give_way() -> None:
    """Let this process compute only while no other process wants the core."""
    try:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    except (AttributeError, OSError):  # not Linux, or not allowed
        os.nice(19)


def quick() -> Iterator[tuple[Job, Result]]:
    """Run the quick jobs."""
    with ProcessPoolExecutor(QUICK_AT_ONCE, multiprocessing.get_context("spawn")) as pool:
        yield from _ended({pool.submit(run, job): job for job in quick_jobs()})


def everything() -> Iterator[tuple[Job, Result]]:
    """Run all jobs."""
    spawn = multiprocessing.get_context("spawn")
    first, *others = jobs()
    with (
        tempfile.TemporaryDirectory() as folder,
        ProcessPoolExecutor(CORES, spawn, initializer=give_way) as beside,
        ProcessPoolExecutor(len(others), spawn) as pool,
    ):
        computing = {beside.submit(run, job): job for job in computing_jobs()}
        yield first, pool.submit(run, first).result()
        yield from _ended(computing | {pool.submit(run, job, Path(folder)): job for job in others})


def _ended(running: Mapping[Future[Result], Job]) -> Iterator[tuple[Job, Result]]:
    for done in as_completed(running):
        yield running[done], done.result()


def to_ask_again(results: Mapping[Job, Result]) -> list[str]:
    """The failed tests with clocks that are asked once more; empty if anything else failed too, or too much."""
    bad = [result for result in results.values() if not result.good]
    failed = sorted(name for result in bad for name in result.failed)
    have_clocks = all(result.failed for result in bad) and not any(
        name.split("/")[1] in COMPUTING for name in failed
    )
    return failed if have_clocks and len(failed) <= ASKED_AGAIN else []


def hold_alone(tests: list[str]) -> bool:
    """Whether tests pass in a process of their own, when nothing else runs; tells what was asked again."""
    print(f"asked again, alone: {', '.join(tests)}", flush=True)  # noqa: T201
    command = [sys.executable, "-m", "pytest", *MARKS, *tests]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0  # noqa: S603 - names of our tests


def main(arguments: list[str]) -> int:
    """The exit code."""
    if arguments not in ([], ["--quick"]):
        return int(pytest.main([*MARKS, *arguments]))
    if arguments:
        os.environ["HYPOTHESIS_PROFILE_OF_TESTS"] = "brief"  # see tests/conftest.py
    counts: Counter[str] = Counter()
    results: dict[Job, Result] = {}
    for job, result in quick() if arguments else everything():
        results[job] = result
        summary = result.printed.rpartition("\n")[2]
        told = summary if result.good else f"{result.seconds:.0f} s\n{result.printed}\n"
        print(f"{job}: {told}", flush=True)  # noqa: T201
        counts.update({kind.rstrip("s"): int(number) for number, kind in _COUNT.findall(summary)})
    bad = [job for job, result in results.items() if not result.good]
    print(f"{counts['passed']} passed, {counts['failed'] + counts['error']} failed", *bad, sep="\n")  # noqa: T201
    again = to_ask_again(results)
    return int(bool(bad) and not (again and hold_alone(again)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
