from dataclasses import replace
from typing import Any

import pytest

from message import Message
from provider import Fact
from slack_api.identity import UserInfo
from tests.turns.installations import BOT, People, SlackFacts, installation, rules
from turns.throttle.rule_check import RuleCheck, asker_of, place_of

MESSAGE = Message("T1", "C1", "1.000001", "message", channel_type="channel", user="U1", user_team="T1")


class Profiles(People):
    """Users whose profiles are given; of others Slack tells nothing."""

    def __init__(self, **profiles: dict[str, Any]) -> None:
        super().__init__()
        self.profiles = profiles

    def many(self, _api: Any, users: Any) -> dict[str, UserInfo]:
        self.asked += users
        known = self.profiles
        return {user: UserInfo(user, user, known=user in known, **known.get(user, {})) for user in users}

    def known(self, _api: Any, user: str) -> UserInfo | None:
        return UserInfo(user, user, **self.profiles[user]) if user in self.profiles else None


def check(people: People | None = None, facts: SlackFacts | None = None, **settings: Any) -> RuleCheck:
    return rules(installation(people=people), facts, **settings)


def test_message_tells_what_it_knows_of_its_author_and_place() -> None:
    assert asker_of(MESSAGE).is_outsider is False
    assert asker_of(replace(MESSAGE, user_team="T2", is_ext_shared=True)).is_outsider is True
    assert asker_of(replace(MESSAGE, user_team="T2", source="button")).is_outsider is None
    assert asker_of(replace(MESSAGE, user_team="", is_ext_shared=True, source="reaction")).is_outsider is None
    assert (
        asker_of(replace(MESSAGE, user_team="", is_ext_shared=False, source="reaction")).is_outsider is False
    )
    assert [place_of(replace(MESSAGE, channel_type=kind)).kind for kind in ("channel", "group", "mpim", "im", "")] == [
        "channel", "channel", "mpim", "im", None,
    ]  # fmt: skip


def test_slack_is_asked_for_nothing_that_decides_nothing() -> None:
    people, facts = Profiles(), SlackFacts()
    assert check(people, facts).ruling(MESSAGE).answered is True
    assert check(people, facts, allowed_users=frozenset({"U1", "@support"})).ruling(MESSAGE).answered is True
    assert check(people, facts, allowed_channels=frozenset({"C1", "#help"})).ruling(MESSAGE).answered is True
    assert (people.asked, facts.asked) == ([], [])


@pytest.mark.parametrize(
    ("settings", "profile", "answered"),
    [
        ({"guests": False}, {"is_guest": True}, False),
        ({"guests": False}, {"is_guest": False}, True),
        ({"allowed_users": frozenset({"anna@example.com"})}, {"email": "Anna@example.com"}, True),
        ({"allowed_users": frozenset({"anna@example.com"})}, {"email": "ben@example.com"}, False),
        ({"allowed_users": frozenset({"anna@example.com"})}, {"email": ""}, False),
    ],
)
def test_profile_decides(settings: dict[str, Any], profile: dict[str, Any], *, answered: bool) -> None:
    ruling = check(Profiles(U1=profile), **settings).ruling(MESSAGE)
    assert (ruling.answered, ruling.lacks) == (answered, None)


@pytest.mark.parametrize(
    ("settings", "lacks"),
    [
        ({"guests": False}, Fact.GUEST),
        ({"allowed_users": frozenset({"anna@example.com"})}, Fact.EMAIL),
        ({"allowed_users": frozenset({"@support"})}, Fact.GROUPS),
        ({"allowed_channels": frozenset({"#help"})}, Fact.CHANNEL_NAME),
    ],
)
def test_what_slack_does_not_tell_counts_as_no(settings: dict[str, Any], lacks: Fact) -> None:
    ruling = check(Profiles(), **settings).ruling(MESSAGE)
    assert (ruling.answered, ruling.lacks, ruling.settings) == (False, lacks, tuple(settings))


def test_group_and_name_decide() -> None:
    support, help_desk = frozenset({"@support"}), frozenset({"#help"})
    assert check(facts=SlackFacts(groups=support), allowed_users=support).ruling(MESSAGE).answered is True
    assert (
        check(facts=SlackFacts(groups=frozenset()), allowed_users=support).ruling(MESSAGE).answered is False
    )
    assert check(facts=SlackFacts(name="help"), allowed_channels=help_desk).ruling(MESSAGE).answered is True
    assert check(facts=SlackFacts(name="other"), allowed_channels=help_desk).ruling(MESSAGE).answered is False


