import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from turns.recovery.process_identity import Fate, ProcessIdentity

HERE = ProcessIdentity.here()


def test_own_process_lives() -> None:
    assert HERE.fate_of(HERE.name) is Fate.LIVES
    assert HERE.pid == str(os.getpid())
    assert ProcessIdentity.here() == HERE


def test_other_process_of_this_machine_lives_until_it_is_killed() -> None:
    where = "turns.recovery.process_identity"
    code = f"from {where} import ProcessIdentity; print(ProcessIdentity.here().name, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as other:
        assert other.stdout is not None
        name = other.stdout.readline().strip()
        assert HERE.fate_of(name) is Fate.LIVES
        other.kill()
        os.waitid(
            os.P_PID, other.pid, os.WEXITED | os.WNOWAIT
        )  # the process is dead, but its parent has not collected it yet
        assert HERE.fate_of(name) is Fate.GONE
        other.wait()
        assert HERE.fate_of(name) is Fate.GONE


def test_reused_process_id_is_another_process() -> None:
    assert HERE.fate_of(replace(HERE, born="1").name) is Fate.GONE


def test_process_of_another_numbering_with_our_host_name_is_likely_gone() -> None:
    assert HERE.fate_of(replace(HERE, space="1").name) is Fate.LIKELY_GONE


@pytest.mark.parametrize("name", ["", "x", "a.b.c.d", "a.b.c.d.e", "...", f"{HERE.machine}.{HERE.space}.x.1"])
def test_fate_of_a_process_that_cannot_be_checked_is_unknown(name: str) -> None:
    assert HERE.fate_of(name) is Fate.UNKNOWN


def test_fate_is_unknown_without_proc(tmp_path: Path) -> None:
    nowhere = ProcessIdentity.here(tmp_path)
    assert nowhere.fate_of(nowhere.name) is Fate.LIVES
    assert nowhere.fate_of(HERE.name) is Fate.UNKNOWN
    assert nowhere.fate_of(ProcessIdentity.here(tmp_path).name) is Fate.UNKNOWN
    assert HERE.fate_of(nowhere.name) is Fate.UNKNOWN
