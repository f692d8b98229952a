"""Many payloads through the relay's own process, while it, its hook, its socket and its link are harmed at random."""

import json
import random
import time

from simulators.launch import launched
from simulators.slack.workspace import ANNA, GENERAL, Workspace
from tests.socket_relay.hook import Hook
from tests.support.relay_process import RelayProcess

EVENTS, PACE = 200, 0.02
WAYS = ("relay", "hook", "cut", "refresh")
AWAY = [(503, "", b"", 0.0)] * 6 + [(200, "", b"", 0.0)]


def test_each_payload_is_taken_and_none_is_acked_that_was_not(hook: Hook) -> None:
    """Slack's last retry comes after 18 s of the wall here, when all harm is mended on a busy machine too."""
    chance = random.Random(7)
    strikes = dict(zip(sorted(chance.sample(range(EVENTS), 8)), chance.sample(WAYS * 2, 8), strict=True))
    with launched("simulators.slack", "--time-scale", "0.06") as running:
        slack = Workspace(running.url)
        relay = RelayProcess(slack, hook.url)
        slack.configure(socket_mode="on")
        slack.rules(echo=False)
        relay.start()
        for number in range(EVENTS):
            if number in strikes:
                slack.wait_for(lambda: slack.socket()["links"], 30)
                harm(strikes[number], slack, relay, hook)
            slack.say(GENERAL, ANNA, f"event {number}")
            time.sleep(PACE)
        slack.wait_for(lambda: not slack.delivery_counts().get("pending"), 60)
        deliveries = slack.deliveries("message")
        relay.remove()
        slack.close()
    taken = {json.loads(body)["event_id"] for body in hook.taken}
    assert len(deliveries) == EVENTS
    assert [one.number for one in deliveries if one.state == "accepted" and one.event_id not in taken] == []
    assert {one.state for one in deliveries} == {"accepted"}
    assert {one.event_id for one in deliveries} == taken


def harm(way: str, slack: Workspace, relay: RelayProcess, hook: Hook) -> None:
    """The relay starts again at once, and the hook comes back after a few requests."""
    if way == "relay":
        relay.kill()
        relay.start(wait=False)
    elif way == "hook":
        hook.answers = list(AWAY)
    else:
        slack.socket(way)
