"""The hand-off: an acked event belongs to a turn, and Slack sends any other event again."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from simulators.daemon.control import DaemonControl
from simulators.dify import script
from tests.conversations.answers import flat, long_text
from tests.conversations.conftest import SCALE
from tests.conversations.stack import SimulatedDaemon, Stack
from tests.conversations.world import BEN, World
from tests.support.redis_server import RedisServer

TEXT = long_text(1500)


def test_turn_goes_on_when_the_client_hangs_up_after_three_seconds(world: World) -> None:
    world.dify.script(script.say(TEXT, seconds=30), world.app_id)
    root = world.ask("hello", only=["message"])
    [twin] = world.deliveries("message", ts=root)
    body = json.dumps(twin.body | {"event": twin.body["event"] | {"type": "app_mention"}}).encode()
    where = urlsplit(world.hook)
    with socket.create_connection((where.hostname, where.port)) as client:
        headers = world.slack.sign(body) | {"Host": where.netloc, "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        client.sendall(f"POST {where.path}/slack/events HTTP/1.1\r\n{head}\r\n".encode() + body)
        time.sleep(max(3 * world.scale, 0.5))
        assert client.recv(12) == b"HTTP/1.1 200"
        assert world.dify.running()
    [answer] = world.answers(root)
    assert flat(answer.text) == flat(TEXT)
    assert len(world.dify.invocations()) == 1


def test_question_is_answered_once_when_slack_never_gets_the_ack(world: World) -> None:
    # Slack hangs up before the ack at most deliveries, but after the daemon has called the plugin. A client that hangs
    # first milliseconds is cancelled unseen, and Slack's retries are all that is left (seen on a real daemon).
    world.slack.rules(patience=0.0, patience_floor=0.02)
    world.dify.script(script.say(TEXT, seconds=10), world.app_id)
    root = world.ask("hello")
    assert len(world.answers(root)) == 1
    assert len(world.dify.invocations()) == 1


def test_three_questions_at_once_in_one_thread_are_answered_in_turn(world: World) -> None:
    """Each takes 200 s: the third waits for 400 s, and a single request of the daemon may not last that long."""
    text = long_text(2000)
    world.dify.script(script.say(text, seconds=200, per_second=2), world.app_id)
    root = world.ask("one")
    world.ask("two", thread_ts=root)
    world.ask("three", thread_ts=root)
    answers = world.answers(root, count=3, timeout=60)
    assert [flat(answer.text) for answer in answers] == [flat(text)] * 3
    assert [one["outcome"] for one in world.dify.invocations()] == ["done"] * 3
    order = [one["started"] for one in world.dify.invocations()]
    ends = [one["ended"] for one in world.dify.invocations()]
    assert all(begin >= end for begin, end in zip(order[1:], ends, strict=False))
    assert "killed by timeout" not in world.daemon.log()


def test_status_line_says_waiting_while_a_question_waits(world: World) -> None:
    world.dify.script(script.say(TEXT, seconds=60), world.app_id, times=1)
    root = world.ask("one")
    world.ask("two", thread_ts=root)
    world.wait(
        lambda: (
            "will answer this after the message before it…" in world.slack.status(world.channel, root).texts()
        )
    )
    world.answers(root, count=2)


@pytest.mark.simulated
@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("how", ["status", "reset"])
def test_refused_hand_off_gets_503_and_the_retry_runs_once(world: World, how: str, is_first: bool) -> None:
    """Each hand-off after the hook's first one begins with a claim, which must be given back."""
    before = [] if is_first else [world.answers(world.ask("before"))]
    simulated(world).refuse(how=how, times=1)
    root = world.ask("hello", only=["app_mention"])
    assert len(world.answers(root)) == 1
    [delivery] = world.deliveries("app_mention", ts=root)
    assert [attempt.status for attempt in delivery.attempts] == [503, 200]
    assert len(world.dify.invocations()) == 1 + len(before)


@pytest.mark.simulated
def test_question_is_answered_once_when_its_claim_is_made_ahead_and_its_turn_comes_to_another_process(
    two_processes: World,
) -> None:
    """Alone for a while, a process learns that its requests to itself arrive in the process itself."""
    world = two_processes
    simulated(world).kill_plugin(1)
    world.answers(world.ask("alone", only=["app_mention"]))
    assert len({one["process"] for one in hand_offs(world)}) == 1
    simulated(world).wait_ready(2)
    for n in range(4):
        assert len(world.answers(world.ask(f"hello {n}", only=["app_mention"]))) == 1
    world.wait(lambda: all(one.state == "accepted" for one in world.slack.deliveries("app_mention")))
    assert sorted(one["query"] for one in world.dify.invocations()) == [
        "alone",
        *(f"hello {n}" for n in range(4)),
    ]


