from typing import Any

import pytest

from simulators.slack.workspace import ANNA, GENERAL
from tests.simulators.slack.conftest import Slack, refusal, scoped


def names(slack: Slack, types: str, **more: Any) -> list[str]:
    return [one["name"] for one in slack.client.conversations_list(types=types, **more)["channels"]]


def test_private_channels_are_listed_only_where_the_bot_is(slack: Slack) -> None:
    workspace = slack.workspace
    workspace.add_channel("open", bot=False)
    workspace.add_channel("ours", kind="group")
    workspace.add_channel("theirs", kind="group", bot=False)
    assert "open" in names(slack, "public_channel")
    assert names(slack, "private_channel") == ["ours"]


def test_archived_channels_can_be_left_out(slack: Slack) -> None:
    old = slack.workspace.add_channel("old")
    slack.workspace.archive(old)
    assert "old" in names(slack, "public_channel")
    assert "old" not in names(slack, "public_channel", exclude_archived=True)


def test_each_type_of_channel_needs_its_scope(slack: Slack) -> None:
    slack.workspace.configure(manifest=scoped("channels:read"))
    assert names(slack, "public_channel")
    assert refusal(lambda: names(slack, "public_channel,private_channel")) == "missing_scope"
    assert refusal(lambda: names(slack, "rooms")) == "invalid_types"
    slack.workspace.configure(manifest="")


def test_lists_go_page_by_page(slack: Slack) -> None:
    found, cursor = [], ""
    while True:
        answer = slack.client.users_list(limit=2, cursor=cursor or None)
        found += [user["id"] for user in answer["members"]]
        cursor = answer["response_metadata"]["next_cursor"]
        if not cursor:
            break
    assert ANNA in found
    assert len(found) == len(set(found)) > 2
    assert refusal(lambda: slack.client.users_list(limit=1000)) == "invalid_limit"
    assert refusal(lambda: slack.client.users_list(cursor="x")) == "invalid_cursor"


def test_address_finds_a_person_of_the_own_organisation(slack: Slack) -> None:
    dora = slack.workspace.add_user("dora", email="dora@example.com")
    slack.workspace.add_user("eve", foreign=True, email="eve@example.com")
    assert slack.client.users_lookupByEmail(email="Dora@example.com")["user"]["id"] == dora
    assert refusal(lambda: slack.client.users_lookupByEmail(email="eve@example.com")) == "users_not_found"
    slack.workspace.configure(manifest=scoped("users:read"))
    assert refusal(lambda: slack.client.users_lookupByEmail(email="dora@example.com")) == "missing_scope"
    slack.workspace.configure(manifest="")


@pytest.mark.parametrize("call", ["conversations_list", "users_list"])
def test_organisation_must_name_the_workspace_of_a_list(slack: Slack, call: str) -> None:
    slack.workspace.configure(enterprise_id="E0OURS", org_wide="yes")
    assert refusal(getattr(slack.client, call)) == "missing_argument"
    assert getattr(slack.client, call)(team_id=slack.workspace.team_id)["ok"]


def test_info_says_whether_the_bot_is_in_a_public_channel(slack: Slack) -> None:
    elsewhere = slack.workspace.add_channel("elsewhere", bot=False)
    shown = [slack.client.conversations_info(channel=one)["channel"] for one in (GENERAL, elsewhere)]
    assert [one["is_member"] for one in shown] == [True, False]
    hidden = slack.workspace.add_channel("hidden", kind="group", bot=False)
    assert refusal(lambda: slack.client.conversations_info(channel=hidden)) == "channel_not_found"
