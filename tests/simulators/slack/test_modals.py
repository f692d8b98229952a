"""Feedback buttons and modals, by docs/platform/slack.md#feedback-buttons, #trigger-ids and #modals."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_sdk.errors import SlackApiError

from simulators.slack.workspace import ANNA, BEN, GENERAL
from tests.simulators.slack.conftest import App, Slack


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def thumbs(**changes: Any) -> dict[str, Any]:
    element = {
        "type": "feedback_buttons",
        "action_id": "vote",
        "positive_button": {"text": plain("Good"), "value": "+1"},
        "negative_button": {"text": plain("Bad"), "value": "-1"},
    }
    return {"type": "context_actions", "block_id": "fb", "elements": [element | changes]}


INPUT = {
    "type": "input",
    "block_id": "why",
    "optional": True,
    "label": plain("Why?"),
    "element": {"type": "plain_text_input", "action_id": "text", "multiline": True, "max_length": 10},
}
MODAL = {
    "type": "modal",
    "callback_id": "reason",
    "private_metadata": "{}",
    "title": plain("Feedback"),
    "submit": plain("Send"),
    "blocks": [INPUT],
}


def posted(slack: Slack, *blocks: dict[str, Any]) -> str:
    root = slack.ask()
    return str(
        slack.client.chat_postMessage(channel=GENERAL, thread_ts=root, text="x", blocks=list(blocks))["ts"]
    )


def payload_of(app: App) -> dict[str, Any]:
    last = [body for body in app.bodies if body.startswith(b"payload=")][-1]
    return dict(json.loads(parse_qs(last.decode())["payload"][0]))


def refused(call: Any, *arguments: Any, **more: Any) -> str:
    with pytest.raises(SlackApiError) as refusal:
        call(*arguments, **more)
    return str(refusal.value.response["error"])


def test_each_click_on_a_thumb_sends_its_value_once_more(slack: Slack, app: App) -> None:
    ts = posted(slack, thumbs())
    for positive in (True, True, False):
        assert slack.workspace.vote(GENERAL, ts, BEN, positive=positive).status == 200
    [action] = payload_of(app)["actions"]
    assert (action["type"], action["value"], action["action_id"]) == ("feedback_buttons", "-1", "vote")
    assert action["text"] == plain("Bad")
    assert len([body for body in app.bodies if b"feedback_buttons" in body]) >= 3


@pytest.mark.parametrize(
    "block",
    [
        thumbs(confirm={}),
        thumbs(positive_button=None),
        thumbs(negative_button={"text": plain("Bad"), "value": ""}),
        thumbs(negative_button={"text": plain("x" * 76), "value": "-1"}),
        thumbs() | {"elements": thumbs()["elements"] * 6},
        {"type": "context_actions", "elements": [{"type": "button", "text": plain("x")}]},
    ],
)
def test_feedback_buttons_against_the_rules_are_refused(slack: Slack, block: dict[str, Any]) -> None:
    assert refused(posted, slack, block) == "invalid_blocks"


def test_workspace_may_refuse_feedback_buttons_in_posts_edits_and_stops(slack: Slack) -> None:
    ts = posted(slack, thumbs())
    slack.workspace.rules(feedback_buttons=False)
    assert refused(posted, slack, thumbs()) == "invalid_blocks"
    assert refused(slack.client.chat_update, channel=GENERAL, ts=ts, blocks=[thumbs()]) == "invalid_blocks"


def trigger(slack: Slack, app: App) -> str:
    slack.workspace.vote(GENERAL, posted(slack, thumbs()), ANNA, positive=False)
    return str(payload_of(app)["trigger_id"])


def test_modal_that_is_sent_brings_what_was_filled_in_and_no_place(slack: Slack, app: App) -> None:
    slack.client.views_open(trigger_id=trigger(slack, app), view=MODAL)
    [view] = slack.workspace.modals(ANNA)
    assert slack.workspace.modals(BEN) == []
    assert slack.workspace.submit(view["id"], ANNA, {"why": {"text": "no"}}).status == 200
    payload = payload_of(app)
    assert payload["type"] == "view_submission"
    assert payload["view"]["state"]["values"]["why"]["text"]["value"] == "no"
    assert payload["view"]["private_metadata"] == "{}"
    assert not {"channel", "message", "container", "response_url"} & set(payload)
    assert slack.workspace.modals(ANNA) == []


def test_field_left_empty_is_null_and_a_long_text_cannot_be_sent(slack: Slack, app: App) -> None:
    slack.client.views_open(trigger_id=trigger(slack, app), view=MODAL)
    [view] = slack.workspace.modals(ANNA)
    with pytest.raises(Exception, match="too long"):
        slack.workspace.submit(view["id"], ANNA, {"why": {"text": "x" * 11}})
    slack.workspace.submit(view["id"], ANNA, {})
    assert payload_of(app)["view"]["state"]["values"]["why"]["text"]["value"] is None


def test_trigger_id_opens_one_modal_within_three_seconds(slack: Slack, app: App) -> None:
    slack.workspace.rules(patience_floor=0.05)
    first = trigger(slack, app)
    slack.client.views_open(trigger_id=first, view=MODAL)
    assert refused(slack.client.views_open, trigger_id=first, view=MODAL) == "exchanged_trigger_id"
    assert refused(slack.client.views_open, trigger_id="x", view=MODAL) == "invalid_trigger_id"
    late = trigger(slack, app)
    slack.clock.advance(4)
    assert refused(slack.client.views_open, trigger_id=late, view=MODAL) == "expired_trigger_id"


@pytest.mark.parametrize(
    "changes",
    [
        {"title": plain("x" * 25)},
        {"submit": None},
        {"private_metadata": "x" * 3_001},
        {"type": "home"},
        {"blocks": [{"type": "markdown", "text": "x"}]},
        {
            "blocks": [
                INPUT | {"element": {"type": "plain_text_input", "action_id": "t", "max_length": 3_001}}
            ]
        },
    ],
)
def test_modal_against_the_rules_is_refused(slack: Slack, app: App, changes: dict[str, Any]) -> None:
    assert (
        refused(slack.client.views_open, trigger_id=trigger(slack, app), view=MODAL | changes)
        == "invalid_arguments"
    )
