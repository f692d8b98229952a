"""What the real daemon does to a plugin, asked of the simulated one too.

Source: docs/platform/dify.md#endpoints, docs/platform/dify.md#storage.
"""

import json
import time
from urllib.parse import urlsplit

import pytest

from simulators.dify import script
from tests.daemon.wire import Wire, until

BIG = 10 * 1024 * 1024
MISSING = "load data failed, please check if the key is correct or you have not set it"
TRAVERSAL = "save data failed: invalid key: path traversal attempt detected"
KILLED = (
    b'{"code":-500,"message":"{\\"message\\":\\"killed by timeout\\",'
    b'\\"error_type\\":\\"PluginDaemonInternalServerError\\",\\"args\\":null}","data":null}'
)
CUT = (
    "read app failed: read tcp ADDRESS->ADDRESS: use of closed network connection\n"
    "failed to read system header"
)
CUT_BETWEEN = "read app failed: http: read on closed response body\nfailed to read "
SILENCE = "invocation exited without response after 3 seconds"
CANCELLED = "read app failed: context canceled\nfailed to read system header"


@pytest.fixture(autouse=True)
def fresh_dify(wire: Wire, request: pytest.FixtureRequest) -> None:
    if request.node.get_closest_marker("not_on_0_6_3") and not wire.daemon.cancels:
        pytest.skip(
            "up to daemon 0.6.6 no end of a request ends a run: docs/platform/dify.md#abandoned-streams"
        )
    wire.dify.reset()
    wire.dify.app("a")


class TestRequest:
    """What the plugin sees of an HTTP request."""

    def test_body_and_headers(self, wire: Wire) -> None:
        sent = {"X-Slack-Signature": "v0=Ab", "X-Forwarded-For": "1.2.3.4", "X-Real-IP": "1.2.3.4"}
        answer = wire.plugin("/seen?b=2&a=1&a=0", content=b"\x00\xff\r\n{}", headers=sent)
        seen = answer.json()
        assert answer.status == 201
        assert bytes.fromhex(seen["body"]) == b"\x00\xff\r\n{}"
        assert (seen["path"], seen["query"], seen["scheme"]) == ("/seen", "a=1&a=0&b=2", "http")
        headers = seen["headers"]
        assert headers["x-slack-signature"] == "v0=Ab"
        assert headers["dify-hook-id"] == wire.base.rpartition("/")[2]
        assert headers["dify-hook-url"] == f"{wire.base}/seen"
        assert headers["content-length"] == "6"
        assert not {"x-forwarded-for", "x-real-ip"} & set(headers)

    def test_last_of_doubled_headers(self, wire: Wire) -> None:
        assert (
            wire.plugin("/seen", headers=[("X-Two", "1"), ("X-Two", "2")]).json()["headers"]["x-two"] == "2"
        )

    def test_hook_url_of_a_proxy_stays(self, wire: Wire) -> None:
        given = {"Dify-Hook-Url": "https://bridge.example/e/x/seen", "X-Original-Host": "bridge.example"}
        seen = wire.plugin("/seen", headers=given).json()
        assert (seen["headers"]["dify-hook-url"], seen["host"]) == (given["Dify-Hook-Url"], "bridge.example")

    def test_hook_url_behind_tls(self, wire: Wire) -> None:
        seen = wire.plugin("/seen", headers={"X-Forwarded-Proto": "https"}).json()
        assert seen["headers"]["dify-hook-url"].startswith("https://127.0.0.1:")
        assert seen["scheme"] == "http"

    def test_an_empty_post_arrives_as_a_chunk_of_nothing(self, wire: Wire) -> None:
        seen = wire.plugin("/seen").json()
        assert bytes.fromhex(seen["body"]) == b"0\r\n\r\n"

    def test_ten_mebibytes_are_kept(self, wire: Wire) -> None:
        assert wire.plugin("/seen", content=b"x" * (BIG + 5)).json()["size"] == BIG

    def test_settings_and_surroundings(self, wire: Wire) -> None:
        seen = wire.plugin("/seen").json()
        assert seen["settings"] == {"app": {"app_id": "a"}, "token": "the-token"}
        assert seen["environment"] == {
            "SERVER_PORT": str(urlsplit(wire.base).port),
            "DIFY_INNER_API_URL": wire.dify.url,
            "INSTALL_METHOD": "local",
            "TIME_SCALE": "0.01",
        }
        assert seen["daemon_url"] == "http://localhost:5002"

    def test_a_header_with_an_underscore(self, wire: Wire) -> None:
        status, code, message = wire.plugin("/seen", headers={"X_Under": "1"}).refusal()
        assert (status, code) == (500, -500)
        assert "Invalid HTTP header" in message


