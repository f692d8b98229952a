import pytest

from simulators.slack.workspace import ANNA, BEN, GENERAL
from tests.simulators.slack.conftest import Slack, refusal, scoped

MANY = [f"U{number:07d}" for number in range(5_000)]


def test_group_shows_all_its_members_at_once(slack: Slack) -> None:
    group = slack.workspace.add_group("support", MANY)
    [shown] = slack.client.usergroups_list()["usergroups"]
    assert (shown["id"], shown["handle"], shown["user_count"]) == (group, "support", 5_000)
    assert slack.client.usergroups_users_list(usergroup=group)["users"] == MANY


def test_disabled_group_is_not_shown(slack: Slack) -> None:
    group = slack.workspace.add_group("support", [ANNA], disabled=True)
    assert slack.client.usergroups_list()["usergroups"] == []
    assert refusal(lambda: slack.client.usergroups_users_list(usergroup=group)) == "no_such_subteam"


def test_groups_need_a_scope_and_a_paid_plan(slack: Slack) -> None:
    slack.workspace.configure(manifest=scoped("users:read"))
    assert refusal(slack.client.usergroups_list) == "missing_scope"
    slack.workspace.configure(manifest=scoped("usergroups:read"))
    slack.workspace.rules(paid_plan=False)
    assert refusal(slack.client.usergroups_list) == "plan_upgrade_required"
    slack.workspace.configure(manifest="")


def test_organisation_must_name_the_workspace_of_the_groups(slack: Slack) -> None:
    slack.workspace.configure(enterprise_id="E0OURS", org_wide="yes")
    assert refusal(slack.client.usergroups_list) == "missing_argument"
    assert slack.client.usergroups_list(team_id=slack.workspace.team_id)["ok"]


@pytest.mark.parametrize(("email", "shown"), [("users:read.email", True), ("users:read", False)])
def test_address_of_a_member_needs_its_scope(slack: Slack, email: str, *, shown: bool) -> None:
    user = slack.workspace.add_user("dora", email="dora@example.com")
    slack.workspace.configure(manifest=scoped("users:read", email))
    profile = slack.client.users_info(user=user)["user"]["profile"]
    assert profile.get("email") == ("dora@example.com" if shown else None)
    slack.workspace.configure(manifest="")


def test_guest_of_one_channel_is_a_guest(slack: Slack) -> None:
    user = slack.workspace.add_user("gil", is_ultra_restricted=True)
    found = slack.client.users_info(user=user)["user"]
    assert (found["is_restricted"], found["is_ultra_restricted"]) == (True, True)


def test_ephemeral_text_goes_to_the_root_of_a_thread_and_is_short(slack: Slack) -> None:
    root = slack.ask()
    reply = slack.workspace.say(GENERAL, BEN, "r", thread_ts=root)
    post = slack.client.chat_postEphemeral
    assert refusal(lambda: post(channel=GENERAL, user=ANNA, text="x", thread_ts=reply)) == (
        "cannot_reply_to_message"
    )
    assert refusal(lambda: post(channel=GENERAL, user=ANNA, text="あ" * 1_334)) == "msg_too_long"
    post(channel=GENERAL, user=ANNA, text="x", thread_ts=root)
    [seen] = slack.workspace.ephemeral()
    assert (seen.text, seen.thread_ts) == ("x", root)