def second_route(world: World) -> None:
    """Give the hook a second route: another name of the same daemon beside 127.0.0.1."""
    world.configure(internal_url=f"http://localhost:{urlsplit(world.hook).port}")


def one_turn_in_time(world: World, how: str, statuses: list[int]) -> None:
    """The first route is silent for a minute, though its turn runs. `statuses`: those of all requests for the turn."""
    second_route(world)
    world.slack.rules(patience_floor=2.0)  # wall seconds, enough for a busy machine
    simulated(world).refuse(how=how, times=1, seconds=60.0)
    world.dify.script(script.say(TEXT, seconds=80), world.app_id)
    root = world.ask("hello", only=["app_mention"])
    [answer] = world.answers(root)
    assert flat(answer.text) == flat(TEXT)
    [delivery] = world.deliveries("app_mention", ts=root)
    assert [attempt.status for attempt in delivery.attempts] == [200]
    assert sorted(one["status"] for one in hand_offs(world)) == statuses
    assert len(world.dify.invocations()) == 1


@pytest.mark.simulated
@pytest.mark.parametrize("how", ["late", "orphan"])
def test_hand_off_is_one_turn_when_its_first_route_holds_back_the_answer(world: World, how: str) -> None:
    """The process knows of its own turn, and tries no second route."""
    one_turn_in_time(world, how, [200])


@pytest.mark.simulated
def test_hand_off_is_one_turn_when_its_second_route_leads_to_another_process(two_processes: World) -> None:
    settled(two_processes)
    one_turn_in_time(two_processes, "late", [200, 409])
    assert len({one["process"] for one in hand_offs(two_processes)}) == 2


def hand_offs(world: World) -> list[dict[str, Any]]:
    """The requests of this hook to itself."""
    hook_id = world.hook.rpartition("/")[2]
    return [one for one in simulated(world).requests("/slack/turns") if one["hook_id"] == hook_id]


def settled(world: World) -> None:
    """Wait until both processes have looked for orphans, so that only the turns make requests from now on."""
    world.slack.rules(echo=False)
    while len({one["process"] for one in simulated(world).requests("/slack/events")}) < 2:
        world.slack.say(world.channel, BEN, "not for the bot")
        world.settle(5)
        simulated(world).wait_idle()
    simulated(world).call("clear_requests")


@pytest.mark.simulated
def test_turn_runs_to_its_end_when_a_proxy_holds_its_response_back(world: World) -> None:
    """A proxy may pass nothing on before the end: the turn then runs in the request that was not accepted in time."""
    simulated(world).refuse(how="late", times=1, seconds=3600.0)
    text = long_text(2000)
    world.dify.script(script.say(text, seconds=220, per_second=2), world.app_id)
    root = world.ask("hello", only=["app_mention"])
    [answer] = world.answers(root, timeout=40)
    assert flat(answer.text) == flat(text)
    assert [one["outcome"] for one in world.dify.invocations()] == ["done"]


@pytest.fixture
def small() -> Iterator[World]:
    """A process that takes on at most two turns at once."""

    def daemon(dify_url: str, scale: float, env: dict[str, str]) -> SimulatedDaemon:
        started = SimulatedDaemon(dify_url, scale, env | {"OPEN_TURNS": "2"})
        started.ready()
        return started

    running = Stack.start(SCALE, real=daemon)
    yield World(running, 1)
    running.stop()


@pytest.mark.simulated
def test_event_is_refused_and_answered_later_when_the_process_is_full(small: World) -> None:
    """The real capacity is measured under load (handoff/claims.py); this process has a small one."""
    world = small
    world.dify.script(script.say(TEXT, seconds=40), world.app_id)
    roots = [world.ask(f"question {number}", only=["app_mention"]) for number in range(2)]
    world.wait(lambda: world.dify.running() == 2)
    roots.append(world.ask("one too many", only=["app_mention"]))
    for root in roots:
        [answer] = world.answers(root)
        assert flat(answer.text) == flat(TEXT)
    attempts = [[one.status for one in world.deliveries(ts=root)[0].attempts] for root in roots]
    assert attempts[:2] == [[200], [200]]
    assert attempts[2][0] == 503
    assert attempts[2][-1] == 200
    assert sorted(one["query"] for one in world.dify.invocations()) == [
        "one too many",
        "question 0",
        "question 1",
    ]