class TestAnswer:
    """What the client sees of the plugin's answer."""

    def test_first_of_doubled_headers_is_the_sdks_last(self, wire: Wire) -> None:
        answer = wire.plugin("/seen")
        assert (answer.headers["x-two"], answer.headers["x-one"]) == ("second", "1")

    def test_head_comes_with_the_first_byte(self, wire: Wire) -> None:
        answer = wire.plugin("/drip", json={"before": 1, "drops": 3, "every": 0.5})
        assert (answer.status, answer.body) == (203, b"012")
        assert 1 <= answer.head < 1.5
        assert answer.end >= 2.5

    def test_chunks_that_come_at_once_may_get_lost(self, wire: Wire) -> None:
        """What follows the first chunk within a moment: three of four times nothing of it arrived."""
        bodies = {wire.plugin("/drip", json={"drops": 3}).body for _ in range(20)}
        assert b"0" in bodies
        assert all(b"012".startswith(body) for body in bodies)

    def test_chunks_that_take_their_time_arrive(self, wire: Wire) -> None:
        assert wire.plugin("/drip", json={"drops": 20, "every": 0.02}).body == b"0123456789" * 2

    def test_a_body_without_bytes(self, wire: Wire) -> None:
        answer = wire.plugin("/drip", json={"drops": 0})
        assert (answer.status, answer.body) == (203, b"")

    @pytest.mark.parametrize(("method", "path"), [("GET", "/seen"), ("PUT", "/seen"), ("DELETE", "/seen")])
    def test_method_of_no_endpoint(self, wire: Wire, method: str, path: str) -> None:
        answer = wire.plugin(path, method=method)
        told = b"Failed to dispatch endpoint request: 405 Method Not Allowed: "
        assert answer.status == 404
        assert answer.body.startswith(told)

    @pytest.mark.parametrize("path", ["/nothing", "/seen/"])
    def test_path_of_no_endpoint(self, wire: Wire, path: str) -> None:
        answer = wire.plugin(path)
        assert answer.status == 404
        assert answer.body.startswith(b"Failed to dispatch endpoint request: 404 Not Found")

    def test_method_the_daemon_does_not_route(self, wire: Wire) -> None:
        answer = wire.plugin("/seen", method="PATCH")
        assert (answer.status, answer.json()) == (404, {"code": "not_found", "message": "route not found"})

    def test_endpoint_with_a_bug(self, wire: Wire) -> None:
        answer = wire.plugin("/broken")
        assert (answer.status, answer.body) == (500, b"Internal Server Error: the endpoint's own bug")

    def test_unknown_hook(self, wire: Wire) -> None:
        assert wire.plugin("/seen", base=wire.base + "x").refusal() == (404, -400, "endpoint not found")


class TestEndpoints:
    """Settings and switches of the endpoints."""

    def test_switched_off_and_on(self, wire: Wire) -> None:
        base = wire.daemon.hook("switched", {"app": {"app_id": "b"}})
        wire.daemon.enable("switched", enabled=False)
        assert wire.plugin("/seen", base=base).refusal() == (404, -404, "endpoint not found")
        wire.daemon.enable("switched", enabled=True)
        assert wire.plugin("/seen", base=base).status == 201

    def test_new_settings_count_at_once(self, wire: Wire) -> None:
        base = wire.daemon.hook("changed", {"app": {"app_id": "b"}, "token": "old"})
        assert wire.plugin("/seen", base=base).json()["settings"]["token"] == "old"
        wire.daemon.hook("changed", {"app": {"app_id": "c"}, "token": "new", "mode": "b"})
        new = wire.plugin("/seen", base=base).json()["settings"]
        assert new == {"app": {"app_id": "c"}, "token": "new", "mode": "b"}

    def test_defaults_of_the_form_are_not_applied(self, wire: Wire) -> None:
        base = wire.daemon.hook("bare", {"app": {"app_id": "b"}})
        assert wire.plugin("/seen", base=base).json()["settings"] == {"app": {"app_id": "b"}}

    def test_dify_away(self, wire: Wire) -> None:
        wire.dify.down()
        try:
            status, code, message = wire.plugin("/seen").refusal()
        finally:
            wire.dify.down("")
        assert (status, code, message) == (500, -500, "data is nil")


