"""Runs the tests side by side: as many jobs at once as fit into the cores.

    python -m tools.side_by_side [--quick | arguments of pytest]

A job is a pytest session of its own: for a file of conversations, for several small ones, or for other tests.
`--quick` leaves out what starts processes, and takes fewer examples of each property. With other arguments, one
pytest gets them all. pytest-xdist can't do this: its workers need real threads, and `dify_plugin` replaces threads by
greenlets.

A conversation mostly waits for clocks, so more jobs than there are cores can run at once. PLAN says how much of a core
each of them needs; the longest begin first, and each begins as soon as its share of the cores is free. What only
computes runs beside them with the lowest priority: it takes what they leave.

A conversation has clocks, so a machine that stands still for some seconds can make it fail without a fault. A few
conversations that failed are asked once more at the end, when nothing runs beside them, and are named in what is
printed. What fails again has failed. What only computes is never asked again.
"""

import contextlib
import io
import multiprocessing
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, as_completed, wait
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
CORES = 2.0
MOST = 3
"""Jobs at once, whatever their shares. Each process imports the libraries once."""
PLAN = {
    "test_faults": 0.5,
    "test_orphans": 0.5,
    "test_exactly_once": 1.0,
    "test_budget": 2.0,
    "test_refused_starts": 1.2,
    "test_handing_off": 0.7,
    "test_long_answers": 0.7,
    "test_redis_away": 0.6,
    "test_growing": 1.2,
    "test_order": 0.8,
    "test_once": 0.6,
    "test_failures": 0.4,
    "test_service_api": 0.5,
    "test_api_faults": 0.4,
    "test_app_kinds": 0.6,
    "simulators": 0.4,
    "conversation_store": 0.4,
}
"""The share of a core that each long job needs, in the order in which they begin.

A test that counts how often an answer was seen to grow, or how soon an event was acked, has a larger share than it
uses, so that little else runs meanwhile: a process that starts keeps a core busy for more than two seconds.
"""
SHARE = 0.5
"""The share of any other job."""
GROUPS = 4
"""Jobs into which all other files of conversations are put, since each job starts the simulators and the plugin."""
COMPUTING = {"dify_app", "slack_reply", "turns", "wording"}
"""Folders whose tests only compute."""
COMPUTERS = 2
"""Processes for these."""
LONGEST = ("test_corpus", "test_writers", "test_fuzz", "test_linear", "test_slack_limits", "test_long_runs")
"""Of these the files that compute longest, in the order in which they begin: the last jobs should be short."""
QUICK_JOBS = 8
# The laws of long texts take minutes of computing; the other files start a process.
NOT_QUICK = {
    *(
        "test_corpus",
        "test_early_end",
        "test_fuzz",
        "test_linear",
        "test_long_runs",
        "test_pages",
        "test_safe_text",
        "test_slack_limits",
    ),
    "test_writers",
    *(
        "test_failover",
        "test_process_identity",
        "test_process_leases",
        "test_process_stores",
        "test_redis_store",
    ),
    *("test_shared_thread_queue", "test_store_contract"),
}
PROCESSES = {"conversations", "daemon", "simulators", "soak", "tools"}
"""Folders whose tests start programs."""
MARKS = ("-m", "not soak")
ASKED_AGAIN = 5
"""Failed conversations that may be asked again; of more than these none is, since a fault is likelier."""
NO_TESTS = 5  # pytest's exit code for files whose tests all need another marker
_COUNT = re.compile(r"(\d+) (passed|failed|errors?|skipped)")


@dataclass(frozen=True, slots=True)
class Job:
    """The paths of one pytest session, and the share of a core that it needs."""

    paths: tuple[Path, ...]
    share: float = SHARE

    def __str__(self) -> str:
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


def jobs() -> list[Job]:
    """What starts programs or is short, in the order in which it begins; without the tests of `make soak`."""
    conversations = sorted((TESTS / "conversations").glob("test_*.py"))
    left_out = {"conversations", "soak", *COMPUTING}
    folders = sorted(path for path in TESTS.iterdir() if path.name not in left_out and _has_tests(path))
    long = {path.stem: path for path in (*conversations, *folders) if path.stem in PLAN}
    small = [path for path in conversations if path.stem not in PLAN]
    rest = [path for path in folders if path.stem not in PLAN]
    return [
        *(Job((long[name],), share) for name, share in PLAN.items()),
        *(Job(tuple(small[number::GROUPS])) for number in range(GROUPS)),
        Job((*rest, *sorted(TESTS.glob("test_*.py")))),
    ]


