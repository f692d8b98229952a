"""The adapter against a Dify that is a function: what goes out, and what comes of each answer."""

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import httpx
import pytest

from clock import Clock
from dify_app.form import Variable, parse_form
from dify_app.port import AppCall, AppPort, Conversation, FollowedRun
from dify_app.service_api.addresses import BaseAddresses
from dify_app.service_api.api_way import ApiWay
from dify_app.service_api.client import ServiceApi
from dify_app.service_api.first_calls import FirstCalls
from dify_app.uploads import FileSlot, OfferedFile
from errors import (
    ApiAway,
    ApiRefused,
    ConversationLost,
    DifyBusy,
    DifyError,
    DifyUnavailable,
    FileRefused,
    NotFollowed,
    UnsupportedApp,
)
from tests.fake_clock import FakeClock

KEY = "app-nobodys-business"
BASE = "http://api:5001/v1"
OWN = "slack:T1:U1"
SSE = {"Content-Type": "text/event-stream; charset=utf-8"}
PING = b"event: ping\n\n"

Answer = httpx.Response | Exception


class Dify:
    """Answers each path by what `answers` holds for it, and records the requests."""

    def __init__(self, mode: str = "chat", **answers: Answer | Callable[[], Answer]) -> None:
        self.answers: dict[str, Any] = {"info": httpx.Response(200, json={"mode": mode}), **answers}
        self.requests: list[httpx.Request] = []
        self.bodies: list[bytes] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.bodies.append(request.read())
        found = self.answers[request.url.path.removeprefix("/v1/").replace("-", "_").replace("/", "_")]
        found = found() if callable(found) else found
        if isinstance(found, Exception):
            raise found
        assert isinstance(found, httpx.Response)
        return found

    @property
    def asked(self) -> dict[str, Any]:
        """The body of the last call."""
        body: dict[str, Any] = json.loads(self.bodies[-1])
        return body


def stream(*events: dict[str, Any], pieces: Iterable[bytes] = ()) -> httpx.Response:
    sent = b"".join(b"data: %b\n\n" % json.dumps(event).encode() for event in events)
    return httpx.Response(200, headers=SSE, stream=Pieces([PING, sent, *pieces]))


class Pieces(httpx.SyncByteStream):
    def __init__(self, pieces: Iterable[bytes]) -> None:
        self.pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces


def way(dify: Dify, clock: Clock | None = None) -> ApiWay:
    clock = clock or FakeClock()
    api = ServiceApi(clock, httpx.MockTransport(dify))
    return ApiWay(api, BaseAddresses(api, clock), FirstCalls(clock), clock, (BASE,), KEY, OWN, "hook/app")


def events(way: AppPort, **call: Any) -> list[dict[str, Any]]:
    with way.stream(AppCall("Why?", {}, **call)) as stream:
        return list(stream)


@pytest.mark.parametrize(
    ("mode", "path"),
    [
        ("chat", "chat-messages"),
        ("agent-chat", "chat-messages"),
        ("advanced-chat", "chat-messages"),
        ("agent", "chat-messages"),
        ("workflow", "workflows/run"),
        ("completion", "completion-messages"),
    ],
)
def test_kind_of_app_is_asked_on_its_route(mode: str, path: str) -> None:
    name = path.replace("-", "_").replace("/", "_")
    dify = Dify(mode, **{name: stream({"event": "message_end"})})
    assert events(way(dify)) == [{"event": "ping"}, {"event": "message_end"}]
    assert str(dify.requests[-1].url) == f"{BASE}/{path}"
    assert dify.requests[-1].headers["Authorization"] == f"Bearer {KEY}"
    assert dify.asked == {"inputs": {}, "query": "Why?", "user": OWN, "response_mode": "streaming"}


def test_mode_that_is_not_known_is_not_asked() -> None:
    dify = Dify("something-new")
    with pytest.raises(UnsupportedApp):
        events(way(dify))
    assert len(dify.requests) == 1


def test_conversation_and_files_go_as_the_conversations_user() -> None:
    dify = Dify(chat_messages=stream({"event": "message_end"}))
    opened, conversation = way(dify).goes_on(Conversation("c-1", "api", "slack:T1:U9"))
    assert conversation.id == "c-1"
    file = {"type": "image", "transfer_method": "local_file", "upload_file_id": "f-1"}
    with opened.stream(AppCall("Why?", {"sys.files": [file], "tone": "kind"}, "c-1")) as said:
        list(said)
    assert (dify.asked["user"], dify.asked["conversation_id"]) == ("slack:T1:U9", "c-1")
    assert (dify.asked["inputs"], dify.asked["files"]) == ({"tone": "kind"}, [file])


