"""Which tests run where, and which failed tests are asked again."""

import fcntl
from collections import Counter
from pathlib import Path

import pytest

from tools import side_by_side
from tools.side_by_side import (
    ASKED_AGAIN,
    LANES,
    LONG_CONVERSATIONS,
    TESTS,
    Job,
    OneStartAtATime,
    Result,
    computing_jobs,
    hold_alone,
    jobs,
    lanes,
    run,
    run_pytest,
    to_ask_again,
)

PLACE = "tests/conversations/test_order.py"


def ended(*failed: list[str], code: int = 1) -> dict[Job, Result]:
    return {
        Job((TESTS / f"{number}.py",)): Result(code if names else 0, "", 1.0, frozenset(names))
        for number, names in enumerate(failed)
    }


def test_every_test_is_in_one_job_or_in_all_lanes() -> None:
    counted = Counter(
        file
        for job in (*jobs(), *computing_jobs())
        for path in job.paths
        for file in ([path] if path.is_file() else path.rglob("test_*.py"))
        if job.lane <= 1
    )
    files = {file for file in TESTS.rglob("test_*.py") if "soak" not in file.parts}
    assert counted == dict.fromkeys(files, 1)
    shared = {job.paths for job in jobs() if job.lane}
    assert len(shared) == 1


def test_lanes_share_the_files_and_the_longest_come_first() -> None:
    files = [TESTS / "conversations" / f"{name}.py" for name in ("test_a", *reversed(LONG_CONVERSATIONS))]
    found = lanes(files)
    assert [job.lane for job in found] == list(range(1, LANES + 1))
    for job in found:
        assert [path.stem for path in job.paths] == [*LONG_CONVERSATIONS, "test_a"]


def test_every_file_that_is_known_as_long_exists() -> None:
    assert all((TESTS / "conversations" / f"{name}.py").is_file() for name in LONG_CONVERSATIONS)


def test_job_of_a_lane_runs_the_files_that_no_other_lane_has_taken(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    files = tmp_path / "test_of_a_lane.py", tmp_path / "test_of_another_lane.py"
    for file in files:
        file.write_text("def test_it(): pass\n")
    (folder / files[1].name).touch()
    assert "1 passed" in run(Job(files, lane=1), folder).printed
    assert "passed" not in run(Job(files, lane=2), folder).printed


def is_free(start: Path) -> bool:
    """Whether no session starts now."""
    with start.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_session_starts_until_its_first_test_is_set_up(tmp_path: Path) -> None:
    start = tmp_path / "start"
    plugin = OneStartAtATime(start)
    plugin.pytest_sessionstart()
    assert not is_free(start)
    setting_up = plugin.pytest_runtest_setup()
    next(setting_up)
    assert not is_free(start)
    with pytest.raises(StopIteration):
        next(setting_up)
    assert is_free(start)
    plugin.pytest_sessionfinish()


@pytest.mark.parametrize(
    ("name", "text"),
    [("passes", "def test_it(): pass\n"), ("is_empty", ""), ("is_broken", "import nothing_of_that_name\n")],
)
def test_session_that_has_ended_holds_up_no_other(tmp_path: Path, name: str, text: str) -> None:
    file, start = tmp_path / f"test_that_{name}.py", tmp_path / "start"
    file.write_text(text)
    run_pytest([str(file), f"--rootdir={tmp_path}"], OneStartAtATime(start))
    assert is_free(start)


def test_a_few_failed_tests_with_clocks_are_asked_again() -> None:
    store = "tests/conversation_store/redis/test_redis_store.py::c"
    assert to_ask_again(ended([store])) == [store]
    assert to_ask_again(ended([f"{PLACE}::b"], [], [f"{PLACE}::a[x y]"])) == [
        f"{PLACE}::a[x y]",
        f"{PLACE}::b",
    ]


def test_nothing_is_asked_again_when_all_passed() -> None:
    assert to_ask_again(ended([], [])) == []


def test_nothing_is_asked_again_when_a_test_without_clocks_failed_too() -> None:
    assert to_ask_again(ended([f"{PLACE}::a"], ["tests/wording/test_words.py::b"])) == []


def test_nothing_is_asked_again_when_many_failed() -> None:
    assert to_ask_again(ended([f"{PLACE}::{number}" for number in range(ASKED_AGAIN + 1)])) == []


def test_nothing_is_asked_again_when_a_job_broke_off_without_a_failed_test() -> None:
    broken = {Job((TESTS / "broken.py",)): Result(2, "", 1.0)}
    assert to_ask_again(ended([f"{PLACE}::a"]) | broken) == []


def test_failed_test_is_named_with_its_parameters_and_fails_again(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "test_one.py"
    file.write_text(
        "import pytest\n@pytest.mark.parametrize('it', ['a b'])\ndef test_it(it): assert it == 'c'\n"
    )
    result = run_pytest([str(file), f"--rootdir={tmp_path}"])
    assert (result.good, result.failed) == (False, frozenset({"test_one.py::test_it[a b]"}))
    assert not hold_alone([str(file)])
    assert "asked again, alone" in capfd.readouterr().out


def test_test_that_fails_beside_others_and_passes_alone_passes(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    calm = tmp_path / "test_calm.py"
    calm.write_text("def test_it(): assert True\n")
    results = ended([f"{PLACE}::a"])
    monkeypatch.setattr(side_by_side, "everything", lambda: iter(results.items()))
    monkeypatch.setattr(side_by_side, "to_ask_again", lambda _: [str(calm)])
    assert side_by_side.main([]) == 0
    calm.write_text("def test_it(): assert False\n")
    assert side_by_side.main([]) == 1
    assert "asked again" in capfd.readouterr().out
