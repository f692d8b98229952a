from typing import Any

import pytest

from simulators.slack.composer import pasted_table, rich_text
from simulators.slack.workspace import ANNA, BEN, GENERAL, WORKFLOW
from tests.simulators.slack.conftest import App, Slack, sent


def elements(text: str) -> list[dict[str, Any]]:
    [block] = rich_text(text)
    return list(block["elements"])


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("<@U1> a &lt; b", [{"type": "user", "user_id": "U1"}, {"type": "text", "text": " a < b"}]),
        ("<#C1|general>", [{"type": "channel", "channel_id": "C1"}]),
        ("<!subteam^S1>", [{"type": "usergroup", "usergroup_id": "S1"}]),
        ("<!here>", [{"type": "broadcast", "range": "here"}]),
        ("<https://a.b|x>", [{"type": "link", "url": "https://a.b", "text": "x"}]),
        ("`x = 1`", [{"type": "text", "text": "x = 1", "style": {"code": True}}]),
        ("`<@U1>`", [{"type": "user", "user_id": "U1", "style": {"code": True}}]),
    ],
)
def test_typed_text_becomes_a_section(text: str, inner: list[dict[str, Any]]) -> None:
    assert elements(text) == [{"type": "rich_text_section", "elements": inner}]


def test_quotes_and_fences_become_elements_of_their_own() -> None:
    found = elements("one\n&gt; two\n&gt; three\n```\nfour\n```")
    kinds = ["rich_text_section", "rich_text_quote", "rich_text_preformatted"]
    assert [element["type"] for element in found] == kinds
    assert found[1]["elements"][0]["text"] == "two\nthree"
    assert rich_text("") == []


def test_cell_of_a_pasted_table_is_never_empty() -> None:
    [block] = pasted_table([["a", 1200, ""]])["blocks"]
    assert block["rows"] == [
        [
            {"type": "raw_text", "text": "a"},
            {"type": "raw_number", "value": 1200, "text": "1,200"},
            {"type": "raw_text", "text": " "},
        ]
    ]


def test_forwarded_message_is_an_attachment_with_its_files(slack: Slack, app: App) -> None:
    file = slack.workspace.add_file("a.txt", b"x")
    elsewhere = slack.workspace.add_channel("elsewhere", bot=False)
    original = slack.workspace.say(elsewhere, ANNA, "Look", files=[file])
    ts = slack.workspace.forward(elsewhere, original, GENERAL, BEN, "See")
    [body] = sent(slack, 1)
    event = body["event"]
    [attachment] = event["attachments"]
    assert (event["text"], event["ts"], "files" in event) == ("See", ts, False)
    assert (attachment["is_share"], attachment["author_name"], attachment["text"]) == (
        *(True, "Anna Berg"),
        "Look",
    )
    assert [one["id"] for one in attachment["files"]] == [file]
    assert attachment["message_blocks"][0]["message"]["blocks"] == rich_text("Look")


def test_message_of_a_workflow_has_no_user(slack: Slack, app: App) -> None:
    slack.workspace.workflow_says(GENERAL, slack.workspace.mentioning("hi"))
    mention, message = (body["event"] for body in sent(slack, 2))
    for event in (mention, message):
        assert not {"user", "team", "user_team"} & event.keys()
        assert (event["bot_id"], event["username"]) == (WORKFLOW, "Intake")
        assert (event["subtype"], event["bot_profile"]["team_id"]) == ("bot_message", slack.workspace.team_id)
    assert mention["type"] == "app_mention"


@pytest.mark.parametrize("org_wide", [False, True])
def test_organisation_is_named_as_slack_names_it(slack: Slack, app: App, *, org_wide: bool) -> None:
    workspace = slack.workspace
    workspace.configure(enterprise_id="E0OURS", org_wide="yes" if org_wide else "no")
    cleo = workspace.add_user("cleo", team_id="T0SISTER0", enterprise_id="E0OURS")
    zoe = workspace.add_user("zoe", team_id="T0FOREIGN", enterprise_id="E0FOREIGN")
    channel = workspace.add_channel("wide", ext_shared=True)
    workspace.say(channel, cleo, "hi")
    workspace.say(channel, zoe, "hi")
    [ours, theirs] = sent(slack, 2)
    home = None if org_wide else workspace.team_id
    for body in (ours, theirs):
        [named] = body["authorizations"]
        assert (named["team_id"], named["enterprise_id"]) == (home, "E0OURS")
        assert named["is_enterprise_install"] is org_wide
        assert (body["context_team_id"], body["context_enterprise_id"]) == (home, "E0OURS")
    assert (ours["enterprise_id"], ours["event"]["user_team"]) == ("E0OURS", "T0SISTER0")
    assert (theirs["team_id"], theirs["enterprise_id"]) == ("T0FOREIGN", "E0FOREIGN")
    auth = slack.client.auth_test()
    assert auth["is_enterprise_install"] is org_wide
    assert auth["team_id"] == ("E0OURS" if org_wide else workspace.team_id)
    users = [slack.client.users_info(user=user)["user"] for user in (ANNA, cleo, zoe)]
    assert [user["enterprise_user"]["enterprise_id"] for user in users] == [*2 * ["E0OURS"], "E0FOREIGN"]
    assert [user["is_stranger"] for user in users] == [False, False, True]
