import pytest
from slack_sdk.signature import SignatureVerifier
from slack_sdk.socket_mode.request import SocketModeRequest

from socket_relay import delivery
from socket_relay.delivery import MOST_TRIES, Delivery
from socket_relay.settings import RelaySettings
from tests.daemon.services import free_port
from tests.socket_relay.hook import Hook

SECRET = "0123456789abcdef0123456789abcdef"
EVENT = SocketModeRequest("events_api", "e1", {"event": {}})
COMMAND = SocketModeRequest("slash_commands", "e2", {"text": "hi"}, accepts_response_payload=True)


def made(url: str, waits: list[float] | None = None) -> Delivery:
    paused = [] if waits is None else waits
    return Delivery(RelaySettings("xapp-1", SECRET, url), sleep=paused.append)


def test_taken_payload_is_posted_once_and_signed(hook: Hook) -> None:
    outcome = made(hook.url).deliver(EVENT)
    assert (outcome.taken, outcome.status, outcome.tries, outcome.payload) == (True, 200, 1, None)
    [(path, headers, body)] = hook.came
    assert path == "/e/abcdefgh/slack/events"
    assert SignatureVerifier(SECRET).is_valid_request(body, headers)


def test_answer_of_the_plugin_is_the_payload_of_the_ack(hook: Hook) -> None:
    hook.answers = [(200, "application/json", b'{"text": "hello"}', 0.0)]
    assert made(hook.url).deliver(COMMAND).payload == {"text": "hello"}


def test_busy_plugin_is_asked_again_a_few_times(hook: Hook) -> None:
    hook.answers = [(503, "", b"", 0.0), (500, "", b"", 0.0), (200, "", b"", 0.0)]
    waits: list[float] = []
    outcome = made(hook.url, waits).deliver(EVENT)
    assert (outcome.taken, outcome.tries) == (True, 3)
    assert waits == [pytest.approx(0.2), pytest.approx(0.4)]


def test_tries_are_bounded(hook: Hook) -> None:
    hook.answers = [(503, "", b"", 0.0)]
    outcome = made(hook.url).deliver(EVENT)
    assert (outcome.taken, outcome.status, outcome.tries) == (False, 503, MOST_TRIES)
    assert len(hook.came) == MOST_TRIES


@pytest.mark.parametrize("status", [302, 400, 401, 404, 409, 413])
def test_refusal_is_final_and_not_taken(hook: Hook, status: int) -> None:
    hook.answers = [(status, "", b"", 0.0)]
    outcome = made(hook.url).deliver(EVENT)
    assert (outcome.taken, outcome.status, outcome.tries) == (False, status, 1)
    assert len(hook.came) == 1


def test_hook_that_is_away_is_tried_again_and_never_taken() -> None:
    outcome = made(f"http://127.0.0.1:{free_port()}/e/x").deliver(EVENT)
    assert (outcome.taken, outcome.status, outcome.tries) == (False, 0, MOST_TRIES)
    assert outcome.error == "NewConnectionError"


def test_silent_hook_is_given_up_in_time_and_not_asked_twice(
    hook: Hook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "PATIENCE", 0.3)
    hook.answers = [(200, "", b"", 1.0)]
    outcome = made(hook.url).deliver(EVENT)
    assert (outcome.taken, outcome.status, outcome.tries) == (False, 0, 1)
    assert outcome.error == "ReadTimeoutError"
    assert len(hook.came) == 1