class TestInvocation:
    """One reverse invocation, from the plugin's side."""

    def test_what_reaches_dify(self, wire: Wire) -> None:
        told = wire.ask("a", query="q", inputs={"x": 1}, conversation_id=None)
        assert told["error"] == ""
        assert told["events"][-1] == "message_end"
        call = wire.dify.invocations()[0]
        assert (call["query"], call["inputs"], call["asked_conversation_id"]) == ("q", {"x": 1}, "")
        assert (call["user"], call["user_id"], call["response_mode"]) == ("", "", "streaming")

    def test_events_pass_through_maps_of_go(self, wire: Wire) -> None:
        """Keys arrive sorted, numbers as float64 has them."""
        sent = {"b": {"z": 1, "y": [{"d": 1.0, "c": 0.5}]}, "a": 12345678901234567891, "Z": "<&>"}
        wire.dify.script(
            script.event({"event": "node_finished", "data": {"outputs": sent}}) + script.clean_end()
        )
        last = wire.ask("a")["last"]
        assert list(last) == sorted(last)
        assert json.dumps(last["data"]["outputs"]) == (
            '{"Z": "<&>", "a": 12345678901234567000, "b": {"y": [{"c": 0.5, "d": 1}], "z": 1}}'
        )

    @pytest.mark.parametrize(
        ("refusal", "start"),
        [
            (script.refuse(400, ""), "request failed with status code: 400 and respond with: {"),
            (
                script.refuse(500, "Internal Server Error", "unknown"),
                "request failed with status code: 500 and",
            ),
            (
                script.refuse(404, html="<h1>Not Found</h1>"),
                "request failed with status code: 404 and respond with: <h1>",
            ),
        ],
    )
    def test_refused_before_the_stream(self, wire: Wire, refusal: script.Steps, start: str) -> None:
        wire.dify.script(refusal)
        told = wire.ask("a")
        assert told["type"] == "Exception"
        assert told["events"] == []
        assert told["error"].startswith("invoke app failed: " + start)

    @pytest.mark.parametrize(
        ("ending", "error"),
        [
            (script.error_frame("boom"), "read app failed: request failed: boom"),
            (script.drop("frame"), "read app failed: unexpected EOF\nfailed to read system header"),
            (script.drop("header"), "read app failed: unexpected EOF\nfailed to read header"),
            (script.drop("data"), "read app failed: unexpected EOF\nfailed to read data"),
            (script.drop("between"), "read app failed: unexpected EOF\nfailed to read system header"),
            (script.clean_end(), ""),
        ],
        ids=lambda value: value[0].get("at") or value[0]["do"] if isinstance(value, list) else "",
    )
    def test_ends_in_the_stream(self, wire: Wire, ending: script.Steps, error: str) -> None:
        wire.dify.script(script.say("so far") + script.wait(0.2) + ending)
        told = wire.ask("a")
        assert (told["events"], told["error"]) == (["message"], error)

    def test_ends_without_any_event(self, wire: Wire) -> None:
        wire.dify.script(script.clean_end())
        told = wire.ask("a")
        assert (told["events"], told["error"]) == ([], "")

    def test_read_time_out_of_a_stream_that_fell_silent(self, wire: Wire) -> None:
        wire.dify.script(script.say("first") + script.silence())
        told = wire.ask("a")
        assert (told["events"], told["error"]) == (["message"], CUT)
        assert told["seconds"] == pytest.approx(wire.read_timeout, abs=0.5)
        assert wire.dify.wait_ended()[0]["outcome"] == "cancelled"

    def test_read_time_out_of_a_busy_stream(self, wire: Wire) -> None:
        """The cut may fall between two reads, and between any two parts of a frame."""
        wire.dify.script(script.say("on and on" * 20, seconds=10))
        told = wire.ask("a")
        assert told["error"].startswith((CUT.removesuffix("system header"), CUT_BETWEEN))
        assert len(told["events"]) > 20
        assert told["seconds"] == pytest.approx(wire.read_timeout, abs=0.5)

    @pytest.mark.not_on_0_6_3
    def test_silence_before_the_head_is_cut_by_the_sdk(self, wire: Wire) -> None:
        """The daemon's clock starts with Dify's head, which comes with the first event."""
        wire.dify.script(script.silence())
        told = wire.ask("a")
        assert (told["events"], told["error"]) == ([], SILENCE)
        assert wire.dify.wait_ended()[0]["outcome"] == "cancelled"

    def test_unknown_app(self, wire: Wire) -> None:
        assert (
            wire.plugin("/form", json={"app": "none"})
            .json()["error"]
            .startswith("fetch app failed: request failed: ")
        )

    def test_unknown_app_by_status(self, wire: Wire) -> None:
        wire.dify.fetch_errors(in_band=False)
        try:
            assert (
                wire.plugin("/form", json={"app": "none"}).json()["error"] == "fetch app failed: data is nil"
            )
        finally:
            wire.dify.fetch_errors(in_band=True)

    def test_form(self, wire: Wire) -> None:
        wire.dify.app("a", opening_statement="Hello!")
        assert wire.plugin("/form", json={"app": "a"}).json()["form"]["opening_statement"] == "Hello!"