@pytest.mark.parametrize(
    "known",
    [Conversation(), Conversation("c-1"), Conversation("c-1", "plugin"), Conversation("c-1", "api", "")],
)
def test_conversation_of_another_way_or_of_nobody_is_begun_anew(known: Conversation) -> None:
    assert way(Dify()).goes_on(known)[1] == Conversation("", "api", OWN)


def test_form_comes_with_the_mode() -> None:
    parameters = {
        "user_input_form": [{"text-input": {"variable": "a"}}],
        "file_upload": {"enabled": True, "allowed_file_types": ["image"], "number_limits": 2},
    }
    form = parse_form(way(Dify("workflow", parameters=httpx.Response(200, json=parameters))).fetch())
    assert (form.mode, form.kind, form.variables[0].name) == ("workflow", "workflow", "a")
    assert form.sys_files == Variable("sys.files", "file-list", max_length=2, file_types=("image",))


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx.ConnectError("no route, key app-nobodys-business"), ApiAway),
        (httpx.ConnectTimeout("late"), ApiAway),
        (httpx.PoolTimeout("full"), ApiAway),
        (httpx.Response(404, html="<html>"), ApiAway),
        (httpx.Response(302, headers={"Location": "https://evil.example.com/"}), ApiAway),
        (httpx.Response(401, json={"code": "unauthorized"}), ApiRefused),
        (httpx.Response(403, json={"code": "forbidden"}), ApiRefused),
        (httpx.ReadTimeout("late"), DifyUnavailable),
        (httpx.RemoteProtocolError("cut"), DifyUnavailable),
        (httpx.WriteError("cut"), DifyUnavailable),
        (httpx.Response(502, html="<html>"), DifyUnavailable),
        (httpx.Response(504, html="<html>"), DifyUnavailable),
        (httpx.Response(200, html="<html>the web front end</html>"), DifyUnavailable),
    ],
)
def test_only_a_call_that_cannot_have_run_may_be_asked_another_way(
    answer: Answer, expected: type[DifyError], caplog: pytest.LogCaptureFixture
) -> None:
    dify = Dify(chat_messages=answer)
    with caplog.at_level(logging.DEBUG), pytest.raises(DifyError) as found:
        events(way(dify))
    assert type(found.value) is expected
    assert [request.url.path for request in dify.requests].count("/v1/chat-messages") == 1
    assert {request.url.host for request in dify.requests} == {"api"}
    assert KEY not in f"{found.value!r} {caplog.text} {way(dify)!r}"


@pytest.mark.parametrize(
    "answer", [httpx.ReadTimeout("late"), httpx.Response(500), httpx.Response(200, html="x")]
)
def test_form_that_cannot_be_read_runs_nothing(answer: Answer) -> None:
    with pytest.raises(ApiAway):
        way(Dify(parameters=answer)).fetch()


def pings(clock: FakeClock, count: int, *last: bytes) -> Iterator[bytes]:
    for _ in range(count):
        clock.sleep(10)
        yield PING
    yield from last


@pytest.mark.parametrize("mode", ["advanced-chat", "workflow"])
def test_flow_that_no_worker_takes_is_a_busy_dify(mode: str) -> None:
    clock = FakeClock()
    answer = httpx.Response(200, headers=SSE, stream=Pieces(pings(clock, 40)))
    dify = Dify(mode, chat_messages=answer, workflows_run=answer)
    began = clock.now()
    with pytest.raises(DifyBusy):
        events(way(dify, clock))
    assert 90 <= clock.now() - began <= 100


def test_flow_that_has_begun_may_be_quiet_for_long() -> None:
    clock = FakeClock()
    first = [b'data: {"event": "workflow_started"}\n\n']
    last = b'data: {"event": "workflow_finished"}\n\n'
    answer = httpx.Response(200, headers=SSE, stream=Pieces([*first, *pings(clock, 30, last)]))
    assert len(events(way(Dify("advanced-chat", chat_messages=answer), clock))) == 32


