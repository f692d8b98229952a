from typing import Any, cast

import gevent

from errors import SlackRefused, SlackUnreachable
from slack_api.client import SlackApi
from slack_api.user_groups import FRESH, KEEP, KEEP_FAILURE, UserGroups
from tests.fake_clock import FakeClock

MANY = [f"U{number:07d}" for number in range(5_000)]


class GroupsOfSlack:
    """One workspace's groups, and what was asked of Slack. `error` is raised by each call."""

    def __init__(self, **members: list[str]) -> None:
        self.account = "T1/abc"
        self.members = members
        self.error: Exception | None = None
        self.asked: list[tuple[str, ...]] = []

    def user_groups(self, team_id: str) -> list[tuple[str, str]]:
        self._ask("list", team_id)
        return [(name.lower(), name) for name in self.members]

    def users_of_group(self, group_id: str, team_id: str) -> list[str]:
        self._ask(group_id, team_id)
        if group_id not in self.members:
            raise SlackRefused("usergroups.users.list", "no_such_subteam")
        return list(self.members[group_id])

    def _ask(self, *asked: str) -> None:
        self.asked.append(tuple(filter(None, asked)))
        gevent.sleep(0)
        if self.error:
            raise self.error


def of(groups: UserGroups, slack: GroupsOfSlack, user: str, *parts: str, **more: Any) -> set[str] | None:
    found = groups.of(cast("SlackApi", slack), user, parts, **more)
    return None if found is None else set(found)


def test_member_of_a_group_of_5000_is_found_with_one_call() -> None:
    groups, slack = UserGroups(FakeClock()), GroupsOfSlack(S1=MANY)
    assert of(groups, slack, MANY[-1], "S1") == {"S1"}
    assert of(groups, slack, "U1", "S1") == set()
    assert slack.asked == [("S1",)]


def test_group_is_found_by_its_handle() -> None:
    groups, slack = UserGroups(FakeClock()), GroupsOfSlack(S1=["U1"], S2=["U1", "U2"])
    assert of(groups, slack, "U1", "@s1", "@s2", "@s3", "S9") == {"@s1", "@s2"}
    assert slack.asked.count(("list",)) == 1


def test_organisation_names_the_workspace() -> None:
    groups, slack = UserGroups(FakeClock()), GroupsOfSlack(S1=["U1"])
    of(groups, slack, "U1", "@s1", team_id="T7")
    assert slack.asked == [("list", "T7"), ("S1", "T7")]


def test_old_members_count_while_slack_is_asked_again() -> None:
    clock, slack = FakeClock(), GroupsOfSlack(S1=["U1"])
    groups = UserGroups(clock)
    of(groups, slack, "U1", "S1")
    slack.members["S1"] = ["U2"]
    clock.advance(FRESH)
    assert of(groups, slack, "U1", "S1") == {"S1"}
    gevent.sleep(0.01)
    assert of(groups, slack, "U1", "S1") == set()
    assert len(slack.asked) == 2


def test_very_old_members_count_no_more() -> None:
    clock, slack = FakeClock(), GroupsOfSlack(S1=["U1"])
    groups = UserGroups(clock)
    of(groups, slack, "U1", "S1")
    slack.error = SlackUnreachable("usergroups.users.list")
    clock.advance(KEEP)
    assert of(groups, slack, "U1", "S1") is None


def test_group_that_cannot_be_read_is_not_known_and_asked_about_later() -> None:
    clock, slack = FakeClock(), GroupsOfSlack(S1=["U1"])
    groups = UserGroups(clock)
    slack.error = SlackRefused("usergroups.list", "missing_scope")
    assert of(groups, slack, "U1", "@s1") is None
    assert of(groups, slack, "U1", "@s1") is None
    assert len(slack.asked) == 1
    slack.error = None
    clock.advance(KEEP_FAILURE)
    assert of(groups, slack, "U1", "@s1") == {"@s1"}


def test_change_that_slack_tells_counts_at_once() -> None:
    groups, slack = UserGroups(FakeClock()), GroupsOfSlack(S1=["U1"], S2=["U1"])
    of(groups, slack, "U1", "@s1", "S2")
    slack.members["S1"] = []
    other = GroupsOfSlack()
    other.account = "T2/def"
    groups.changed(cast("SlackApi", other), "S1")
    assert of(groups, slack, "U1", "@s1", "S2") == {"@s1", "S2"}
    groups.changed(cast("SlackApi", slack), "S1")
    assert of(groups, slack, "U1", "@s1", "S2") == {"S2"}


def test_change_during_a_call_is_not_lost() -> None:
    groups, slack = UserGroups(FakeClock()), GroupsOfSlack(S1=["U1"])
    asking = gevent.spawn(of, groups, slack, "U1", "S1")
    while not slack.asked:
        gevent.sleep(0)
    slack.members["S1"] = []
    groups.changed(cast("SlackApi", slack), "S1")
    asking.get()
    assert of(groups, slack, "U1", "S1") == set()


def test_questions_at_one_instant_share_the_calls() -> None:
    groups, slack = UserGroups(FakeClock()), GroupsOfSlack(S1=MANY)
    asking = [gevent.spawn(of, groups, slack, user, "S1") for user in MANY[:50]]
    assert all(one.get() == {"S1"} for one in asking)
    assert slack.asked == [("S1",)]


def test_what_is_known_is_told_without_a_call() -> None:
    groups, slack = UserGroups(FakeClock()), GroupsOfSlack(S1=["U1"])
    api = cast("SlackApi", slack)
    assert groups.known(api, "U1", ["S1"]) is None
    assert slack.asked == []
    of(groups, slack, "U1", "S1")
    assert [groups.known(api, user, ["S1"]) for user in ("U1", "U2")] == [frozenset({"S1"}), frozenset()]
