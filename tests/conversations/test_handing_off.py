"""The hand-off: what is acked is owned, and what is not owned comes again."""

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


def test_a_client_that_hangs_up_after_three_seconds_changes_nothing(world: World) -> None:
    world.dify.script(script.say(TEXT, seconds=30), world.app_id)
    root = world.ask("hello", only=["message"])
    [twin] = world.slack.deliveries("message", ts=root)
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


def test_a_slack_that_never_hears_the_ack_is_still_answered_once(world: World) -> None:
    # Gone before the ack at most deliveries, yet not before the daemon has asked the plugin: who leaves within the
    # first milliseconds is cancelled unseen, and Slack's retries are all that is left (seen on a real daemon).
    world.slack.rules(patience=0.0, patience_floor=0.02)
    world.dify.script(script.say(TEXT, seconds=10), world.app_id)
    root = world.ask("hello")
    assert len(world.answers(root)) == 1
    assert len(world.dify.invocations()) == 1


def test_three_questions_at_once_in_one_thread(world: World) -> None:
    """200 s each: the third waits for 400 s, which no single request of the daemon would live."""
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


def test_while_it_waits_the_thread_says_so(world: World) -> None:
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
@pytest.mark.parametrize("how", ["status", "reset"])
def test_a_refused_hand_off_is_answered_503_and_the_retry_runs_once(world: World, how: str) -> None:
    simulated(world).refuse(how=how, times=1)
    root = world.ask("hello", only=["app_mention"])
    assert len(world.answers(root)) == 1
    [delivery] = world.slack.deliveries("app_mention", ts=root)
    assert [attempt.status for attempt in delivery.attempts] == [503, 200]
    assert len(world.dify.invocations()) == 1


def second_route(world: World) -> None:
    """Beside 127.0.0.1 another name of the same daemon."""
    world.configure(internal_url=f"http://localhost:{urlsplit(world.hook).port}")


def one_turn_in_time(world: World, how: str) -> None:
    """The first route says nothing for a minute, though its turn runs; over the second one the event is acked."""
    second_route(world)
    world.slack.rules(
        patience_floor=2.0
    )  # wall seconds, of a machine that may be busy; less than that minute
    simulated(world).refuse(how=how, times=1, seconds=60.0)
    world.dify.script(script.say(TEXT, seconds=80), world.app_id)
    root = world.ask("hello", only=["app_mention"])
    [answer] = world.answers(root)
    assert flat(answer.text) == flat(TEXT)
    [delivery] = world.slack.deliveries("app_mention", ts=root)
    assert [attempt.status for attempt in delivery.attempts] == [200]
    assert sorted(one["status"] for one in hand_offs(world)) == [200, 409]
    assert len(world.dify.invocations()) == 1


@pytest.mark.simulated
@pytest.mark.parametrize("how", ["late", "orphan"])
def test_a_first_route_that_times_out_after_it_began_is_one_turn(world: World, how: str) -> None:
    one_turn_in_time(world, how)


@pytest.mark.simulated
def test_so_it_is_when_the_second_route_leads_to_another_process(two_processes: World) -> None:
    settled(two_processes)
    one_turn_in_time(two_processes, "late")
    assert len({one["process"] for one in hand_offs(two_processes)}) == 2


def hand_offs(world: World) -> list[dict[str, Any]]:
    """Our requests to ourselves, of this hook."""
    hook_id = world.hook.rpartition("/")[2]
    return [one for one in simulated(world).requests("/slack/turns") if one["hook_id"] == hook_id]


def settled(world: World) -> None:
    """Both processes have looked for orphans, so that no request but of the turns' comes between."""
    world.slack.rules(echo=False)
    while len({one["process"] for one in simulated(world).requests("/slack/events")}) < 2:
        world.slack.say(world.channel, BEN, "not for the bot")
        world.settle(5)
        simulated(world).wait_idle()
    simulated(world).call("clear_requests")


@pytest.mark.simulated
def test_an_answer_held_back_on_its_way_is_waited_for_as_long_as_its_turn_may_take(world: World) -> None:
    """As by a proxy that passes nothing on before the end: the turn lives in the request that was not accepted."""
    simulated(world).refuse(how="late", times=1, seconds=3600.0)
    text = long_text(2000)
    world.dify.script(script.say(text, seconds=220, per_second=2), world.app_id)
    root = world.ask("hello", only=["app_mention"])
    [answer] = world.answers(root, timeout=40)
    assert flat(answer.text) == flat(text)
    assert [one["outcome"] for one in world.dify.invocations()] == ["done"]


@pytest.fixture
def small() -> Iterator[World]:
    """A process that takes on two turns at once."""

    def daemon(dify_url: str, scale: float, env: dict[str, str]) -> SimulatedDaemon:
        started = SimulatedDaemon(dify_url, scale, env | {"OPEN_TURNS": "2"})
        started.ready()
        return started

    running = Stack.start(SCALE, real=daemon)
    yield World(running, 1)
    running.stop()


@pytest.mark.simulated
def test_when_the_process_is_full_the_event_comes_again(small: World) -> None:
    """The cap itself is measured under load (handoff/capacity.py); here a process with a small one."""
    world = small
    world.dify.script(script.say(TEXT, seconds=40), world.app_id)
    roots = [world.ask(f"question {number}", only=["app_mention"]) for number in range(2)]
    world.wait(lambda: world.dify.running() == 2)
    roots.append(world.ask("one too many", only=["app_mention"]))
    for root in roots:
        [answer] = world.answers(root)
        assert flat(answer.text) == flat(TEXT)
    attempts = [[one.status for one in world.slack.deliveries(ts=root)[0].attempts] for root in roots]
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


def test_settings_that_break_for_a_while_lose_no_turn_that_waits(world: World) -> None:
    """A fresh request finds them broken; the one that waits still has what it needs, and tries again."""
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
def test_a_hand_on_that_is_slow_to_be_accepted_is_one_answer(world: World) -> None:
    """Nobody heard that the fresh request began: it goes on, and the one that waited must not."""
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
    """A question that waits behind another, in the same process also where no Redis keeps the order of both."""
    settled(world)
    root = world.ask("one", only=["app_mention"])
    world.wait(world.dify.running)
    world.ask("two", thread_ts=root, only=["app_mention"])
    world.wait(lambda: len(hand_offs(world)) >= 2)
    if "redis_url" not in world.settings:
        assert len({one["process"] for one in hand_offs(world)}) == 1
    return root


@pytest.mark.simulated
def test_a_turn_handed_on_between_processes_is_one_turn(two_with_a_store: World) -> None:
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
def test_a_hand_on_that_nobody_hears_of_is_one_answer_between_processes(
    two_with_a_store: World, routes: str
) -> None:
    """The fresh request began in one process; a second route leads to the other, where the turn waited too."""
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
