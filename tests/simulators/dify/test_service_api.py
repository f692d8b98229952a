"""The Service API at the wire. Each rule names the fact it comes from in docs/platform/dify-service-api.md."""

import json
import time
from collections.abc import Iterator
from typing import Any

import gevent
import pytest

from simulators.dify import script
from simulators.dify.apps import variable
from simulators.dify.versions import VERSIONS
from simulators.http1.client import Call
from tests.simulators.dify.conftest import Wire
from tests.simulators.dify.service import USER, Service

FLOWS = ("advanced-chat", "workflow")
SCALE = 0.02


@pytest.fixture(params=sorted(VERSIONS))
def version(dify: Wire, request: pytest.FixtureRequest) -> Iterator[str]:
    """Each row of versions in turn."""
    dify.version(request.param)
    yield request.param
    dify.version("newest")


def names(events: list[dict[str, Any]]) -> list[str]:
    return [event["event"] for event in events if not event["event"].startswith("node_")]


def test_index_needs_no_key_and_tells_the_version(dify: Wire, version: str) -> None:
    """#version-and-kind."""
    call = Call(dify.url)
    assert call.send("GET", "/v1/", {}, b"") == 200
    assert json.loads(call.body())["server_version"] == version
    call.close()


@pytest.mark.parametrize("mode", ["chat", "agent-chat", "advanced-chat", "workflow", "completion", "agent"])
def test_key_tells_kind_and_parameters_but_no_app_id(dify: Wire, mode: str) -> None:
    """#version-and-kind, #key-of-an-app."""
    service = Service(dify, mode, form=[variable("a")])
    status, info = service.call("GET", "/v1/info")
    assert (status, info["mode"]) == (200, mode)
    assert "id" not in info
    parameters = service.call("GET", "/v1/parameters")[1]
    assert parameters["user_input_form"] == [variable("a")]
    if mode != "agent":
        [found] = [dify.inner("fetch/app/info", {"app_id": service.app_id})[1]["data"]["data"]]
        assert found == parameters


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("chat", ["message", "message", "message_end"]),
        ("agent-chat", ["agent_thought", "agent_message", "agent_message", "agent_thought", "message_end"]),
        ("advanced-chat", ["workflow_started", "message", "message", "message_end", "workflow_finished"]),
        ("workflow", ["workflow_started", "text_chunk", "text_chunk", "workflow_finished"]),
        ("completion", ["message", "message", "message_end"]),
    ],
)
def test_kind_of_app_streams_its_events_on_its_route(
    dify: Wire, mode: str, expected: list[str], version: str
) -> None:
    """#routes-by-kind, #event-stream."""
    service = Service(dify, mode)
    assert names(service.events()) == expected
    [asked] = dify.invocations()
    assert (asked["via"], asked["user"], asked["outcome"]) == ("api", USER, "done")


def test_new_agent_sends_its_whole_answer_behind_the_deltas(dify: Wire, version: str) -> None:
    """#new-agent-events, #routes-by-kind: since 1.15.0."""
    service = Service(dify, "agent")
    if version < "1.15":
        assert service.refusal()[:2] == (400, "not_chat_app")
        return
    events = service.events()
    assert names(events)[-2:] == ["message", "message_end"]
    assert events[-2]["answer"] == "You said: hello"


def test_flow_begins_with_a_ping_and_goes_on_with_pings(dify: Wire) -> None:
    """#event-stream."""
    service = Service(dify, "advanced-chat")
    dify.script(script.wait(25) + script.say("late"), service.app_id)
    raw = service.raw()
    assert raw.startswith("event: ping\n\n")
    assert raw.count("event: ping\n\n") >= 3


def test_flow_ends_at_the_end_of_its_workflow(dify: Wire, version: str) -> None:
    """#streams-of-both-ways: no `error` after a failure, no `message_end` after a stop."""
    service = Service(dify, "advanced-chat")
    dify.script(script.say("x") + script.fail("boom"), service.app_id, times=1)
    failed = service.events()[-1]
    assert (failed["event"], failed["data"]["status"], failed["data"]["error"]) == (
        "workflow_finished",
        "failed",
        "boom",
    )
    dify.script(script.say("x") + script.stop(), service.app_id, times=1)
    assert names(service.events())[-1] == "workflow_finished"
    dify.script(script.say("x") + script.pause(), service.app_id, times=1)
    assert names(service.events())[-1] == "workflow_paused"


