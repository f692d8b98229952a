import json
import signal
import subprocess
import sys
from pathlib import Path

import gevent
import pytest

from simulators.slack.workspace import ANNA, GENERAL, ControlError, Workspace
from tests.simulators.slack.conftest import Slack

HERE = Path(__file__).parents[3]


def test_waiting_ends_when_it_happens(slack: Slack) -> None:
    gevent.spawn_later(0.05, slack.client.chat_postMessage, channel=GENERAL, text="x")
    found = slack.workspace.wait_for(lambda: slack.workspace.messages(GENERAL))
    assert [message.text for message in found] == ["x"]


def test_waiting_gives_up(slack: Slack) -> None:
    with pytest.raises(TimeoutError):
        slack.workspace.wait_for(lambda: False, timeout=0.05)


def test_an_answer_is_whole_when_nothing_is_under_way(slack: Slack) -> None:
    root = slack.ask()
    ts = slack.stream(root, "a")
    gevent.spawn_later(0.05, slack.client.chat_stopStream, channel=GENERAL, ts=ts)
    (answer,) = slack.workspace.wait_answer(GENERAL, root)
    assert not answer.streaming


def test_a_reset_leaves_nothing_but_the_urls(slack: Slack) -> None:
    slack.workspace.configure(events_url="http://127.0.0.1:1/", token_state="token_revoked")
    slack.ask()
    slack.workspace.rules(latency=3.0, tiers=True)
    slack.workspace.fault("*", "html", times=None)
    slack.workspace.add_channel("more")
    slack.workspace.reset()
    assert slack.client.auth_test()["ok"]
    assert slack.workspace.messages(GENERAL) == []
    assert slack.workspace.deliveries() == []
    assert len(slack.workspace.calls()) == 1
    rules = slack.workspace.rules()
    assert (rules["latency"], rules["tiers"]) == (0.0, True)
    assert slack.workspace.event({"type": "x"}) == 1


def test_mistakes_in_a_test_are_named(slack: Slack) -> None:
    with pytest.raises(ControlError, match="C0NOWHERE"):
        slack.workspace.say("C0NOWHERE", ANNA, "x")
    with pytest.raises(ControlError, match="order is one of"):
        slack.workspace.say(GENERAL, ANNA, "x", order="sideways")
    with pytest.raises(ControlError, match="unknown"):
        slack.workspace.rules(gravity=2)


def test_states_are_counted_without_their_texts(slack: Slack) -> None:
    ts = slack.stream(slack.ask(), "a")
    slack.append(ts, "b")
    assert slack.workspace.state_counts(GENERAL) == {ts: 2}


def test_answers_are_counted_by_thread(slack: Slack) -> None:
    first, second = slack.ask(), slack.ask()
    for thread in (first, first, second):
        slack.client.chat_postMessage(channel=GENERAL, thread_ts=thread, text="x")
    assert slack.workspace.answer_counts(GENERAL) == {first: 2, second: 1}


def test_the_program_prints_its_url_and_ends_when_told() -> None:
    command = [sys.executable, "-m", "simulators.slack", "--token", "xoxb-mine", "--tiers", "on"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=HERE) as process:
        assert process.stdout is not None
        workspace = Workspace(json.loads(process.stdout.readline())["url"])
        assert workspace.token == "xoxb-mine"
        assert workspace.rules()["tiers"]
        workspace.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