def simulated(world: World) -> DaemonControl:
    assert isinstance(world.daemon, SimulatedDaemon)
    return world.daemon.control


def test_waiting_turn_is_not_lost_when_the_settings_break_for_a_while(world: World) -> None:
    """The continuation finds the settings broken; the request that waits still has its settings, and tries again."""
    text = long_text(1000)
    world.dify.script(script.say(text, seconds=200, per_second=2), world.app_id)
    root = world.ask("one")
    world.ask("two", thread_ts=root)
    world.ask("three", thread_ts=root)
    world.settle(60)
    world.configure(bot_token="")
    world.settle(90)
    world.configure(bot_token=world.slack.token)
    answers = world.answers(root, count=3, timeout=60)
    assert [flat(answer.text) for answer in answers] == [flat(text)] * 3


@pytest.mark.simulated
def test_continuation_that_is_accepted_late_gives_one_answer(world: World) -> None:
    """The continuation began without being heard: it goes on with the turn, and the request before it must not."""
    text = long_text(1000)
    world.dify.script(script.say(text, seconds=200, per_second=2), world.app_id, times=1)
    root = world.ask("one")
    world.settle(5)
    world.ask("two", thread_ts=root)
    world.settle(60)
    simulated(world).refuse(how="late", seconds=30.0)
    world.settle(90)
    simulated(world).clear_faults()
    answers = world.answers(root, count=2, timeout=60)
    world.settle(20)
    assert [one["query"] for one in world.dify.invocations()] == ["one", "two"]
    assert len(answers) == 2


@pytest.fixture(params=["dify storage", "redis"])
def two_with_a_store(request: pytest.FixtureRequest, two_processes: World, tmp_path: Path) -> Iterator[World]:
    if request.param == "dify storage":
        yield two_processes
        return
    server = RedisServer(tmp_path)
    server.start()
    two_processes.configure(redis_url=server.url)
    yield two_processes
    server.stop()


def waiting_in_one_process(world: World) -> str:
    """A question that waits behind another one; without Redis, both are in the same process."""
    settled(world)
    root = world.ask("one", only=["app_mention"])
    world.wait(world.dify.running)
    world.ask("two", thread_ts=root, only=["app_mention"])
    world.wait(lambda: len(hand_offs(world)) >= 2)
    if "redis_url" not in world.settings:
        assert len({one["process"] for one in hand_offs(world)}) == 1
    return root


@pytest.mark.simulated
def test_continuation_in_another_process_gives_one_answer(two_with_a_store: World) -> None:
    world, text = two_with_a_store, long_text(1000)
    world.dify.script(script.say(text, seconds=130, per_second=2), world.app_id)
    root = waiting_in_one_process(world)
    world.ask("three", thread_ts=root, only=["app_mention"])
    answers = world.answers(root, count=3, timeout=60)
    assert [flat(answer.text) for answer in answers] == [flat(text)] * 3
    assert sorted(one["query"] for one in world.dify.invocations()) == ["one", "three", "two"]
    assert {one["status"] for one in hand_offs(world)} == {200}
    assert len({one["process"] for one in hand_offs(world)}) == 2
    assert len(hand_offs(world)) > 3


@pytest.mark.simulated
@pytest.mark.parametrize(
    ("two_with_a_store", "routes"), [("dify storage", "two"), ("redis", "one")], indirect=["two_with_a_store"]
)
def test_continuation_in_another_process_that_is_accepted_late_gives_one_answer(
    two_with_a_store: World, routes: str
) -> None:
    """The continuation began in one process; a second route leads to the other process, where the turn waited."""
    world, text = two_with_a_store, long_text(1000)
    if routes == "two":
        second_route(world)
    world.dify.script(script.say(text, seconds=200, per_second=2), world.app_id, times=1)
    root = waiting_in_one_process(world)
    world.settle(60)
    simulated(world).refuse(how="late", seconds=30.0)
    world.settle(90)
    simulated(world).clear_faults()
    answers = world.answers(root, count=2, timeout=60)
    world.settle(20)
    assert [one["query"] for one in world.dify.invocations()] == ["one", "two"]
    assert len(answers) == 2
    if routes == "two":
        assert len({one["process"] for one in hand_offs(world)[2:]}) == 2