def computing_jobs() -> list[Job]:
    """What only computes, the longest first: a file each of what takes minutes, else a folder."""
    reply = sorted((TESTS / "slack_reply").rglob("test_*.py"))
    order = {name: number for number, name in enumerate(LONGEST)}
    long = [path for path in reply if path.stem in NOT_QUICK]
    long.sort(key=lambda path: order.get(path.stem, len(order)))
    short = [path for path in reply if path.stem not in NOT_QUICK]
    folders = [TESTS / name for name in sorted(COMPUTING) if name != "slack_reply"]
    return [*(Job((path,)) for path in long), Job(tuple(short)), *(Job((path,)) for path in folders)]


def quick_jobs() -> list[Job]:
    """The tests that start no program."""
    folders = [path for path in TESTS.iterdir() if path.is_dir() and path.name not in PROCESSES]
    files = [path for folder in folders for path in folder.rglob("test_*.py")] + list(TESTS.glob("test_*.py"))
    quick = sorted(path for path in files if path.stem not in NOT_QUICK)
    return [Job(tuple(quick[number::QUICK_JOBS])) for number in range(QUICK_JOBS)]


def _has_tests(path: Path) -> bool:
    return path.is_dir() and any(path.rglob("test_*.py"))


def run(job: Job) -> Result:
    """One pytest, in a process of a pool."""
    return run_pytest(list(map(str, job.paths)))


def run_pytest(tests: list[str]) -> Result:
    """Run paths, or ids of tests, in this process."""
    printed, began, failed = io.StringIO(), time.monotonic(), FailedTests()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = pytest.main([*MARKS, *tests], plugins=[failed])
    return Result(int(code), printed.getvalue().strip(), time.monotonic() - began, frozenset(failed.ids))


def give_way() -> None:
    """Let this process compute only while no other process wants the core."""
    try:
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    except (AttributeError, OSError):  # not Linux, or not allowed
        os.nice(19)


def quick() -> Iterator[tuple[Job, Result]]:
    """Run the quick jobs, one on each core."""
    with ProcessPoolExecutor(int(CORES), multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(run, job): job for job in quick_jobs()}
        for done in as_completed(running):
            yield running[done], done.result()


def everything() -> Iterator[tuple[Job, Result]]:
    """Run all jobs, as PLAN says."""
    spawn = multiprocessing.get_context("spawn")
    with (
        ProcessPoolExecutor(MOST, spawn) as pool,
        ProcessPoolExecutor(COMPUTERS, spawn, initializer=give_way) as beside,
    ):
        computing = {beside.submit(run, job): job for job in computing_jobs()}
        running: dict[Future[Result], Job] = {}
        waiting = jobs()
        while waiting or running or computing:
            for job in fitting(waiting, running.values()):
                waiting.remove(job)
                running[pool.submit(run, job)] = job
            for done in wait([*running, *computing], return_when=FIRST_COMPLETED).done:
                yield (running if done in running else computing).pop(done), done.result()


def fitting(waiting: Iterable[Job], running: Iterable[Job]) -> list[Job]:
    """The jobs that may begin beside those that run."""
    busy = list(running)
    found = []
    for job in waiting:
        if len(busy) < MOST and sum(one.share for one in (*busy, job)) <= CORES:
            busy.append(job)
            found.append(job)
    return found


def to_ask_again(results: Mapping[Job, Result]) -> list[str]:
    """The failed conversations that are asked once more; empty if anything else failed too, or too much."""
    bad = [result for result in results.values() if not result.good]
    failed = sorted(name for result in bad for name in result.failed)
    only_conversations = all(result.failed for result in bad) and all(
        name.startswith("tests/conversations/") for name in failed
    )
    return failed if only_conversations and len(failed) <= ASKED_AGAIN else []


def hold_alone(tests: list[str]) -> bool:
    """Whether tests pass in a process of their own, when nothing else runs; tells what was asked again."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        result = pool.submit(run_pytest, tests).result()
    print(f"asked again, alone: {', '.join(tests)}\n{result.printed}", flush=True)  # noqa: T201
    return result.good


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