def test_annotation_hit_of_a_chatflow_ends_twice(dify: Wire, version: str) -> None:
    """#false-failure."""
    service = Service(dify, "advanced-chat")
    dify.script(script.preempt("Known."), service.app_id)
    began = time.monotonic()
    raw = service.raw()
    if version < "1.15":
        assert '"workflow_finished"' not in raw
        assert raw.endswith("event: ping\n\n")
        assert time.monotonic() - began > 280 * SCALE
    else:
        assert raw.index("message_end") < raw.index("Workflow stream ended without a terminal event")


@pytest.mark.parametrize("mode", ["chat", "agent-chat", "completion"])
def test_missing_input_of_an_app_in_the_api_process_is_refused(dify: Wire, mode: str, version: str) -> None:
    """#missing-inputs."""
    service = Service(dify, mode, form=[variable("a", required=True)])
    assert service.refusal() == (400, "invalid_param", "a is required in input form")


@pytest.mark.parametrize("mode", FLOWS)
def test_missing_input_of_a_flow_is_pings_or_a_failed_run(dify: Wire, mode: str, version: str) -> None:
    """#missing-inputs."""
    service = Service(dify, mode, form=[variable("a", required=True)])
    raw = service.raw()
    if version < "1.15":
        assert raw.replace("event: ping\n\n", "") == ""
        assert raw.count("ping") >= 25
    else:
        assert "a is required in input form" in raw
        assert "conversation_id" not in raw


def test_conversation_belongs_to_its_end_user(dify: Wire, version: str) -> None:
    """#foreign-conversations: another user, and a conversation of the other way."""
    chat = Service(dify, "chat")
    own = chat.events()[0]["conversation_id"]
    assert chat.events(conversation_id=own)[0]["conversation_id"] == own
    assert chat.refusal(conversation_id=own, user="slack:T1:U2")[:2] == (404, "not_found")
    reverse = dify.events(chat.app_id)[0]["conversation_id"]
    assert chat.refusal(conversation_id=reverse)[:2] == (404, "not_found")
    assert dify.refusal(chat.app_id, conversation_id=own) == ""
    assert chat.call("GET", f"/v1/messages?conversation_id={own}&user=slack%3AT1%3AU1")[0] == 200
    assert chat.call("GET", f"/v1/messages?conversation_id={own}&user=slack%3AT1%3AU2")[0] == 404


def test_foreign_conversation_of_a_chatflow_differs_by_version(dify: Wire, version: str) -> None:
    """#foreign-conversations."""
    flow = Service(dify, "advanced-chat")
    own = flow.events()[0]["conversation_id"]
    assert flow.events(conversation_id=own)[0]["conversation_id"] == own
    foreign = {"conversation_id": own, "user": "slack:T1:U2"}
    if version < "1.15":
        assert flow.events(**foreign) == []
    elif version == "1.15.0":
        assert flow.events(**foreign)[0]["conversation_id"] != own
    else:
        assert flow.refusal(**foreign) == (404, "not_found", "Conversation Not Exists.")


def test_two_first_calls_at_once_make_two_end_users(dify: Wire) -> None:
    """#end-users: the conversation of one of them is lost."""
    service = Service(dify, "chat")
    both = [gevent.spawn(service.events, user="slack:T1:U9") for _ in range(2)]
    gevent.joinall(both)
    rows = [row for row in dify.end_users() if row["session_id"] == "slack:T1:U9"]
    assert len(rows) == 2
    ids = [one.get()[0]["conversation_id"] for one in both]
    found = [
        service.call("GET", f"/v1/messages?conversation_id={one}&user=slack%3AT1%3AU9")[0] for one in ids
    ]
    assert sorted(found) == [200, 404]


def test_end_user_names_the_app_of_the_key(dify: Wire) -> None:
    """#key-of-an-app."""
    service = Service(dify, "chat")
    service.events(user="slack:T1:U5")
    row = next(row for row in dify.end_users() if row["session_id"] == "slack:T1:U5")
    assert service.call("GET", f"/v1/end-users/{row['row_id']}")[1]["app_id"] == service.app_id


