"""A process forked from the warm one is like an executed one, for the plugin and for the daemon."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from simulators.daemon.control import DaemonControl
from simulators.launch import Running, launch
from tests.simulators.daemon.conftest import Stage, daemon_arguments, ready, started

PROGRAM = "warm_process.py"


@pytest.fixture(scope="module")
def warm_daemon(dify_program: Running) -> Iterator[Running]:
    with started(dify_program, "--warm", "--env", "EXTRA=more") as running:
        yield running


@pytest.fixture
def warm(dify_program: Running, warm_daemon: Running) -> Stage:
    return ready(dify_program, warm_daemon)


def test_forked_process_is_born_as_an_executed_one(
    stage: Stage, daemon_program: Running, warm: Stage, warm_daemon: Running
) -> None:
    executed, forked = stage.run("process"), warm.run("process")
    assert (executed.pop("parent"), forked.pop("parent")) == (
        daemon_program.process.pid,
        warm_daemon.process.pid,
    )
    assert (executed.pop("group"), forked.pop("group")) == (
        daemon_program.process.pid,
        warm_daemon.process.pid,
    )
    for name in (
        "SERVER_PORT",
        "PLUGIN_MAX_EXECUTION_TIMEOUT",
        "PYTEST_CURRENT_TEST",
    ):  # each daemon has its own
        executed["environment"].pop(name), forked["environment"].pop(name)
    assert executed.pop("chance") != forked.pop("chance")
    assert forked == executed


def test_forked_process_has_the_open_files_of_an_executed_one(stage: Stage, warm: Stage) -> None:
    def files(one: Stage) -> list[str]:
        folder = Path(f"/proc/{one.daemon.processes()[0]['pid']}/fd")
        return sorted(str(file.readlink()).partition("[")[0] for file in folder.iterdir())

    assert files(warm) == files(stage)


def test_forked_processes_do_not_share_their_chance(warm: Stage) -> None:
    first = warm.run("process")["chance"]
    warm.daemon.restart_plugin()
    warm.daemon.wait_ready()
    assert warm.run("process")["chance"] != first


def test_requests_are_held_until_a_killed_process_is_forked_anew(warm: Stage) -> None:
    before = {process["pid"] for process in warm.daemon.processes()}
    killed = warm.daemon.kill_plugin(None)
    assert set(killed) == before
    assert warm.run("echo")["pid"] not in before
    assert not any(map(psutil.pid_exists, before))
    gone = [entry for entry in warm.daemon.logs() if entry.get("text") == "gone"]
    assert gone[-1]["code"] == -signal.SIGKILL


def test_frozen_fork_holds_its_requests(warm: Stage) -> None:
    warm.daemon.hold_plugin()
    with pytest.raises(TimeoutError):
        warm.post("/run/echo", timeout=0.3)
    warm.daemon.hold_plugin(held=False)
    assert warm.run("echo")["method"] == "POST"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_daemon_that_forks(dify_program: Running, how: signal.Signals) -> None:
    running = launch("simulators.daemon", *daemon_arguments(dify_program, "--warm"))
    DaemonControl(running.url).wait_ready()
    children = psutil.Process(running.process.pid).children(recursive=True)
    assert len(children) == 2
    assert all(PROGRAM in " ".join(child.cmdline()) for child in children)
    os.kill(running.process.pid, how)
    running.stop()
    _, alive = psutil.wait_procs(children, timeout=10)
    assert [
        one for one in alive if one.status() != psutil.STATUS_ZOMBIE
    ] == []  # somebody else is to reap them
