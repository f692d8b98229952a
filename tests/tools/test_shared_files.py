"""Each test of shared files runs in one session, and what a file has set up ends with the file."""

from pathlib import Path

import pytest

from tools.shared_files import SharedFiles
from tools.side_by_side import Result, run_pytest

NOTING = """
import pathlib
import pytest

NOTES = pathlib.Path(__file__).with_name("notes")

def note(what):
    with NOTES.open("a") as file:
        file.write(f"{what} ")

@pytest.fixture(scope="module", params=[1, 2])
def of_file(request):
    note("begin")
    yield
    note("end")

@pytest.mark.parametrize("number", [1, 2])
def test_it(of_file, number):
    note(number)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shared"
    made.mkdir()
    return made


def written(tmp_path: Path, name: str, text: str = NOTING) -> Path:
    """A test file whose name no other test of this process has used, since Python keeps what it has imported."""
    file = tmp_path / f"{tmp_path.name}_{name}.py"
    file.write_text(text)
    return file


def run(folder: Path, *files: Path) -> Result:
    rootdir = f"--rootdir={folder.parent}"
    return run_pytest([rootdir, *map(str, files)], SharedFiles(folder))


def notes(tmp_path: Path) -> str:
    return (tmp_path / "notes").read_text()


ONE_FILE = "begin 1 2 end begin 1 2 end "


def test_session_runs_all_files_that_it_takes(tmp_path: Path, folder: Path) -> None:
    result = run(folder, written(tmp_path, "one"), written(tmp_path, "two"))
    assert result.good
    assert "8 passed" in result.printed
    assert notes(tmp_path) == ONE_FILE * 2


def test_session_runs_nothing_that_another_one_has_run(tmp_path: Path, folder: Path) -> None:
    files = written(tmp_path, "one"), written(tmp_path, "two")
    assert "8 passed" in run(folder, *files).printed
    later = run(folder, *files)
    assert later.good
    assert "passed" not in later.printed
    assert notes(tmp_path) == ONE_FILE * 2


def test_file_that_another_session_takes_meanwhile_is_left_to_it(tmp_path: Path, folder: Path) -> None:
    other = tmp_path / f"{tmp_path.name}_other.py"
    text = f"import pathlib\ndef test_it(): pathlib.Path({str(folder / other.name)!r}).touch()\n"
    result = run(folder, written(tmp_path, "one", text), written(tmp_path, "two"), written(tmp_path, "other"))
    assert "5 passed" in result.printed
    assert notes(tmp_path) == ONE_FILE


def test_failed_test_is_told_and_the_files_behind_run(tmp_path: Path, folder: Path) -> None:
    bad = written(tmp_path, "bad", "def test_it(): assert False\n")
    result = run(folder, bad, written(tmp_path, "one"))
    assert not result.good
    assert result.failed == {f"{bad.name}::test_it"}
    assert "1 failed, 4 passed" in result.printed


def test_session_that_cannot_read_a_file_fails(tmp_path: Path, folder: Path) -> None:
    bad = written(tmp_path, "bad", "import nothing_of_that_name\n")
    result = run(folder, written(tmp_path, "one"), bad)
    assert not result.good
    assert "1 error" in result.printed
    assert not (tmp_path / "notes").exists()
