"""The fault matrix of the second way: one answer or one honest note for each fault, and nothing runs twice."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from simulators.dify import script
from simulators.dify.apps import variable
from tests.conversations.world import Via, World
from wording import Say
from wording.en import EN

ECHO = "You said: hello"


@pytest.fixture
def via() -> Via:
    return "api"


@pytest.fixture
def world(world: World) -> Iterator[World]:
    """The world, with a check after each test that the key was neither logged nor shown, and went to Dify alone."""
    yield world
    key = world.dify.api_key(world.app_id)
    assert key not in world.daemon.log()
    assert key not in str([call.arguments for call in world.slack.calls()])


def no_port() -> str:
    """An address at which nobody answers."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/v1"


# Nothing can have run: the plugin way answers.
CLOSED: dict[str, Callable[[World], None]] = {
    "key deleted": lambda world: world.dify.revoke_keys(world.app_id),
    "api off": lambda world: world.dify.switch_api_off(world.app_id),
    "403 of a firewall": lambda world: world.dify.answer_oddly(403, "<html>", Content_Type="text/html"),
    "another program": lambda world: world.dify.answer_oddly(404, "<html>", Content_Type="text/html"),
    "redirect": lambda world: world.dify.answer_oddly(302, "", Location="http://127.0.0.1:1/v1/info"),
    "web front end": lambda world: world.dify.answer_oddly(200, "<html>", Content_Type="text/html"),
    "gateway that fails": lambda world: world.dify.answer_oddly(502, "<html>", Content_Type="text/html"),
    "nobody there": lambda world: world.configure(dify_api_key=KEY, dify_api_url=no_port()),
}
KEY = "app-0123456789abcdef01234567"


@pytest.mark.parametrize("name", CLOSED)
def test_first_question_is_answered_over_the_other_way(world: World, name: str) -> None:
    CLOSED[name](world)
    assert world.answer(world.ask("hello")) == ECHO
    assert [one["via"] for one in world.dify.invocations()] == ["plugin"]


@pytest.mark.parametrize("name", CLOSED)
def test_question_in_a_thread_of_the_api_is_answered_over_the_other_way(world: World, name: str) -> None:
    """The form is known from the first question, so the fault strikes the call itself."""
    root = world.ask("one")
    world.answers(root)
    CLOSED[name](world)
    world.ask("hello", thread_ts=root)
    text = world.answer(root, count=2)
    ran = [one for one in world.dify.invocations() if one["outcome"] == "done"]
    if name in {"web front end", "gateway that fails"}:  # the call may have reached the app
        assert text == EN[Say.DIFY_UNAVAILABLE]
        assert [one["via"] for one in ran] == ["api"]
        return
    assert "hello" in text
    assert [(one["via"], one["asked_conversation_id"]) for one in ran] == [("api", ""), ("plugin", "")]


def test_way_that_failed_is_left_alone_for_a_minute(world: World) -> None:
    world.dify.revoke_keys(world.app_id)
    world.answers(world.ask("hello"))
    calls = len(world.dify.service_calls())
    world.answers(world.ask("hello again"))
    assert len(world.dify.service_calls()) == calls
    world.dify.revoke_keys()
    world.settle(65)
    world.answers(world.ask("hello at last"))
    assert [one["via"] for one in world.dify.invocations()] == ["plugin", "plugin", "api"]


def test_app_that_only_a_key_can_ask_says_what_is_wrong_with_the_key(world: World) -> None:
    app = world.dify.app(f"{world.app_id}-completion", "completion", form=[variable("query", "paragraph")])
    world.configure(app={"app_id": app, "inputs": {}})
    world.dify.revoke_keys(app)
    assert world.answer(world.ask("hello")) == EN[Say.API_REFUSED]
    agent = world.dify.app(f"{world.app_id}-agent", "agent")
    world.configure(app={"app_id": agent, "inputs": {}})
    world.dify.switch_api_off(agent)
    assert world.answer(world.ask("hello")) == EN[Say.API_REFUSED]


