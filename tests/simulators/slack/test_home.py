from typing import Any

from simulators.slack.workspace import ANNA, GENERAL
from tests.simulators.slack.conftest import App, Slack, refusal, sent

SECTION = {"type": "section", "text": {"type": "plain_text", "text": "Hello"}}


def view(**changes: Any) -> dict[str, Any]:
    return {"type": "home", "blocks": [SECTION]} | changes


def test_home_is_published_and_comes_with_the_next_opening(slack: Slack, app: App) -> None:
    slack.workspace.open_home()
    assert "view" not in sent(slack, 1)[0]["event"]
    slack.client.views_publish(user_id=ANNA, view=view(private_metadata="m"))
    assert slack.workspace.home()["blocks"] == [SECTION]
    slack.workspace.open_home()
    assert sent(slack, 2)[1]["event"]["view"]["private_metadata"] == "m"


def test_home_takes_no_blocks_of_messages_and_not_too_many(slack: Slack) -> None:
    publish = slack.client.views_publish
    markdown = {"type": "markdown", "text": "x"}
    assert refusal(lambda: publish(user_id=ANNA, view=view(blocks=[markdown]))) == "invalid_arguments"
    assert refusal(lambda: publish(user_id=ANNA, view=view(blocks=[SECTION] * 101))) == "invalid_blocks"
    assert refusal(lambda: publish(user_id=ANNA, view=view(type="modal"))) == "invalid_arguments"


def test_home_that_is_off_is_not_enabled(slack: Slack) -> None:
    slack.workspace.configure(manifest="features:\n  app_home:\n    home_tab_enabled: false\n")
    assert refusal(lambda: slack.client.views_publish(user_id=ANNA, view=view())) == "not_enabled"
    slack.workspace.configure(manifest="")


def test_invitation_names_the_inviter_if_there_is_one(slack: Slack, app: App) -> None:
    slack.workspace.invite(GENERAL)
    slack.workspace.invite(GENERAL, "")
    events = [body["event"] for body in sent(slack, 2)]
    assert [event.get("inviter") for event in events] == [ANNA, None]
    assert {event["user"] for event in events} == {slack.workspace.bot_user}