def test_refusals_are_told_apart(dify: Wire) -> None:
    """#service-errors."""
    chat, flow = Service(dify, "chat"), Service(dify, "workflow")
    assert chat.call("GET", "/v1/info", key="app-wrong") == (
        401,
        {"code": "unauthorized", "message": "Access token is invalid", "status": 401},
    )
    assert chat.call("GET", "/v1/info", headers={"Authorization": "Basic x"})[1]["code"] == "unauthorized"
    body = {"query": "x", "inputs": {}, "user": USER}
    assert flow.call("POST", "/v1/chat-messages", body)[1]["code"] == "not_chat_app"
    assert chat.call("POST", "/v1/workflows/run", body)[1]["code"] == "not_workflow_app"
    assert chat.call("POST", "/v1/completion-messages", body)[1]["code"] == "app_unavailable"
    assert chat.refusal(user="")[2] == "Arg user must be provided."
    assert "validation errors" in chat.refusal(inputs=None)[2]
    assert chat.call("POST", "/v1/chat-messages", body, headers={"X": "y"})[0] == 415
    dify.switch_api_off(chat.app_id)
    assert chat.refusal()[:2] == (403, "forbidden")
    dify.switch_api_off()
    dify.revoke_keys(chat.app_id)
    assert chat.refusal()[:2] == (401, "unauthorized")
    dify.revoke_keys()
    unpublished = Service(dify, "workflow", published=False)
    assert unpublished.refusal()[2] == "Workflow not published"
    assert unpublished.call("GET", "/v1/parameters")[1]["code"] == "app_unavailable"


def test_too_many_runs_are_refused_as_a_wrong_parameter(dify: Wire) -> None:
    """#service-errors."""
    service = Service(dify, "chat")
    dify.limit_runs(1)
    dify.script(script.say("x", seconds=20), service.app_id)
    running, _ = service.open()
    status, code, message = service.refusal()
    assert (status, code) == (400, "invalid_param")
    assert message.startswith("Too many requests. Please try again later.")
    b"".join(running.chunks())
    running.close()


def test_runs_of_flows_wait_for_a_worker(dify: Wire) -> None:
    """#workers: one at a time on 1.13, and only pings where none is free."""
    dify.version("1.13.3")
    service = Service(dify, "advanced-chat")
    dify.script(script.say("x", seconds=5), service.app_id)
    both = [gevent.spawn(service.events) for _ in range(2)]
    gevent.joinall(both)
    first, second = sorted(dify.invocations(), key=lambda one: one["first_event"])
    assert second["first_event"] >= first["ended"] - 0.05
    dify.workers(0)
    assert service.raw().replace("event: ping\n\n", "") == ""


def test_upload_belongs_to_its_end_user(dify: Wire, version: str) -> None:
    """#service-files."""
    service = Service(dify, "chat", form=[variable("doc", "file")], file_upload={"enabled": True})
    status, stored = service.upload(USER)
    assert (status, stored["name"]) == (201, "a.txt")
    file = {"type": "document", "transfer_method": "local_file", "upload_file_id": stored["id"]}
    assert service.events(inputs={"doc": file}, files=[file])
    assert dify.invocations()[-1]["files"] == [file]
    assert service.refusal(inputs={"doc": file}, user="slack:T1:U2")[2] == "Invalid upload file"
    assert service.refusal(files=[file], user="slack:T1:U2")[2] == "Invalid upload file"
    assert service.upload(USER, b"x" * (15 * 1024 * 1024 + 1))[1]["code"] == "file_too_large"
    assert service.upload("")[1]["message"] == "Arg user must be provided."


def test_files_of_an_app_without_file_upload_are_left_out_silently(dify: Wire) -> None:
    """#service-files."""
    service = Service(dify, "chat")
    file = {"type": "image", "transfer_method": "local_file", "upload_file_id": service.upload(USER)[1]["id"]}
    assert service.events(files=[file])
    assert dify.invocations()[-1]["files"] == []


@pytest.mark.parametrize("mode", ["chat", "advanced-chat", "workflow"])
def test_stop_call_ends_a_run_of_its_user_and_any_flow(dify: Wire, mode: str, version: str) -> None:
    """#stop-calls."""
    service = Service(dify, mode)
    dify.script(script.say("Part. ", seconds=2) + script.silence(), service.app_id)
    path = "workflows/tasks" if mode == "workflow" else "chat-messages"
    reading = gevent.spawn(service.events)
    dify.wait_invocations(1)
    dify.until(lambda: dify.invocations()[0]["task_id"], 5, "a task")
    stop = f"/v1/{path}/{dify.invocations()[0]['task_id']}/stop"
    assert service.call("POST", stop, {"user": "slack:T1:U2"}) == (200, {"result": "success"})
    works = dify.service_stops()[-1]["works"]
    assert works == (mode != "chat")
    if not works:
        service.call("POST", stop, {"user": USER})
    last = reading.get(timeout=5)[-1]
    assert last["event"] == "message_end" if mode == "chat" else last["data"]["status"] == "stopped"


