import json
from typing import Any
from urllib.parse import parse_qs

import pytest
import urllib3
from gevent.event import Event
from slack_sdk.signature import SignatureVerifier

from simulators.slack.workspace import ANNA, BEN, GENERAL
from tests.simulators.slack.conftest import App, Slack

BUTTON = {
    "type": "actions",
    "block_id": "next",
    "elements": [
        {"type": "button", "action_id": "ask", "value": "7", "text": {"type": "plain_text", "text": "More"}}
    ],
}


def pressed(slack: Slack, app: App) -> dict[str, Any]:
    """The payload of a press."""
    root = slack.ask()
    ts = slack.client.chat_postMessage(channel=GENERAL, thread_ts=root, text="x", blocks=[BUTTON])["ts"]
    app.requests.clear()
    app.bodies.clear()
    slack.workspace.wait_for(lambda: len(slack.workspace.deliveries()) == 2)
    slack.workspace.wait_for(lambda: all(d.state == "accepted" for d in slack.workspace.deliveries()))
    app.requests.clear()
    app.bodies.clear()
    attempt = slack.workspace.press(GENERAL, ts, BEN, "ask")
    assert (attempt.status, attempt.failure) == (200, "")
    return dict(json.loads(parse_qs(app.bodies[0].decode())["payload"][0]))


def test_a_press_is_a_signed_form(slack: Slack, app: App) -> None:
    payload = pressed(slack, app)
    request = app.requests[0]
    assert (request.path, request.mimetype) == ("/interactions", "application/x-www-form-urlencoded")
    verifier = SignatureVerifier(slack.workspace.signing_secret)
    assert verifier.is_valid_request(app.bodies[0], dict(request.headers))
    assert payload["type"] == "block_actions"
    (action,) = payload["actions"]
    assert (action["action_id"], action["value"], action["block_id"]) == ("ask", "7", "next")
    assert payload["user"]["id"] == BEN
    assert payload["container"]["thread_ts"] == payload["message"]["thread_ts"]


def test_pressing_what_is_not_there(slack: Slack, app: App) -> None:
    ts = slack.ask()
    with pytest.raises(Exception, match="no element"):
        slack.workspace.press(GENERAL, ts, BEN, "ask")


def test_button_that_was_taken_away_can_be_pressed_where_a_client_still_shows_it(
    slack: Slack, app: App
) -> None:
    root = slack.ask()
    ts = slack.client.chat_postMessage(channel=GENERAL, thread_ts=root, text="x", blocks=[BUTTON])["ts"]
    slack.client.chat_update(channel=GENERAL, ts=ts, text="Done.", blocks=[])
    assert slack.workspace.press(GENERAL, ts, BEN, "ask").status == 200


def respond(url: object, **answer: object) -> tuple[int, bytes]:
    with urllib3.PoolManager() as pool:
        response = pool.request("POST", str(url), body=json.dumps(answer).encode())
        return response.status, response.data


def test_a_response_url_answers_five_times(slack: Slack, app: App) -> None:
    url = pressed(slack, app)["response_url"]
    assert [respond(url, text=f"n{n}")[0] for n in range(6)] == [200] * 5 + [404]
    first = slack.workspace.ephemeral()[0]
    assert (first.text, first.ephemeral_for) == ("n0", BEN)


def test_a_response_url_can_replace_post_and_delete(slack: Slack, app: App) -> None:
    payload = pressed(slack, app)
    ts, url = payload["container"]["message_ts"], payload["response_url"]
    assert respond(url, text="new", replace_original=True) == (200, b"ok")
    assert slack.workspace.thread(GENERAL, ts)[0].text == "new"
    respond(url, text="for all", response_type="in_channel")
    assert slack.workspace.messages(GENERAL)[-1].text == "for all"
    respond(url, delete_original=True)
    assert slack.workspace.thread(GENERAL, ts) == []


def pressed_alone(slack: Slack, app: App) -> dict[str, Any]:
    """The payload of a press in a message that only Ben sees."""
    url = pressed(slack, app)["response_url"]
    assert respond(url, text="for you", blocks=[BUTTON])[0] == 200
    [shown] = slack.workspace.ephemeral()
    app.bodies.clear()
    assert slack.workspace.press(GENERAL, shown.ts, BEN, "ask").status == 200
    return dict(json.loads(parse_qs(app.bodies[0].decode())["payload"][0]))


def test_press_in_an_ephemeral_message_names_no_message_and_has_a_response_url(
    slack: Slack, app: App
) -> None:
    payload = pressed_alone(slack, app)
    [shown] = slack.workspace.ephemeral()
    assert "message" not in payload
    assert payload["container"]["is_ephemeral"] is True
    assert (payload["container"]["message_ts"], payload["channel"]["id"]) == (shown.ts, GENERAL)
    assert payload["response_url"]


def test_ephemeral_message_cannot_be_pressed_by_another_member(slack: Slack, app: App) -> None:
    pressed_alone(slack, app)
    [shown] = slack.workspace.ephemeral()
    app.bodies.clear()
    with pytest.raises(Exception, match="does not see"):
        slack.workspace.press(GENERAL, shown.ts, ANNA, "ask")
    assert app.bodies == []


def test_ephemeral_message_is_replaced_and_deleted_by_the_response_url_of_its_press(
    slack: Slack, app: App
) -> None:
    url = pressed_alone(slack, app)["response_url"]
    before = len(slack.workspace.messages(GENERAL))
    respond(url, text="new", replace_original=True)
    [shown] = slack.workspace.ephemeral()
    assert (shown.text, shown.blocks, shown.ephemeral_for) == ("new", [], BEN)
    respond(url, delete_original=True)
    assert slack.workspace.ephemeral() == []
    assert len(slack.workspace.messages(GENERAL)) == before


def test_post_that_a_response_url_refuses_for_its_blocks_is_one_of_the_five(slack: Slack, app: App) -> None:
    url = pressed(slack, app)["response_url"]
    slack.workspace.rules(response_url_refuses_blocks=True)
    assert respond(url, text="n", blocks=[BUTTON]) == (400, b"invalid_blocks")
    assert [respond(url, text=f"n{n}")[0] for n in range(5)] == [200] * 4 + [404]


def test_a_response_url_dies_after_half_an_hour(slack: Slack, app: App) -> None:
    url = pressed(slack, app)["response_url"]
    slack.clock.advance(1_801)
    assert respond(url, text="late")[0] == 404


def test_its_host_can_be_the_real_one(slack: Slack, app: App) -> None:
    slack.workspace.rules(response_url_base="https://hooks.slack.com")
    assert str(pressed(slack, app)["response_url"]).startswith("https://hooks.slack.com/actions/T0SIMTEAM/")


def test_a_slash_command(slack: Slack, app: App) -> None:
    slack.workspace.rules(patience_floor=0.05)
    held = Event()
    app.answers.append(held)
    late = slack.workspace.command(GENERAL, ANNA, "/dify", "what?")
    held.set()
    assert late.failure == "http_timeout"
    fields = parse_qs(app.bodies[0].decode())
    assert (fields["command"], fields["text"], fields["user_id"]) == (["/dify"], ["what?"], [ANNA])
    assert "thread_ts" not in fields
    assert "payload" not in fields
    assert len(app.requests) == 1


def test_a_look_at_the_certificate(slack: Slack, app: App) -> None:
    assert slack.workspace.ssl_check().status == 200
    assert parse_qs(app.bodies[0].decode())["ssl_check"] == ["1"]