def test_app_in_the_api_process_may_think_for_long() -> None:
    clock = FakeClock()
    last = b'data: {"event": "message_end"}\n\n'
    answer = httpx.Response(200, headers=SSE, stream=Pieces(pings(clock, 30, last)))
    assert events(way(Dify("chat", chat_messages=answer), clock))[-1] == {"event": "message_end"}


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (
            httpx.Response(404, json={"code": "not_found", "message": "Conversation Not Exists."}),
            ConversationLost,
        ),
        (httpx.Response(200, json={"data": []}), DifyBusy),
        (httpx.Response(500), DifyBusy),
    ],
)
def test_conversation_that_is_gone_is_told_from_a_busy_dify(
    messages: httpx.Response, expected: type[DifyError]
) -> None:
    """Dify up to 1.14.2 answers a conversation that was deleted with pings."""
    clock = FakeClock()
    answer = httpx.Response(200, headers=SSE, stream=Pieces(pings(clock, 40)))
    dify = Dify("advanced-chat", chat_messages=answer, messages=messages)
    with pytest.raises(expected):
        events(way(dify, clock), conversation_id="c-1")
    assert [request.url.path for request in dify.requests].count("/v1/messages") == 1


SLOT = FileSlot(OfferedFile("a.pdf", "application/pdf", 3), "docs", many=True, kind="document")


def test_upload_belongs_to_the_conversations_user() -> None:
    dify = Dify(files_upload=httpx.Response(201, json={"id": "f-1"}))
    placed = way(dify).goes_on(Conversation("c-1", "api", "slack:T1:U9"))[0].upload(SLOT, b"abc")
    assert placed.value() == {"type": "document", "transfer_method": "local_file", "upload_file_id": "f-1"}
    assert b'name="user"\r\n\r\nslack:T1:U9' in dify.bodies[-1]
    assert b'filename="a.pdf"' in dify.bodies[-1]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (httpx.Response(413, html="<html>nginx"), "file_too_large"),
        (httpx.Response(415, json={"code": "unsupported_file_type"}), "file_wrong_type"),
        (httpx.Response(400, json={"code": "invalid_param", "message": "x"}), "file_upload_refused"),
        (httpx.ConnectError("away"), "file_upload_refused"),
    ],
)
def test_upload_that_fails_is_refused_with_its_reason(answer: Answer, reason: str) -> None:
    with pytest.raises(FileRefused) as found:
        way(Dify(files_upload=answer)).upload(SLOT, b"abc")
    assert found.value.reason == reason


def test_stream_that_is_not_read_to_its_end_is_closed() -> None:
    closed = []

    class Endless(Pieces):
        def close(self) -> None:
            closed.append(True)

    dify = Dify(
        chat_messages=httpx.Response(200, headers=SSE, stream=Endless([b'data: {"event": "x"}\n\n'] * 9))
    )
    with way(dify).stream(AppCall("Why?", {})) as said:
        next(said)
    assert closed == [True]


def test_dify_is_looked_for_without_the_key() -> None:
    clock = FakeClock()
    dify = Dify()
    dify.answers[""] = httpx.Response(
        200, json={"welcome": "x", "api_version": "v1", "server_version": "1.16.1"}
    )
    api = ServiceApi(clock, httpx.MockTransport(dify))
    assert api.is_there(BASE)
    assert "Authorization" not in dify.requests[-1].headers
    dify.answers[""] = httpx.Response(200, html="<html>")
    assert not api.is_there(BASE)
    dify.answers[""] = httpx.ConnectError("no")
    assert not api.is_there(BASE)


def test_client_keeps_no_cookie() -> None:
    answer = httpx.Response(200, json={"mode": "chat"}, headers={"Set-Cookie": "session=a; Path=/"})
    dify = Dify(info=answer)
    own = way(dify)
    own.probe_kind(Variable("a", "text-input"))
    own.probe_kind(Variable("a", "text-input"))
    assert not any("Cookie" in request.headers for request in dify.requests)


def test_vote_goes_to_its_message_as_the_conversations_user() -> None:
    dify = Dify(messages_m_1_feedbacks=httpx.Response(200, json={"result": "success"}))
    way(dify).rate("m-1", "dislike", "anna (U1): wrong")
    assert dify.requests[-1].url.path == "/v1/messages/m-1/feedbacks"
    assert dify.asked == {"rating": "dislike", "content": "anna (U1): wrong", "user": OWN}


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404, json={"code": "not_found", "message": "Message Not Exists.", "status": 404}),
        httpx.Response(401, json={"code": "unauthorized", "message": "x", "status": 401}),
        httpx.Response(502, text="<html>"),
        httpx.ReadTimeout("late"),
    ],
)
def test_vote_that_dify_does_not_take_is_an_error(answer: Answer) -> None:
    with pytest.raises(DifyError):
        way(Dify(messages_m_1_feedbacks=answer)).rate("m-1", "like", "")