@pytest.mark.parametrize("mode", ["chat", "advanced-chat"])
def test_hanging_up_ends_a_run_only_in_the_api_process_of_1_16(dify: Wire, mode: str, version: str) -> None:
    """#hanging-up."""
    service = Service(dify, mode)
    dify.script(script.say("A long answer. ", seconds=20), service.app_id)
    call, _ = service.open()
    next(call.chunks())
    dify.until(lambda: dify.invocations()[0]["first_text"], 5, "text")
    call.close()
    [ended] = dify.wait_ended(1)
    assert ended["left"]
    assert ended["outcome"] == ("cancelled" if (mode, version) == ("chat", "1.16.1") else "done")


def test_other_program_at_the_address_answers_as_it_likes(dify: Wire) -> None:
    """#service-errors: a wrong base address."""
    dify.answer_oddly(404, "<html>nothing here</html>", Content_Type="text/html")
    call = Call(dify.url)
    assert call.send("GET", "/v1/", {}, b"") == 404
    assert b"<html>" in call.body()
    call.close()
    dify.answer_oddly()


def rated(service: Service, message_id: str, **body: Any) -> tuple[int, dict[str, Any]]:
    return service.call("POST", f"/v1/messages/{message_id}/feedbacks", {"user": USER, **body})


def message_of(events: list[dict[str, Any]]) -> str:
    return str(next(event["message_id"] for event in events if event.get("message_id")))


def test_vote_of_the_message_owner_counts_and_the_last_one_stays(dify: Wire, version: str) -> None:
    """docs/platform/dify-service-api.md#feedback."""
    service = Service(dify, "chat")
    message_id = message_of(service.events())
    assert rated(service, message_id, rating="like") == (200, {"result": "success"})
    assert rated(service, message_id, rating="dislike", content="anna (U1): wrong")[0] == 200
    [kept] = [one for one in dify.feedbacks() if one["message_id"] == message_id]
    assert (kept["rating"], kept["content"]) == ("dislike", "anna (U1): wrong")
    assert rated(service, message_id, rating=None)[0] == 200
    assert [one for one in dify.feedbacks() if one["message_id"] == message_id] == []
    assert rated(service, message_id, rating=None)[0] == 400
    assert rated(service, message_id, rating="best")[0] == 400


def test_vote_of_another_user_or_app_is_refused(dify: Wire) -> None:
    """docs/platform/dify-service-api.md#feedback."""
    service = Service(dify, "chat")
    message_id = message_of(service.events())
    status, refusal = rated(service, message_id, rating="like", user="slack:T1:U2")
    assert (status, refusal["code"], refusal["message"]) == (404, "not_found", "Message Not Exists.")
    assert rated(Service(dify, "agent-chat"), message_id, rating="like")[0] == 404
    assert service.call("POST", f"/v1/messages/{message_id}/feedbacks", {"rating": "like"})[0] == 400
    assert rated(service, "0", rating="like")[0] == 404


def test_suggested_questions_come_only_from_an_app_that_has_them_on(dify: Wire) -> None:
    """docs/platform/dify-service-api.md#suggested-questions."""
    dify.suggest("And by train?", "How much?")
    service = Service(dify, "chat")
    path = f"/v1/messages/{message_of(service.events())}/suggested?user={USER}"
    status, refusal = service.call("GET", path)
    assert (status, refusal["message"]) == (400, "Suggested Questions Is Disabled.")
    service = Service(dify, "chat", suggested_questions_after_answer={"enabled": True})
    message_id = message_of(service.events())
    status, answer = service.call("GET", f"/v1/messages/{message_id}/suggested?user={USER}")
    assert (status, answer["data"]) == (200, ["And by train?", "How much?"])
    assert service.call("GET", f"/v1/messages/{message_id}/suggested?user=slack:T1:U2")[0] == 404
