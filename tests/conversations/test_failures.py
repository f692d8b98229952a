"""After each failure of Dify the member is told what to do, and no raw text of Slack or Dify appears."""

from collections.abc import Iterator
from typing import cast

import pytest

from simulators.dify import script
from tests.conversations.answers import flat, long_text
from tests.conversations.stack import SimulatedDaemon, Stack
from tests.conversations.turn_log import log_of
from tests.conversations.world import World
from wording import Say
from wording.en import EN

RAW = 'req_id: 4711 PluginInvokeError: {"args": {"key": "sk-secret"}} Traceback'
PART = long_text(600)

BEFORE = [
    (script.refuse(500, RAW, "unknown"), Say.DIFY_UNAVAILABLE),
    (script.refuse(404, html="<html>nginx " + RAW), Say.DIFY_UNAVAILABLE),
    (script.refuse(400, "app not found"), Say.APP_MISCONFIGURED),
    (script.refuse(400, "unexpected app type"), Say.UNSUPPORTED_APP),
    (script.refuse(400, RAW, "provider_quota_exceeded"), Say.PROVIDER_TROUBLE),
    (script.refuse(400, ""), Say.APP_MISCONFIGURED),
    (script.error("provider_not_initialize", RAW), Say.PROVIDER_TROUBLE),
    (script.error("completion_request_error", RAW), Say.PROVIDER_TROUBLE),
    (script.error("internal_server_error", RAW), Say.RUN_FAILED),
    (script.fail(RAW), Say.RUN_FAILED),
    (script.error_frame(RAW), Say.RUN_FAILED),
    (script.drop(), Say.DIFY_UNAVAILABLE),
    (script.clean_end(), Say.INCOMPLETE),
]
IN_THE_MIDDLE = [
    (script.error("completion_request_error", RAW), Say.PROVIDER_TROUBLE),
    (script.error("internal_server_error", RAW), Say.CUT_SHORT),
    (script.fail(RAW), Say.CUT_SHORT),
    (script.error_frame(RAW), Say.CUT_SHORT),
    (script.drop(), Say.INCOMPLETE),
    (script.clean_end(), Say.INCOMPLETE),
]


def raw_in(world: World) -> list[str]:
    """The words of Dify's own texts that reached Slack."""
    everything = " ".join(str(call.arguments) for call in world.slack.calls())
    return [
        word
        for word in ("PluginInvokeError", "Traceback", "sk-secret", "respond with", "nginx", "xoxb-")
        if word in everything
    ]


@pytest.mark.both_ways
@pytest.mark.parametrize(("steps", "say"), BEFORE)
def test_failure_before_any_text_is_said_instead_of_an_answer(
    world: World, steps: script.Steps, say: Say
) -> None:
    world.dify.script(steps, world.app_id)
    root = world.ask("hello")
    assert world.answer(root) == EN[say]
    assert raw_in(world) == []
    assert world.slack.open_streams() == []
    world.dify.clear_scripts()
    world.ask("and now", thread_ts=root)
    assert "and now" in world.answer(root, count=2)


@pytest.mark.both_ways
@pytest.mark.parametrize(("steps", "say"), IN_THE_MIDDLE)
def test_failure_after_some_text_is_said_under_the_text(world: World, steps: script.Steps, say: Say) -> None:
    world.dify.script(script.say(PART, seconds=10) + steps, world.app_id)
    text = world.answer(world.ask("hello"))
    assert flat(text).startswith(flat(PART))
    assert EN[say] in text
    assert raw_in(world) == []
    assert world.slack.open_streams() == []


@pytest.mark.plugin_way
def test_answer_that_the_daemon_cuts_after_240_seconds_is_marked(world: World) -> None:
    world.dify.script(script.say(long_text(3000), seconds=300, per_second=4), world.app_id)
    answers = world.answers(world.ask("slowly"), timeout=40)
    assert answers[0].text.startswith("Sentence number 1 says")
    assert EN[Say.TIME_CUT] in answers[-1].text
    assert world.slack.open_streams() == []


def test_app_that_says_nothing_is_said_to_have_no_text(world: World) -> None:
    world.dify.script(script.say(" "), world.app_id)
    assert world.answer(world.ask("hello")) == EN[Say.NO_TEXT]


@pytest.mark.plugin_way
def test_app_that_stays_silent_is_given_up_within_the_turns_limit(world: World) -> None:
    """The run itself may go on: a daemon 0.6.3 never leaves it (docs/platform/dify.md#daemon-063)."""
    world.dify.script(script.silence(), world.app_id)
    root = world.ask("hello")
    world.wait(lambda: log_of(world, root), timeout=60)
    [answer] = world.slack.answers(world.channel, root)
    assert answer.text in {EN[Say.TIME_CUT], EN[Say.TURN_LIMIT], EN[Say.SILENT]}
    assert world.slack.status(world.channel, root).current == ""


@pytest.fixture
def patient() -> Iterator[World]:
    """A daemon that never cuts an app's answer. Its scale is faster, since the turn's own limit is long."""

    def daemon(dify_url: str, scale: float, env: dict[str, str]) -> SimulatedDaemon:
        started = SimulatedDaemon(dify_url, scale, env, read_limit=3600)
        started.ready()
        return started

    running = Stack.start(0.02, real=daemon)
    yield World(running, 1)
    running.stop()


@pytest.mark.simulated
@pytest.mark.parametrize("said", ["", PART])
def test_turn_ends_itself_20_seconds_before_its_request_would_end(patient: World, said: str) -> None:
    world = patient
    world.dify.script((script.say(said, seconds=10) if said else []) + script.silence(), world.app_id)
    root = world.ask("hello")
    world.wait(
        lambda: any(EN[Say.TURN_LIMIT] in one.text for one in world.slack.answers(world.channel, root))
    )
    text = " ".join(answer.text for answer in world.answers(root))
    assert flat(text).startswith(flat(said))
    [request] = cast("SimulatedDaemon", world.daemon).control.requests("/slack/turns")
    assert request["outcome"] == "complete"
    # The turn counts from the byte that it sends; on a busy machine the daemon notes the byte late.
    assert (request["ended"] - request["started"]) / world.scale >= 580
    assert (request["ended"] - request["first_byte"]) / world.scale < 595
    assert world.slack.open_streams() == []


@pytest.mark.both_ways
def test_missing_input_is_named_to_the_member(world: World) -> None:
    from simulators.dify.apps import variable

    app = world.dify.app(f"{world.app_id}-form", "advanced-chat", form=[variable("contract", required=True)])
    world.configure(app={"app_id": app, "inputs": {}})
    assert "`contract`" in world.answer(world.ask("hello"))


@pytest.mark.both_ways
def test_secret_never_reaches_the_log(world: World) -> None:
    world.dify.script(script.refuse(500, RAW), world.app_id, times=1)
    root = world.ask("hello")
    world.answers(root)
    world.slack.fault("chat.postMessage", "status", status=500, times=1)
    world.ask("and now", thread_ts=root)
    world.answers(root, count=2)
    log = world.daemon.log()
    for secret in (world.slack.token, world.slack.signing_secret, "never-print", "sk-secret"):
        assert secret not in log
