"""Runs that their end user follows. Each rule names the fact in docs/platform/dify-service-api.md it comes from."""

import json
from typing import Any

import gevent
import pytest

from simulators.dify import script
from simulators.dify.versions import VERSIONS
from simulators.http1.client import Call
from tests.simulators.dify.conftest import Wire

USER, STRANGER = "slack:T1:U1", "slack:T1:U2"
PING = b"event: ping\n\n"
STEPS = script.say("One. ") + script.wait(100) + script.say("Two. ") + script.wait(50) + script.say("Three.")


class Flow:
    """A chatflow over the Service API, and the run that it has begun: who began the run leaves after the first text."""

    def __init__(self, dify: Wire, steps: script.Steps = STEPS, mode: str = "advanced-chat") -> None:
        self.dify = dify
        self.app_id = dify.app("followed", mode)
        self.mode = mode
        dify.script(steps, self.app_id, times=1)

    def send(self, method: str, path: str, body: Any = None) -> tuple[Call, int]:
        key = {
            "Authorization": f"Bearer {self.dify.api_key(self.app_id)}",
            "Content-Type": "application/json",
        }
        call = Call(self.dify.url)
        return call, call.send(method, path, key, b"" if body is None else json.dumps(body).encode())

    def begun(self) -> tuple[Call, str]:
        """The call that began the run, at its first event, and the run's id."""
        body = {"query": "hello", "inputs": {}, "user": USER, "response_mode": "streaming"}
        path = "workflows/run" if self.mode == "workflow" else "chat-messages"
        call, _ = self.send("POST", f"/v1/{path}", body)
        for piece in call.chunks():
            if found := told(piece):
                return call, str(found[0]["workflow_run_id"])
        raise AssertionError("no event")

    def follow(self, run_id: str, user: str = USER) -> tuple[Call, int]:
        return self.send("GET", f"/v1/workflow/{run_id}/events?user={user}")

    def now(self, run_id: str) -> dict[str, Any]:
        call, _ = self.send("GET", f"/v1/workflows/run/{run_id}")
        found: dict[str, Any] = json.loads(call.body())
        call.close()
        return found


def told(raw: bytes) -> list[dict[str, Any]]:
    lines = [line for line in raw.decode().splitlines() if line.startswith("data: ")]
    return [json.loads(line.removeprefix("data: ")) for line in lines]


def said(events: list[dict[str, Any]]) -> str:
    return "".join(event["answer"] for event in events if event["event"] == "message")


@pytest.mark.parametrize("leaves", [True, False])
def test_run_is_followed_from_the_next_event_on_whoever_began_it(dify: Wire, leaves: bool) -> None:
    """#run-events, #hanging-up: nothing is told again, and the run goes on without the one who began it."""
    flow = Flow(dify)
    first, run_id = flow.begun()
    if leaves:
        first.close()
    assert (flow.now(run_id)["status"], flow.now(run_id)["outputs"]) == ("running", {})
    call, status = flow.follow(run_id)
    pieces = call.chunks()
    assert (status, next(pieces)) == (200, PING)
    events = told(b"".join(pieces))
    assert said(events) == "Two. Three."
    assert events[-1]["event"] == "workflow_finished"
    assert events[-1]["data"]["outputs"] == {"answer": "One. Two. Three."}
    assert flow.now(run_id)["outputs"] == {"answer": "One. Two. Three."}


def test_run_of_a_workflow_is_followed_too(dify: Wire) -> None:
    """#run-events."""
    flow = Flow(dify, mode="workflow")
    first, run_id = flow.begun()
    first.close()
    call, _ = flow.follow(run_id)
    *_, last = told(b"".join(call.chunks()))
    assert (last["event"], last["data"]["outputs"]) == ("workflow_finished", {"text": "One. Two. Three."})


def test_run_that_has_ended_tells_only_its_end(dify: Wire) -> None:
    """#run-events."""
    flow = Flow(dify, script.say("One.") + script.fail("no"))
    first, run_id = flow.begun()
    first.close()
    gevent.sleep(0.5)
    call, _ = flow.follow(run_id)
    [event] = told(b"".join(call.chunks()))
    assert (event["event"], event["data"]["status"]) == ("workflow_finished", "failed")


def test_stream_of_a_silent_run_ends_and_its_run_goes_on(dify: Wire) -> None:
    """#run-events: 300 s without an event."""
    flow = Flow(dify, script.say("One. ") + script.wait(400) + script.say("Two."))
    first, run_id = flow.begun()
    first.close()
    call, _ = flow.follow(run_id)
    assert told(b"".join(call.chunks())) == []
    assert flow.now(run_id)["status"] == "running"
    call, _ = flow.follow(run_id)
    assert said(told(b"".join(call.chunks()))) == "Two."


def test_stream_with_events_lives_as_long_as_its_run(dify: Wire) -> None:
    """#run-events: the time begins anew with each event."""
    flow = Flow(dify, script.pieces(*"abcd", gap=120))
    first, run_id = flow.begun()
    call, _ = flow.follow(run_id)
    first.close()
    assert told(b"".join(call.chunks()))[-1]["event"] == "workflow_finished"


def test_stranger_and_unknown_run_are_not_found(dify: Wire) -> None:
    """#run-events: a run belongs to its user."""
    flow = Flow(dify)
    first, run_id = flow.begun()
    assert [flow.follow(run_id, STRANGER)[1], flow.follow("none")[1]] == [404, 404]
    first.close()


@pytest.mark.parametrize("version", sorted(VERSIONS))
def test_events_are_told_since_1_14(dify: Wire, version: str) -> None:
    """#run-events."""
    dify.version(version)
    flow = Flow(dify, script.say("One."))
    _, run_id = flow.begun()
    assert flow.follow(run_id)[1] == (200 if VERSIONS[version].forms else 404)
    assert flow.now(run_id)["status"] in {"running", "succeeded"}


def test_flow_may_be_refused_before_its_run(dify: Wire) -> None:
    """#service-errors."""
    flow = Flow(dify, script.refuse(400, "Workflow not published"))
    body = {"query": "hello", "inputs": {}, "user": USER, "response_mode": "streaming"}
    call, status = flow.send("POST", "/v1/chat-messages", body)
    assert (status, json.loads(call.body())["message"]) == (400, "Workflow not published")
    call.close()