def test_suggested_questions_are_asked_as_the_conversations_user() -> None:
    found = httpx.Response(200, json={"result": "success", "data": ["How?", "", 7, "And then?"]})
    dify = Dify(messages_m_1_suggested=found)
    assert way(dify).suggested("m-1") == ("How?", "And then?")
    assert dict(dify.requests[-1].url.params) == {"user": OWN}


def test_name_of_a_message_never_changes_the_path() -> None:
    dify = Dify()
    with pytest.raises(KeyError):
        way(dify).suggested("../info")
    assert dify.requests[-1].url.raw_path.startswith(b"/v1/messages/..%2Finfo/suggested")


def test_form_says_whether_the_app_suggests_questions() -> None:
    assert parse_form({"suggested_questions_after_answer": {"enabled": True}}).suggests
    for info in ({}, {"suggested_questions_after_answer": {"enabled": "yes"}}):
        assert not parse_form(info).suggests


@pytest.mark.parametrize(
    ("mode", "route"),
    [
        ("chat", "chat-messages"),
        ("agent-chat", "chat-messages"),
        ("advanced-chat", "chat-messages"),
        ("agent", "chat-messages"),
        ("completion", "completion-messages"),
        ("workflow", "workflows/tasks"),
    ],
)
def test_run_is_stopped_by_the_call_of_its_kind_in_the_name_of_its_user(mode: str, route: str) -> None:
    """Source: docs/platform/dify-service-api.md#stop-calls."""
    path = f"{route}/t-1/stop".replace("-", "_").replace("/", "_")
    dify = Dify()
    dify.answers[path] = httpx.Response(200, json={"result": "success"})
    way(dify).stop("t-1", mode)
    assert dify.requests[-1].url.path == f"/v1/{route}/t-1/stop"
    assert dify.asked == {"user": OWN}


def test_name_of_a_run_cannot_lead_to_another_call() -> None:
    dify = Dify()
    with pytest.raises(KeyError):
        way(dify).stop("../../workflows/run?", "chat")
    assert dify.requests[-1].url.raw_path == b"/v1/chat-messages/..%2F..%2Fworkflows%2Frun%3F/stop"


RUN = FollowedRun("run-1", "slack:T1:U9", "c-1")
TEXT = {"event": "message", "answer": "more"}
LAST = {"event": "workflow_finished", "data": {}}


def followed(*answers: Answer) -> tuple[list[dict[str, Any]], Dify]:
    """What is read of the run while each call for its events gets the next of the answers, the last one always."""
    left = list(answers)
    dify = Dify(workflow_run_1_events=lambda: left.pop(0) if len(left) > 1 else left[0])
    with way(dify).follow(RUN) as said:
        return [event for event in said if event != {"event": "ping"}], dify


def test_run_is_followed_as_its_own_user_until_it_ends() -> None:
    events, dify = followed(stream(TEXT, LAST, TEXT))
    assert events == [TEXT, LAST]
    [request] = dify.requests
    assert str(request.url) == f"{BASE}/workflow/run-1/events?user=slack%3AT1%3AU9"


def test_stream_of_a_run_that_ends_before_the_run_is_opened_again() -> None:
    away = httpx.Response(502, text="<html>")
    events, dify = followed(stream(TEXT), away, httpx.ConnectError("no"), stream(), stream(TEXT, LAST))
    assert events == [TEXT, TEXT, LAST]
    assert len(dify.requests) == 5


def test_run_is_given_up_when_dify_stays_away() -> None:
    with pytest.raises(DifyUnavailable):
        followed(stream(TEXT), httpx.Response(502, text="<html>"))


@pytest.mark.parametrize(
    ("status", "error"), [(404, NotFollowed), (400, NotFollowed), (401, ApiRefused), (403, ApiRefused)]
)
def test_run_that_dify_does_not_tell_of_is_given_up_at_once(status: int, error: type[DifyError]) -> None:
    with pytest.raises(error):
        followed(httpx.Response(status, json={"code": "not_found", "message": "x"}))