@pytest.mark.parametrize(
    ("channel", "group_dm", "answered"),
    [("C1", False, True), ("G1", True, True), ("C2", False, False), ("C2", None, False), ("C1", None, True)],
)
def test_channel_of_unknown_type_keeps_to_the_allowed_channels(
    channel: str, group_dm: bool | None, *, answered: bool
) -> None:
    message = replace(MESSAGE, channel_type="", channel=channel, source="button")
    ours = check(facts=SlackFacts(group_dm=group_dm), allowed_channels=frozenset({"C1"}))
    assert ours.ruling(message).answered is answered


@pytest.mark.parametrize(("group_dm", "answered"), [(True, False), (False, True), (None, False)])
def test_channel_of_unknown_type_may_be_a_direct_message(group_dm: bool | None, *, answered: bool) -> None:
    message = replace(MESSAGE, channel_type="", source="app_mention")
    ours = check(facts=SlackFacts(group_dm=group_dm), direct_messages=False)
    assert ours.ruling(message).answered is answered


def test_organisation_that_an_event_names_is_not_believed() -> None:
    named = replace(MESSAGE, user_team="E9", enterprise_id="E9", is_ext_shared=True)
    assert check().ruling(named).settings == ("slack_connect",)
    ours = rules(installation(replace(BOT, enterprise_id="E1")))
    assert ours.ruling(replace(MESSAGE, user_team="E1", is_ext_shared=True)).answered is True


def test_words_of_those_who_may_not_ask_are_known_at_once() -> None:
    people = Profiles(U1={"is_guest": False}, U2={"is_guest": True})
    authors = [("U1", False), ("U2", False), ("U3", False), ("", False), ("U4", True)]
    assert check(people, guests=False).may_ask(MESSAGE, authors) == [True, False, False, True, False]
    assert sorted(people.asked) == ["U1", "U2", "U3"]
    open_to_all = Profiles()
    assert check(open_to_all).may_ask(MESSAGE, authors) == [True, True, True, True, False]
    assert open_to_all.asked == []
    facts = SlackFacts(groups=frozenset({"@support"}))
    listed = check(facts=facts, allowed_users=frozenset({"@support"}))
    assert listed.may_ask(MESSAGE, [("U1", False), ("", False)]) == [True, False]


@pytest.mark.parametrize(
    ("group_dm", "direct_messages", "refused"),
    [
        (True, False, True),
        (False, False, True),
        (None, False, False),
        (True, True, False),
        (False, True, True),
    ],
)
def test_refusal_is_foreseen_by_the_type_that_is_known(
    group_dm: bool | None, direct_messages: bool, refused: bool
) -> None:
    people, facts = People(), SlackFacts(group_dm=group_dm)
    listed = frozenset({"C2"})
    judged = check(people, facts, direct_messages=direct_messages, allowed_channels=listed)
    assert judged.foresees_refusal(replace(MESSAGE, channel_type="")) is refused
    assert (people.asked, facts.asked) == ([], [])


@pytest.mark.parametrize(
    ("settings", "profile", "refused"),
    [
        ({"guests": False}, {"is_guest": True}, True),
        ({"guests": False}, {"is_guest": False}, False),
        ({"allowed_users": frozenset({"anna@example.com"})}, {"email": "ben@example.com"}, True),
        ({"allowed_users": frozenset({"U2"})}, {}, True),
        ({}, {}, False),
    ],
)
def test_refusal_is_foreseen_by_the_profile_that_is_known(
    settings: dict[str, Any], profile: dict[str, Any], refused: bool
) -> None:
    people, facts = Profiles(U1=profile), SlackFacts()
    judged = check(people, facts, **settings)
    judged.installation.bot()
    assert judged.foresees_refusal(MESSAGE) is refused
    assert (people.asked, facts.asked) == ([], [])


def test_no_refusal_is_foreseen_of_a_member_who_is_not_known() -> None:
    people, facts = Profiles(), SlackFacts()
    for settings in ({"guests": False}, {"allowed_users": frozenset({"anna@example.com", "@support"})}):
        assert not check(people, facts, **settings).foresees_refusal(MESSAGE)
    assert (people.asked, facts.asked) == ([], [])
