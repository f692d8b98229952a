"""Many payloads through the relay's own process, while it, its hook, its socket and its link are harmed at random."""

import json
import random
import time

import pytest

from simulators.launch import launched
from simulators.slack.workspace import ANNA, GENERAL, Workspace
from tests.socket_relay.hook import Hook
from tests.support.relay_process import RelayProcess

PACE = 0.02
WAYS = ("relay", "hook", "cut", "refresh")
AWAY = [(503, "", b"", 0.0)] * 6 + [(200, "", b"", 0.0)]


@pytest.mark.parametrize(
    ("events", "strikes", "scale"),
    [(200, 8, 0.06), pytest.param(1_000, 24, 0.2, marks=pytest.mark.soak)],
)
def test_each_payload_is_taken_and_none_is_acked_that_was_not(
    hook: Hook, events: int, strikes: int, scale: float
) -> None:
    """Slack's last retry comes 300 times `scale` seconds later, when all harm is mended on a busy machine too."""
    chance = random.Random(7)
    ways = chance.sample(WAYS * (strikes // len(WAYS)), strikes)
    struck = dict(zip(sorted(chance.sample(range(events), strikes)), ways, strict=True))
    with launched("simulators.slack", "--time-scale", str(scale)) as running:
        slack = Workspace(running.url)
        relay = RelayProcess(slack, hook.url)
        slack.configure(socket_mode="on")
        slack.rules(echo=False)
        relay.start()
        for number in range(events):
            if number in struck:
                slack.wait_for(lambda: slack.socket()["links"], 30)
                harm(struck[number], slack, relay, hook)
            slack.say(GENERAL, ANNA, f"event {number}")
            time.sleep(PACE)
        slack.wait_for(lambda: not slack.delivery_counts().get("pending"), 120)
        deliveries = slack.deliveries("message")
        relay.remove()
        slack.close()
    taken = {json.loads(body)["event_id"] for body in hook.taken}
    assert len(deliveries) == events
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
