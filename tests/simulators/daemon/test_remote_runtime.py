"""Remote debugging over TCP: the plugin runs elsewhere and connects."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from simulators.dify import script
from simulators.launch import Running, launched
from tests.simulators.daemon.conftest import PLUGIN, Stage, daemon_arguments, prepared


def connect(daemon: Running, key: str) -> "subprocess.Popen[bytes]":
    environment = os.environ | {
        "INSTALL_METHOD": "remote",
        "REMOTE_INSTALL_URL": daemon.told["remote"],
        "REMOTE_INSTALL_KEY": key,
    }
    return subprocess.Popen(
        [sys.executable, "-m", "main"],
        cwd=PLUGIN,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.fixture(scope="module")
def remote_daemon(dify_program: Running) -> Iterator[Running]:
    with launched("simulators.daemon", *daemon_arguments(dify_program, "--mode", "remote")) as running:
        yield running


@pytest.fixture
def remote(dify_program: Running, remote_daemon: Running) -> Iterator[Stage]:
    plugin = connect(remote_daemon, remote_daemon.told["remote_key"])
    stage = prepared(dify_program, remote_daemon)
    try:
        stage.daemon.wait_ready()
        stage.daemon.hook("hook", {"app": {"app_id": "chatbot"}, "secret": "s"})
        yield stage
    finally:
        plugin.kill()
        plugin.wait()
        stage.daemon.until(lambda: not stage.daemon.call("ready"), 5, "the end of the connection")


def test_the_same_plugin_over_tcp(remote: Stage) -> None:
    assert remote.run("echo", b"abc")["settings"]["secret"] == "s"
    remote.dify.script(script.say("an answer", 1, 20))
    assert "".join(event.get("answer", "") for event in remote.ask()) == "an answer"
    assert remote.run("storage", [["set", "a", "1"], ["get", "a"]]) == [None, "1"]


def test_not_connected(dify_program: Running, remote_daemon: Running) -> None:
    status, _, body = prepared(dify_program, remote_daemon).post("/run/echo")
    assert (status, b"no available node, plugin runtime not found" in body) == (404, True)


def test_a_closed_connection_is_told_to_its_sessions(remote: Stage) -> None:
    remote.daemon.refuse("/never", "status")  # a fault for another path changes nothing
    remote.dify.script(script.silence())
    import threading

    threading.Timer(0.3, remote.daemon.restart_plugin).start()
    status, _, body = remote.post("/run/ask_quietly", {"query": "q"})
    told = json.loads(json.loads(json.loads(body)["message"])["message"])
    assert (status, told["error_type"], told["message"]) == (
        500,
        "ConnectionClosedError",
        "Connection closed unexpectedly",
    )


def test_a_wrong_key_is_refused(remote_daemon: Running, dify_program: Running) -> None:
    stage = prepared(dify_program, remote_daemon)
    plugin = connect(remote_daemon, "wrong")
    try:
        stage.daemon.until(
            lambda: any(
                entry.get("text") == "handshake failed, invalid key" for entry in stage.daemon.logs("daemon")
            ),
            10,
            "the refusal",
        )
        assert not stage.daemon.call("ready")
    finally:
        plugin.kill()
        plugin.wait()
