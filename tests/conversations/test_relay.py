"""Socket Mode: the relay between Slack and the hook, seen from both ends."""

import json
from collections.abc import Iterator

import httpx
import pytest

from simulators.dify import script
from tests.conversations.conftest import relayed
from tests.conversations.kills import Fate
from tests.conversations.relay_harm import under_harm
from tests.conversations.world import World
from tests.support.relay_process import RelayProcess

CONTENT = "a question that no log may hold"


@pytest.fixture
def relay(world: World) -> Iterator[RelayProcess]:
    with relayed(world) as running:
        yield running


def health(relay: RelayProcess) -> int:
    return httpx.get(f"http://127.0.0.1:{relay.health_port}/healthz", trust_env=False).status_code


def payloads(relay: RelayProcess) -> list[dict[str, object]]:
    """The lines of the relay's log about payloads."""
    return [json.loads(line[line.index("{") :]) for line in relay.log().splitlines() if "{" in line]


def test_question_is_answered_and_the_log_holds_no_content_and_no_secret(
    world: World, relay: RelayProcess
) -> None:
    world.dify.script(script.say("The answer."), world.app_id)
    root = world.ask(CONTENT)
    assert world.answer(root) == "The answer."
    world.wait(lambda: any(line["acked"] for line in payloads(relay)))
    log = relay.log()
    hook = world.hook.rpartition("/")[2]
    for never in (
        CONTENT,
        world.slack.app_token,
        world.slack.signing_secret,
        world.slack.token,
        hook,
        "ticket",
    ):
        assert never not in log
    assert {line["status"] for line in payloads(relay)} == {200}
    assert health(relay) == 200


def test_nothing_is_acked_that_the_plugin_did_not_take(world: World, relay: RelayProcess) -> None:
    """The relay has another signing secret than the endpoint, which refuses each payload."""
    world.configure(signing_secret="f" * 32)
    world.slack.rules(retries=False)
    world.ask("hello")
    world.wait(lambda: not world.slack.delivery_counts().get("pending"))
    assert set(world.slack.delivery_counts()) == {"given up"}
    assert world.slack.socket()["acks"] == 0
    assert {(line["status"], line["acked"]) for line in payloads(relay)} == {(401, False)}


def test_next_link_is_open_before_the_refreshed_one_ends(world: World, relay: RelayProcess) -> None:
    world.slack.rules(link_warning=200.0)  # 10 s of the wall: the relay's own second is not scaled
    world.slack.socket("refresh")
    world.wait(lambda: world.slack.socket()["opened"] == 2)
    world.wait(lambda: world.slack.socket()["links"] == 1)
    assert world.slack.socket()["most"] == 2
    world.dify.script(script.say("Still here."), world.app_id)
    assert world.answer(world.ask("hello")) == "Still here."
    assert health(relay) == 200


def test_socket_mode_that_is_switched_off_and_on_is_found_again(world: World, relay: RelayProcess) -> None:
    world.slack.socket("disable")
    world.wait(lambda: health(relay) == 503)
    world.wait(lambda: "socket_mode_not_enabled" in relay.log())
    world.slack.configure(socket_mode="on")
    world.wait(lambda: world.slack.socket()["links"] == 1)
    world.wait(lambda: health(relay) == 200)


def test_relay_that_is_asked_to_end_finishes_what_it_began(world: World, relay: RelayProcess) -> None:
    world.dify.script(script.say("Done."), world.app_id)
    root = world.ask("hello")
    world.wait(lambda: payloads(relay))
    assert relay.stop() == 0
    assert world.answer(root) == "Done."
    assert all(line["acked"] for line in payloads(relay))


def test_token_that_slack_refuses_ends_the_relay_with_what_to_mend(world: World, relay: RelayProcess) -> None:
    relay.kill()
    world.slack.configure(app_token="xapp-1-another")
    try:
        relay.start(wait=False)
        assert relay.ended() == 2
        assert "SLACK_APP_TOKEN is not valid" in relay.log()
    finally:
        world.slack.configure(app_token=world.slack.app_token)


@pytest.mark.simulated
def test_payloads_are_neither_lost_nor_doubled_under_some_harm(world: World, relay: RelayProcess) -> None:
    fates, wrong, _ = under_harm(world, relay, questions=40, strikes=5, seed=2)
    assert wrong == []
    assert sum(fates.values()) == 40
    assert fates[Fate.NEVER_ACKED] == 0
