"""Paused runs of the simulated Dify. Each rule names the fact in docs/platform/dify-service-api.md it comes from."""

import json
from typing import Any

import gevent
import pytest

from simulators.dify import script
from simulators.dify.versions import VERSIONS
from simulators.http1.client import Call
from tests.simulators.dify.conftest import Wire

FIELD = {"type": "paragraph", "output_variable_name": "reason", "default": {"type": "constant", "value": ""}}
STEPS = script.say("before") + script.pause("Sure?", inputs=[FIELD]) + script.say("after")
ANSWER = {"inputs": {"reason": "x"}, "action": "ok", "user": "slack:T1:U2"}


USER = "slack:T1:U1"


class Service:
    """Calls the Service API with the key of one chatflow."""

    def __init__(self, dify: Wire) -> None:
        self.dify = dify
        self.app_id = dify.app("service-forms", "advanced-chat")

    def send(self, method: str, path: str, body: Any = None) -> tuple[Call, int]:
        key = {
            "Authorization": f"Bearer {self.dify.api_key(self.app_id)}",
            "Content-Type": "application/json",
        }
        call = Call(self.dify.url)
        return call, call.send(method, path, key, b"" if body is None else json.dumps(body).encode())

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, dict[str, Any]]:
        call, status = self.send(method, path, body)
        answer = json.loads(call.body() or b"{}")
        call.close()
        return status, answer

    def events(self) -> list[dict[str, Any]]:
        body = {"query": "hello", "inputs": {}, "user": USER, "response_mode": "streaming"}
        call, _ = self.send("POST", "/v1/chat-messages", body)
        lines = b"".join(call.chunks()).decode().splitlines()
        call.close()
        return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


@pytest.fixture
def service(dify: Wire) -> Service:
    service = Service(dify)
    dify.script(STEPS, service.app_id, times=1)
    return service


def paused(service: Service) -> tuple[str, str]:
    """Run the app until it waits. Returns the token of its form and the id of its run."""
    events = service.events()
    form = next(event for event in events if event["event"] == "human_input_required")
    return form["data"]["form_token"], form["workflow_run_id"]


def listening(service: Service, run_id: str, user: str = USER) -> tuple[Call, int]:
    return service.send("GET", f"/v1/workflow/{run_id}/events?user={user}")


def names(raw: bytes) -> list[str]:
    lines = [line for line in raw.decode().splitlines() if line.startswith("data: ")]
    return [json.loads(line.removeprefix("data: "))["event"] for line in lines]


def answer(service: Service, token: str, **changes: Any) -> tuple[int, str]:
    status, body = service.call("POST", f"/v1/form/human_input/{token}", ANSWER | changes)
    return status, str(body.get("code", ""))


def test_listener_is_pinged_and_hears_the_rest_of_the_run(service: Service) -> None:
    """#run-events: whoever listens first hears what follows the answer."""
    token, run_id = paused(service)
    call, status = listening(service, run_id)
    pieces = call.chunks()
    assert (status, next(pieces)) == (200, b"event: ping\n\n")
    assert answer(service, token) == (200, "")
    heard = names(b"".join(pieces))
    assert heard[0] == "human_input_form_filled"
    assert "message" in heard
    assert heard[-2:] == ["message_end", "workflow_finished"]
    _, now = service.call("GET", f"/v1/workflows/run/{run_id}")
    assert (now["status"], now["outputs"]) == ("succeeded", {"answer": "beforeafter"})


def test_late_listener_hears_only_the_last_event_and_a_stranger_nothing(service: Service) -> None:
    """#run-events: nothing is kept, and the run belongs to its user."""
    token, run_id = paused(service)
    assert listening(service, run_id, "slack:T1:U2")[1] == 404
    answer(service, token)
    gevent.sleep(1)
    call, _ = listening(service, run_id)
    assert names(b"".join(call.chunks())) == ["workflow_finished"]


def test_form_is_answered_once_and_completely(service: Service) -> None:
    """#form-answers: every input, a known action, and once."""
    token, _ = paused(service)
    assert answer(service, token, inputs={}) == (400, "invalid_form_data")
    assert answer(service, token, action="no") == (400, "invalid_form_data")
    assert answer(service, "other") == (404, "not_found")
    assert answer(service, token) == (200, "")
    assert answer(service, token) == (412, "human_input_form_submitted")


def test_expired_form_takes_no_answer(service: Service) -> None:
    """#forms: a form has an end."""
    token, _ = paused(service)
    [form] = [one for one in service.dify.forms(service.app_id) if one["token"] == token]
    service.dify.expire_form(form["form_id"])
    assert answer(service, token) == (412, "human_input_form_expired")


def test_open_route_needs_no_key_and_takes_thirty_answers_a_minute(service: Service) -> None:
    """#form-answers: open on purpose, and limited by address."""
    token, _ = paused(service)

    def openly() -> int:
        call = Call(service.dify.url)
        status = call.send("POST", f"/api/form/human_input/{token}", {}, json.dumps(ANSWER).encode())
        call.close()
        return status

    assert [openly() for _ in range(31)] == [200] + [412] * 29 + [429]


@pytest.mark.parametrize("version", sorted(VERSIONS))
def test_routes_for_forms_exist_since_1_14(service: Service, version: str) -> None:
    """#form-answers, #run-events."""
    service.dify.version(version)
    token, run_id = paused(service)
    expected = 200 if VERSIONS[version].forms else 404
    assert listening(service, run_id)[1] == expected
    assert answer(service, token)[0] == expected


def test_run_that_waits_for_two_forms_names_the_second_again(dify: Wire) -> None:
    """#forms: the first answer ends the stream with the form that is left."""
    service = Service(dify)
    dify.script(script.pause("One?", also=[{"form": "Two?", "title": "Two"}]), service.app_id, times=1)
    token, run_id = paused(service)
    call, _ = listening(service, run_id)
    answer(service, token, inputs={})
    heard = names(b"".join(call.chunks()))
    assert heard == ["human_input_form_filled", "human_input_required", "workflow_paused"]
