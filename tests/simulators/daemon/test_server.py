"""The daemon's HTTP side, through the real SDK in the fixture plugin."""

import json
import socket
import time
import urllib.error
import urllib.request
from urllib.parse import urlsplit

import pytest

from simulators.dify import script
from tests.simulators.daemon.conftest import Stage


def open_request(stage: Stage, path: str, body: bytes) -> socket.socket:
    parts = urlsplit(stage.hook)
    connection = socket.create_connection((parts.hostname, parts.port))
    head = f"POST {parts.path}{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)
    return connection


def test_request_reaches_the_plugin_as_it_was(stage: Stage) -> None:
    body = bytes(range(256))
    seen = json.loads(stage.post("/run/echo?b=2&a=1", body, headers={"X-Slack-Signature": "v0=1"})[2])
    assert bytes.fromhex(seen["body"]) == body
    assert (seen["path"], seen["query"]) == ("/run/echo", "a=1&b=2")
    assert seen["headers"]["X-Slack-Signature"] == "v0=1"
    assert seen["headers"]["Dify-Hook-Id"] == "hook"
    assert seen["headers"]["Dify-Hook-Url"] == f"{stage.hook}/run/echo"
    assert seen["settings"] == {"app": {"app_id": "chatbot"}, "secret": "s3cret"}


def test_environment_is_the_daemons(stage: Stage) -> None:
    seen = stage.run("environment")
    assert seen["INSTALL_METHOD"] == "local"
    assert seen["EXTRA"] == "more"
    assert f"http://127.0.0.1:{seen['SERVER_PORT']}" == stage.daemon.url
    assert seen["DIFY_INNER_API_URL"] == stage.dify.url


def test_secrets_are_decrypted_for_every_request(stage: Stage) -> None:
    stage.run("echo")
    before = stage.dify.decrypted()
    stage.run("echo")
    assert stage.dify.decrypted() == before + 1


def test_dify_down_is_a_500(stage: Stage) -> None:
    stage.dify.down()
    status, _, body = stage.post("/run/echo")
    assert (status, json.loads(json.loads(body)["message"])["message"]) == (500, "data is nil")


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [("/none/run/echo", 404, "endpoint not found"), ("/hook/other", 404, "Not Found")],
)
def test_unknown_places(stage: Stage, path: str, status: int, text: str) -> None:
    stage.hook = stage.hook.removesuffix("/hook")
    found, _, body = stage.post(path)
    assert found == status
    assert text in body.decode()


def test_patch_is_no_method_of_a_hook(stage: Stage) -> None:
    request = urllib.request.Request(f"{stage.hook}/run/echo", method="PATCH")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(request, timeout=5)


def test_disabled_endpoint(stage: Stage) -> None:
    stage.daemon.enable("hook", enabled=False)
    try:
        assert stage.post("/run/echo")[0] == 404
    finally:
        stage.daemon.enable("hook", enabled=True)


def test_chunks_flow_and_headers_come_with_the_first(stage: Stage) -> None:
    status, headers, body = stage.post("/run/drip", [4, 0.01, 3])
    assert (status, headers["X-Kind"], body) == (201, "drip", b"." * 12)


def test_empty_answer(stage: Stage) -> None:
    assert stage.post("/run/empty")[0] == 204


def test_exception_before_the_first_chunk_is_the_daemons_500(stage: Stage) -> None:
    status, _, body = stage.post("/run/raise")
    outer = json.loads(body)
    inner = json.loads(json.loads(outer["message"])["message"])
    assert (status, outer["code"], inner["error_type"], inner["message"]) == (
        500,
        -500,
        "RuntimeError",
        "broken generator",
    )


def test_exception_after_it_is_written_into_the_body(stage: Stage) -> None:
    status, _, body = stage.post("/run/raise", "x")
    assert status == 200
    assert body.startswith(b'first{"args":{"traceback":')


def test_kill_by_timeout_is_appended(stage: Stage) -> None:
    status, _, body = stage.post("/run/drip", [200, 0.1, 1])
    assert status == 201
    killed = b'{"code":-500,"message":"{\\"message\\":\\"killed by timeout\\",'
    assert body.lstrip(b".").startswith(killed)
    assert stage.daemon.requests()[-1]["outcome"] == "killed"


def test_no_limit_before_the_first_byte(stage: Stage) -> None:
    assert stage.run("sleep", "1.8") == {"slept": True}