class TestStorage:
    """The words of the storage."""

    def keep(self, wire: Wire, do: str, key: str, value: bytes = b"") -> object:
        told = wire.plugin("/keep", json={"do": do, "key": key, "value": value.hex()}).json()
        if "error" in told:
            assert told["type"] == "Exception"
            return str(told["error"])
        return told["found"]

    def test_there_and_back(self, wire: Wire) -> None:
        assert self.keep(wire, "get", "a") == MISSING
        assert self.keep(wire, "exist", "a") is False
        self.keep(wire, "set", "a", b"\x00\xff")
        assert self.keep(wire, "get", "a") == "00ff"
        assert self.keep(wire, "exist", "a") is True
        self.keep(wire, "delete", "a")
        assert self.keep(wire, "get", "a") == MISSING

    def test_empty_value(self, wire: Wire) -> None:
        self.keep(wire, "set", "empty", b"")
        assert self.keep(wire, "get", "empty") == ""

    def test_delete_of_a_missing_key(self, wire: Wire) -> None:
        told = str(self.keep(wire, "delete", "missing"))
        assert told.startswith("delete data failed: stat ")
        assert told.endswith("/missing: no such file or directory")

    def test_lengths_of_keys(self, wire: Wire) -> None:
        self.keep(wire, "set", "k" * 255, b"1")
        assert self.keep(wire, "get", "k" * 255) == "31"
        assert str(self.keep(wire, "set", "k" * 256, b"1")).endswith(": file name too long")
        assert (
            self.keep(wire, "set", "k" * 257, b"1")
            == "save data failed: key length must be less than 256 characters"
        )
        assert self.keep(wire, "get", "k" * 257) == MISSING

    @pytest.mark.parametrize("key", ["../x", "a/../../x", "a\\b"])
    def test_keys_that_lead_astray(self, wire: Wire, key: str) -> None:
        assert self.keep(wire, "set", key, b"1") == TRAVERSAL

    def test_empty_key(self, wire: Wire) -> None:
        told = str(self.keep(wire, "get", ""))
        assert told.startswith("unmarshal backwards invoke request failed: error validating struct: ")

    def test_folders_and_keys(self, wire: Wire) -> None:
        self.keep(wire, "set", "folder/key", b"1")
        assert self.keep(wire, "get", "folder/key") == "31"
        assert str(self.keep(wire, "set", "folder", b"1")).endswith("/folder: is a directory")

    def test_over_the_manifests_size(self, wire: Wire) -> None:
        """The error comes although the value is stored (docs/platform/dify.md#storage-quota)."""
        full = "save data failed: allocated size is greater than max storage size"
        assert self.keep(wire, "set", "big", b"x" * 5000) == full
        assert self.keep(wire, "get", "big") == "78" * 5000


class TestClocks:
    """How long a request may live."""

    def test_killed_after_its_first_byte(self, wire: Wire) -> None:
        answer = wire.plugin("/drip", json={"drops": 100, "every": 0.1, "tag": "clock"})
        assert answer.status == 203
        assert answer.body.endswith(KILLED)
        assert answer.end - answer.head == pytest.approx(wire.request_limit, abs=0.5)

    def test_waits_without_limit_for_the_first_byte(self, wire: Wire) -> None:
        answer = wire.plugin("/drip", json={"before": wire.request_limit + 1, "drops": 3, "every": 0.1})
        assert (answer.status, answer.body) == (203, b"012")

    @pytest.mark.not_on_0_6_3
    def test_the_kill_cancels_the_invocation(self, wire: Wire) -> None:
        """Only the second invocation of a request can outlive it: one alone is cut before (2.4 s of 6)."""
        wire.dify.script(script.say("and so on", seconds=2))
        asked = wire.later("/ask", json={"app": "a", "early": True, "times": 4, "tag": "killed"})
        assert asked.result().body.endswith(KILLED)
        until(lambda: wire.dify.running() == 0, 2, "the cancellation")
        assert wire.dify.invocations()[-1]["outcome"] == "cancelled"


