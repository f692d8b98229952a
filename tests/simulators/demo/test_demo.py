"""The demo as a program, without a terminal."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from simulators.launch import ROOT


def started() -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "simulators.demo"],
        cwd=ROOT,
        env=os.environ | {"COLUMNS": "90"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_the_main_job_is_seen_measured_and_ended() -> None:
    told, errors = (process := started()).communicate(timeout=120)
    assert (process.returncode, errors) == (0, "")
    assert "\x1b" not in told
    thread = told.split("#releases")[1]
    for piece in (
        "Anna Berg\n  @dify-bridge How do we roll out release 4.2",
        "dify-bridge APP\n",
        "  1. Freeze main on Monday",
        "     ◦ compare the row counts",
        "│ Rehearsal    │ Ben   │ Tuesday",
        "  ╭─ python ─",
        "─╮\n  │ def differing(",
        "  Sources: Release handbook · On-call calendar",
    ):
        assert piece in thread
    assert thread.count("Rolling out release 4.2") == 1
    found = re.search(r"acknowledged after (\d+) ms.*?(\d+) ms\s+after.*?(\d+) states", told, re.DOTALL)
    assert found
    assert int(found[3]) >= 5
    assert int(found[1]) < 1000
    assert int(found[2]) < 1000


def test_nothing_is_left_running_when_it_is_told_to_end() -> None:
    process = started()
    assert process.stdout is not None
    process.stdout.readline()
    children: list[psutil.Process] = []
    while len(children) < 4:  # three simulators and the plugin
        assert process.poll() is None
        children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []


def test_make_knows_it() -> None:
    assert "demo-terminal: $(READY)" in Path(ROOT, "Makefile").read_text()