def test_client_that_leaves_cancels_the_invocation(stage: Stage) -> None:
    stage.dify.script(script.say("first") + script.silence())
    connection = open_request(stage, "/run/ask", b'{"query": "q"}')
    stage.dify.wait_invocations(1)
    connection.close()
    assert stage.dify.wait_ended()[0]["outcome"] == "cancelled"
    stage.daemon.wait_idle()
    assert stage.daemon.requests()[-1]["outcome"] == "left"


def test_call_after_the_session_is_dropped(stage: Stage) -> None:
    assert stage.post("/run/set_later")[2] == b"now"
    deadline = time.monotonic() + 5
    while not stage.daemon.processes()[0]["dropped_lines"]:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert "late" not in stage.daemon.storage()["keys"]


def test_body_over_10_mib_is_cut_silently(stage: Stage) -> None:
    assert stage.run("size", b"x" * (10 * 1024 * 1024 + 5)) == {"size": 10 * 1024 * 1024}


def test_answer_over_5_mib_kills_the_process(stage: Stage) -> None:
    pid = stage.daemon.processes()[0]["pid"]
    connection = open_request(stage, "/run/long_line", b"3000000")
    stage.daemon.until(
        lambda: pid not in [p["pid"] for p in stage.daemon.processes()], 10, "the process's end"
    )
    connection.close()
    assert any(
        entry.get("reason") == "bufio.Scanner: token too long" for entry in stage.daemon.logs("daemon")
    )
    assert stage.run("echo")["method"] == "POST"


@pytest.mark.parametrize("how", ["status", "reset", "hang", "late"])
def test_refused_requests(stage: Stage, how: str) -> None:
    stage.daemon.refuse("/run/echo", how, times=1)
    if how == "status":
        assert stage.post("/run/echo")[0] == 503
    else:
        with pytest.raises((OSError, urllib.error.URLError)):
            stage.post("/run/echo", timeout=0.5)
    stage.daemon.wait_idle()
    assert stage.run("echo")["method"] == "POST"
    stage.daemon.wait_idle()
    outcome = {"late": "left"}.get(how, "refused")
    assert [entry["outcome"] for entry in stage.daemon.requests()] == [outcome, "complete"]


def test_logs_are_told_apart(stage: Stage) -> None:
    stage.run("log")
    assert stage.daemon.logs("log")[-1]["message"] == "said so"
    assert stage.daemon.logs("stdout")[-1]["text"] == "plain line"
    stage.daemon.until(lambda: stage.daemon.logs("stderr"), 5, "stderr")
    assert stage.daemon.logs("stderr")[-1]["text"] == "to stderr"


def test_an_empty_post_reaches_the_plugin_as_a_last_chunk(stage: Stage) -> None:
    """Go writes a body of unknown length chunked, and the SDK does not undo that."""
    seen = stage.run("echo", b"")
    assert bytes.fromhex(seen["body"]) == b"0\r\n\r\n"


def test_chunks_at_once_with_the_end_are_lost(stage: Stage) -> None:
    """The one thing to rely on is the first chunk (docs/platform/dify.md#endpoint-answers)."""
    stage.daemon.hold_plugin()
    connection = open_request(stage, "/run/drip", b"[3, 0, 2]")
    stage.daemon.until(stage.daemon.sessions, 5, "the session")
    stage.daemon.hold_plugin(held=False)
    connection.settimeout(5)
    got = b""
    while b"\r\n0\r\n\r\n" not in got:
        got += connection.recv(4096)
    connection.close()
    body = got.partition(b"\r\n\r\n")[2]
    assert body.startswith(b"2\r\n..\r\n")
    assert body.count(b"..") <= 3


def test_an_orphan_runs_to_its_end(stage: Stage) -> None:
    stage.daemon.refuse("/run/ask", "orphan", times=1, seconds=20)
    stage.dify.script(script.say("x" * 20, 15, 2))
    connection = open_request(stage, "/run/ask", b'{"query": "q"}')
    stage.dify.wait_invocations(1)
    connection.close()
    assert stage.dify.wait_ended()[0]["outcome"] == "done"
    stage.daemon.wait_idle()


def test_heartbeats_are_counted(stage: Stage) -> None:
    assert stage.daemon.processes()[0]["beats"] >= 1


def test_who_leaves_at_once_is_seen_by_no_plugin(stage: Stage) -> None:
    """The daemon notices while Dify decrypts the settings."""
    for _ in range(5):
        open_request(stage, "/run/log", b"").close()
    stage.daemon.until(lambda: len(stage.daemon.requests()) == 5, 5, "five requests")
    stage.run("echo")
    assert not stage.daemon.logs("log")
    assert [entry["outcome"] for entry in stage.daemon.requests()][:5] == ["left"] * 5