class TestHangUp:
    """The client leaves."""

    @pytest.mark.not_on_0_6_3
    def test_cancels_the_invocation(self, wire: Wire) -> None:
        wire.dify.script(script.say("slowly", seconds=2))
        answer = wire.plugin("/ask", json={"app": "a", "tag": "left"}, patience=0.5)
        assert answer.broken == "ReadTimeout"
        assert wire.dify.wait_ended()[0]["outcome"] == "cancelled"
        assert wire.verdict("left", 6)["error"] in {CANCELLED, SILENCE}

    @pytest.mark.not_on_0_6_3
    def test_cancels_it_after_the_first_byte_too(self, wire: Wire) -> None:
        wire.dify.script(script.say("slowly", seconds=1) + script.silence())
        answer = wire.plugin("/ask", json={"app": "a", "tag": "left early", "early": True}, patience=0.5)
        assert (answer.status, answer.body, answer.broken) == (202, b".", "ReadTimeout")
        assert wire.dify.wait_ended()[0]["outcome"] == "cancelled"
        assert wire.verdict("left early", 6)["error"] in {CANCELLED, SILENCE}

    def test_a_call_after_the_answer_is_dropped(self, wire: Wire) -> None:
        assert wire.plugin("/late", json={"tag": "late"}).json() == {"left": True}
        assert wire.verdict("late", 6)["told"] == SILENCE

    @pytest.mark.not_on_0_6_3
    def test_a_call_begun_before_the_answer_is_cut_off(self, wire: Wire) -> None:
        wire.dify.script(script.say("slowly", seconds=2))
        assert wire.plugin("/ask", json={"app": "a", "tag": "loose", "loose": True}).body == b"left"
        assert wire.verdict("loose", 6)["error"] in {CANCELLED, SILENCE}
        assert wire.dify.wait_ended()[0]["outcome"] == "cancelled"


class TestDeath:
    """The plugin's process, and the daemon's, killed."""

    @pytest.mark.not_on_0_6_3
    def test_requests_are_held_while_the_plugin_is_away(self, wire: Wire) -> None:
        before = wire.plugin("/seen").json()["pid"]
        wire.daemon.kill_plugin()
        held = [wire.later("/seen") for _ in range(5)]
        answers = [request.result() for request in held]
        assert {answer.status for answer in answers} == {201}
        assert before not in {answer.json()["pid"] for answer in answers}

    @pytest.mark.not_on_0_6_3
    def test_a_request_of_the_killed_process_hangs(self, wire: Wire) -> None:
        """Nobody tells its client; only one that left takes the invocation with it."""
        wire.dify.script(script.say("slowly", seconds=2))
        asked = wire.later("/ask", json={"app": "a", "tag": "killed process"}, patience=4)
        wire.dify.wait_invocations(1)
        time.sleep(0.3)
        wire.daemon.kill_plugin()
        answer = asked.result()
        assert (answer.status, answer.broken) == (0, "ReadTimeout")
        assert answer.end >= 4
        assert wire.dify.wait_ended()[0]["outcome"] == "done"
        assert not [note for note in wire.journal("killed process") if "seconds" in note]

    def test_a_body_of_the_killed_process_ends_with_the_clock(self, wire: Wire) -> None:
        dripping = wire.later("/drip", json={"drops": 100, "every": 0.1, "tag": "killed drip"})
        until(lambda: len(wire.journal("killed drip")) > 2, 5, "the first drops")
        wire.daemon.kill_plugin()
        answer = dripping.result()
        assert answer.body.endswith(KILLED)
        assert len(answer.body) < len(KILLED) + 30

    @pytest.mark.not_on_0_6_3
    def test_a_client_that_leaves_a_killed_process(self, wire: Wire) -> None:
        wire.dify.script(script.silence())
        asked = wire.later("/ask", json={"app": "a", "tag": "killed, left"}, patience=1)
        wire.dify.wait_invocations(1)
        wire.daemon.kill_plugin()
        assert asked.result().broken == "ReadTimeout"
        ended = wire.dify.wait_ended()[0]
        assert ended["outcome"] == "cancelled"
        assert ended["ended"] - ended["started"] < wire.read_timeout - 0.5

    def test_before_the_first_heartbeat(self, wire: Wire) -> None:
        wire.daemon.restart_daemon(wait=False)
        refused = wire.plugin("/seen")
        assert refused.refusal() == (404, -500, "no available node, plugin runtime not found")
        until(lambda: wire.plugin("/seen").status == 201, 30, "the plugin")

    def test_endpoints_and_storage_outlive_a_restart(self, wire: Wire) -> None:
        kept = wire.plugin("/keep", json={"do": "set", "key": "kept", "value": "31"})
        assert kept.json() == {"found": None}
        wire.daemon.restart_daemon()
        assert wire.plugin("/keep", json={"do": "get", "key": "kept"}).json() == {"found": "31"}
