"""Processes that die, freeze and come back; an own daemon, for the tests break it.

Each new process is forked from a warm one, which takes a tenth of the computing and is the same for the daemon
(tests/simulators/daemon/test_starting.py). The first test also takes an executed process.
"""

import http.client
import json
import threading
from collections.abc import Iterator

import pytest

from simulators.dify import script
from simulators.http1.control import ControlError
from simulators.launch import Running
from tests.simulators.daemon.conftest import SETTINGS, Stage, ready, started


@pytest.fixture(scope="module")
def own_daemon(dify_program: Running) -> Iterator[Running]:
    with started(dify_program, "--warm") as running:
        yield running


@pytest.fixture
def own(dify_program: Running, own_daemon: Running) -> Stage:
    return ready(dify_program, own_daemon)


@pytest.mark.parametrize("daemon", ["stage", "own"])
def test_requests_are_held_while_no_process_lives(daemon: str, request: pytest.FixtureRequest) -> None:
    one: Stage = request.getfixturevalue(daemon)
    before = {process["pid"] for process in one.daemon.processes()}
    one.daemon.kill_plugin(None)
    assert one.run("echo")["pid"] not in before


def test_a_kill_takes_the_session_and_dify_sees_a_cancel(own: Stage) -> None:
    """The request itself hangs until its client gives up; nobody tells it."""
    own.dify.script(script.say("first") + script.silence())
    threading.Timer(0.3, own.daemon.kill_plugin, [None]).start()
    with pytest.raises(TimeoutError):
        own.post("/run/ask", {"query": "q"}, timeout=1)
    assert own.dify.wait_ended()[0]["outcome"] == "cancelled"
    own.daemon.wait_idle()


def test_no_process_for_too_long_is_a_500(own: Stage) -> None:
    own.daemon.restart_delay(100)
    try:
        own.daemon.kill_plugin(None)
        status, _, body = own.post("/run/echo")
    finally:
        own.daemon.restart_delay(3)
    assert status == 500
    assert json.loads(json.loads(body)["message"])["message"] == "no proper instance\nfailed to write request"
    own.daemon.restart_plugin()


def test_restarted_daemon_knows_no_plugin_until_its_heartbeat(own: Stage) -> None:
    own.dify.script(script.say("first") + script.silence())
    errors = []

    def ask() -> None:
        try:
            own.post("/run/ask", {"query": "q"})
        except (OSError, http.client.HTTPException) as error:
            errors.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    own.dify.wait_invocations(1)
    own.daemon.restart_daemon()
    status, _, body = own.post("/run/echo")
    assert (status, b"no available node, plugin runtime not found" in body) == (404, True)
    thread.join()
    assert errors
    assert own.dify.wait_ended()[0]["outcome"] == "cancelled"
    own.daemon.wait_ready()
    assert own.run("echo")["method"] == "POST"


def test_frozen_process_holds_its_requests(own: Stage) -> None:
    own.daemon.hold_plugin()
    with pytest.raises(TimeoutError):
        own.post("/run/echo", timeout=0.3)
    own.daemon.hold_plugin(held=False)
    assert own.run("echo")["method"] == "POST"


def test_storage_survives_a_restart(own: Stage) -> None:
    own.run("storage", [["set", "kept", "value"]])
    own.daemon.restart_plugin()
    own.daemon.wait_ready()
    assert own.run("storage", [["get", "kept"]]) == ["value"]
    assert own.daemon.storage_get("kept") == b"value"


def test_memory_is_told(own: Stage) -> None:
    assert 20 << 20 < own.daemon.rss() < 1 << 30


@pytest.mark.parametrize(
    "wrong",
    [{"app": None}, {"app": {}}, {"style": "c"}, {"style": ""}, {"secret": 1}],
    ids=str,
)
def test_settings_that_dify_would_not_take(own: Stage, wrong: dict[str, object]) -> None:
    with pytest.raises(ControlError):
        own.daemon.hook("other", SETTINGS | wrong)


def test_round_robin(own: Stage) -> None:
    own.daemon.restart_plugin(2)
    own.daemon.wait_ready(2)
    pids = [own.run("echo")["pid"] for _ in range(4)]
    assert len(set(pids)) == 2
    assert pids[:2] == pids[2:]