# The app may have run, or Dify says why not: one honest note, and the other way is not tried.
TOLD: dict[str, tuple[script.Steps, Say]] = {
    "500": (script.refuse(500, "Traceback", "internal_server_error"), Say.DIFY_UNAVAILABLE),
    "504 of a gateway": (script.refuse(504, html="<html>gateway"), Say.DIFY_UNAVAILABLE),
    "502 of a plugin": (script.refuse(502, "x", "plugin_runtime_error"), Say.DIFY_UNAVAILABLE),
    "model's quota": (script.refuse(400, "x", "provider_quota_exceeded"), Say.PROVIDER_TROUBLE),
    "model's rate": (script.refuse(429, "x", "rate_limit_error"), Say.PROVIDER_TROUBLE),
    "wrong kind": (script.refuse(400, "x", "not_chat_app"), Say.UNSUPPORTED_APP),
    "unpublished": (script.refuse(400, "Workflow not published"), Say.UNSUPPORTED_APP),
    "limit, as documented": (script.refuse(429, "x", "too_many_requests"), Say.DIFY_BUSY),
    "limit, as it comes out": (
        script.refuse(400, "Too many requests. Please try again later."),
        Say.DIFY_BUSY,
    ),
    "cut before a word": (script.drop(), Say.DIFY_UNAVAILABLE),
    "reset before a word": (script.drop("reset"), Say.DIFY_UNAVAILABLE),
    "failed run": (script.fail("Traceback"), Say.RUN_FAILED),
}


@pytest.mark.parametrize("name", TOLD)
def test_fault_of_a_run_is_told_once_and_nothing_runs_twice(world: World, name: str) -> None:
    steps, say = TOLD[name]
    world.dify.script(steps, world.app_id)
    assert world.answer(world.ask("hello")) == EN[say]
    assert [one["via"] for one in world.dify.invocations()] == ["api"]
    world.dify.clear_scripts()
    assert world.answer(world.ask("hello")) == ECHO
    assert world.dify.invocations()[-1]["via"] == "api"


def test_answer_that_is_cut_in_the_middle_stays_with_a_note(world: World) -> None:
    world.dify.script(script.say("The first part. ", seconds=5) + script.drop("reset"), world.app_id)
    text = world.answer(world.ask("hello"))
    assert text.startswith("The first part.")
    assert EN[Say.INCOMPLETE] in text
    assert len(world.dify.invocations()) == 1


def test_dify_without_a_free_worker_is_told_to_be_busy(world: World) -> None:
    world.dify.workers(0)
    assert world.answer(world.ask("hello"), timeout=60) == EN[Say.DIFY_BUSY]
    assert [one["via"] for one in world.dify.invocations()] == ["api"]


def test_app_that_has_all_its_runs_is_told_to_be_busy(world: World) -> None:
    world.dify.limit_runs(1)
    world.dify.script(script.say("slow ", seconds=30), world.app_id, when="slow")
    slow = world.ask("slow")
    world.dify.wait_invocations(1)
    assert world.answer(world.ask("hello")) == EN[Say.DIFY_BUSY]
    assert world.answer(slow).startswith("slow")


def test_slow_answer_goes_on_over_keep_alives(world: World) -> None:
    world.dify.script(script.say("At ") + script.wait(150) + script.say("last."), world.app_id)
    assert world.answer(world.ask("hello"), timeout=60) == "At last."


def test_answer_is_not_cut_after_240_seconds(world: World) -> None:
    """The daemon cuts only reverse invocations (docs/platform/dify-service-api.md#streams-of-both-ways)."""
    world.dify.script(script.say("One. ") + script.wait(260) + script.say("Two."), world.app_id)
    messages = world.answers(world.ask("hello"), timeout=60)
    assert "".join(message.text for message in messages) == "One. Two."


def test_service_that_falls_silent_is_given_up(world: World) -> None:
    chat = world.dify.app(f"{world.app_id}-chat", "chat")
    world.configure(app={"app_id": chat, "inputs": {}})
    world.dify.script(script.say("Only this. ") + script.silence(), chat)
    root = world.ask("hello")

    def told() -> str:
        text = "".join(message.text for message in world.slack.answers(world.channel, root))
        return text if EN[Say.TURN_LIMIT] in text else ""

    assert world.wait(told).startswith("Only this.")
    [asked] = world.wait(lambda: [one for one in world.dify.invocations() if one["left"]])
    assert (
        asked["outcome"] == ""
    )  # to hang up does not end a run (docs/platform/dify-service-api.md#hanging-up)


@pytest.mark.simulated
def test_address_is_found_and_asked_without_the_key_before_the_key_goes_there(world: World) -> None:
    """The daemon tells `DIFY_INNER_API_URL` to the plugins that it starts itself."""
    world.forget()  # a new process remembers no address
    world.configure(dify_api_key=world.dify.api_key(world.app_id), dify_api_url="")
    calls = len(world.dify.service_calls())
    assert world.answer(world.ask("hello")) == ECHO
    assert [one["via"] for one in world.dify.invocations()] == ["api"]
    first, *others = [(one["path"], bool(one["authorization"])) for one in world.dify.service_calls()[calls:]]
    assert first == ("", False)
    assert {name for name, has_key in others if has_key} == {"info", "parameters", "chat-messages"}
