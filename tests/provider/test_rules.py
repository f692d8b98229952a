"""Each rule from both sides, for members, guests, members of other organisations, bots, and each kind of place."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider import Asker, Fact, Place, Ruling, Settings, is_open, read_settings, rule

APPS = {"app": {"app_id": "app-default"}}
KNOWN = Asker("U01", is_outsider=False, is_guest=False, email="anna@example.com", groups=frozenset())
CHANNEL = Place("C01", "channel", "help")
DM, GROUP_DM, UNKNOWN = Place("D01", "im"), Place("G01", "mpim"), Place("C01", None)
GUEST, OUTSIDER = replace(KNOWN, is_guest=True), replace(KNOWN, is_outsider=True)
NOBODY = Asker("U01")


def form(**given: Any) -> Settings:
    found = read_settings(APPS | given)
    assert not found.problems
    return found


def says(asker: Asker, place: Place, **given: Any) -> tuple[bool | None, tuple[str, ...]]:
    ruling = rule(form(**given), asker, place)
    return ruling.answered, ruling.settings


def test_without_rules_each_member_is_answered_everywhere() -> None:
    for asker in (KNOWN, GUEST):
        for place in (CHANNEL, UNKNOWN):
            assert says(asker, place) == (True, ())
        for place in (DM, GROUP_DM):
            assert says(asker, place) == (True, ("direct_messages",))


@pytest.mark.parametrize("place", [CHANNEL, DM, GROUP_DM, UNKNOWN])
def test_member_of_another_organisation_is_answered_only_with_slack_connect(place: Place) -> None:
    assert says(OUTSIDER, place) == (False, ("slack_connect",))
    answered, settings = says(OUTSIDER, place, slack_connect=True)
    assert (answered, settings[0]) == (True, "slack_connect")
    assert rule(form(), NOBODY, place) == Ruling(None, ("slack_connect",), Fact.ORGANISATION)
    assert says(NOBODY, CHANNEL, slack_connect=True) == (True, ())


def test_guest_is_answered_unless_guests_are_off() -> None:
    assert says(GUEST, CHANNEL, guests=True) == (True, ())
    assert says(GUEST, CHANNEL, guests=False) == (False, ("guests",))
    assert says(KNOWN, CHANNEL, guests=False) == (True, ("guests",))
    assert says(GUEST, DM, guests=False) == (False, ("guests",))
    unknown = replace(KNOWN, is_guest=None)
    assert rule(form(guests=False), unknown, CHANNEL).lacks is Fact.GUEST
    assert rule(form(guests=False, slack_connect=True), NOBODY, CHANNEL).lacks is Fact.ORGANISATION


def test_member_of_another_organisation_is_no_guest() -> None:
    """`slack_connect` alone decides, since Slack does not always tell more of them."""
    outsider = Asker("U01", is_outsider=True)
    assert says(outsider, CHANNEL, guests=False, slack_connect=True) == (True, ("slack_connect",))


def test_allowed_members_are_known_by_their_ids() -> None:
    assert says(NOBODY, CHANNEL, allowed_users="U01, U02", slack_connect=True) == (True, ("allowed_users",))
    assert says(KNOWN, CHANNEL, allowed_users="U02") == (False, ("allowed_users",))
    assert says(KNOWN, DM, allowed_users="U02") == (False, ("allowed_users",))
    assert rule(form(allowed_users="U02"), KNOWN, CHANNEL).lacks is None


def test_allowed_members_are_known_by_their_addresses() -> None:
    listed = {"allowed_users": "Anna@Example.com"}
    assert says(KNOWN, CHANNEL, **listed) == (True, ("allowed_users",))
    assert says(replace(KNOWN, email="ANNA@example.COM"), CHANNEL, **listed) == (True, ("allowed_users",))
    assert says(replace(KNOWN, email="ben@example.com"), CHANNEL, **listed) == (False, ("allowed_users",))
    assert says(replace(KNOWN, email=""), CHANNEL, **listed) == (False, ("allowed_users",))
    assert rule(form(**listed), replace(KNOWN, email=None), CHANNEL).lacks is Fact.EMAIL


def test_address_of_a_member_of_another_organisation_allows_nothing() -> None:
    listed = {"allowed_users": "anna@example.com", "slack_connect": True}
    assert says(OUTSIDER, CHANNEL, **listed) == (False, ("allowed_users",))
    assert rule(form(**listed), replace(KNOWN, is_outsider=None), CHANNEL).lacks is Fact.ORGANISATION
    assert says(OUTSIDER, CHANNEL, allowed_users="U01", slack_connect=True)[0] is True


@pytest.mark.parametrize("group", ["@Support", "S0123ABCD"])
def test_allowed_members_are_known_by_their_groups(group: str) -> None:
    listed = {"allowed_users": f"U09 {group}"}
    [part] = form(allowed_users=group).allowed_users
    assert says(replace(KNOWN, groups=frozenset({part})), CHANNEL, **listed) == (True, ("allowed_users",))
    assert says(KNOWN, CHANNEL, **listed) == (False, ("allowed_users",))
    assert rule(form(**listed), replace(KNOWN, groups=None), CHANNEL).lacks is Fact.GROUPS


def test_app_asks_only_if_it_is_trusted() -> None:
    bot = Asker("", bot_id="B01", is_outsider=False)
    assert says(bot, CHANNEL) == (False, ("trusted_bots",))
    assert says(bot, CHANNEL, trusted_bots="B02") == (False, ("trusted_bots",))
    assert says(bot, CHANNEL, trusted_bots="B01") == (True, ("trusted_bots",))
    strict = {"allowed_users": "U07", "guests": False, "trusted_bots": "B01"}
    assert says(bot, CHANNEL, **strict) == (True, ("trusted_bots",))
    assert says(replace(bot, is_outsider=True), CHANNEL, **strict) == (False, ("slack_connect",))


def test_direct_messages_are_answered_unless_they_are_off() -> None:
    for place in (DM, GROUP_DM):
        assert says(KNOWN, place, allowed_channels="C09") == (True, ("direct_messages",))
        assert says(KNOWN, place, direct_messages=False) == (False, ("direct_messages",))
    assert says(KNOWN, CHANNEL, direct_messages=False) == (True, ())
    assert rule(form(direct_messages=False), KNOWN, UNKNOWN).lacks is Fact.CHANNEL_KIND


def test_allowed_channels_are_known_by_id_and_by_name() -> None:
    assert says(KNOWN, CHANNEL, allowed_channels="C01") == (True, ("allowed_channels",))
    assert says(KNOWN, CHANNEL, allowed_channels="C02") == (False, ("allowed_channels",))
    assert says(KNOWN, CHANNEL, allowed_channels="#Help") == (True, ("allowed_channels",))
    assert says(KNOWN, CHANNEL, allowed_channels="#other") == (False, ("allowed_channels",))
    assert says(KNOWN, UNKNOWN, allowed_channels="C01") == (True, ("allowed_channels",))
    nameless = replace(CHANNEL, name=None)
    assert rule(form(allowed_channels="#help"), KNOWN, nameless).lacks is Fact.CHANNEL_NAME
    assert rule(form(allowed_channels="#help"), KNOWN, UNKNOWN).lacks is Fact.CHANNEL_KIND
    assert says(KNOWN, nameless, allowed_channels="C01 #help") == (True, ("allowed_channels",))


def test_app_is_that_of_the_name_then_of_the_channel_then_the_default() -> None:
    settings = form(channel_apps="C01=app-c1, ~Legal=app-legal")
    found = {
        (place, name): (ruling.app_id, ruling.app_setting)
        for place in ("C01", "C02")
        for name in ("", "legal", "nobody")
        for ruling in [rule(settings, KNOWN, Place(place, "channel"), name)]
    }
    assert found == {
        ("C01", ""): ("app-c1", "channel_apps"),
        ("C01", "legal"): ("app-legal", "channel_apps"),
        ("C01", "nobody"): ("app-c1", "channel_apps"),
        ("C02", ""): ("app-default", "app"),
        ("C02", "legal"): ("app-legal", "channel_apps"),
        ("C02", "nobody"): ("app-default", "app"),
    }
    assert settings.app_names == ["legal"]


def test_setting_that_makes_the_app_uncertain_is_named() -> None:
    assert rule(read_settings({}), KNOWN, CHANNEL) == Ruling(False, ("app",))
    unreadable = read_settings(APPS | {"channel_apps": "C01"})
    assert rule(unreadable, KNOWN, CHANNEL) == Ruling(False, ("channel_apps",))


def test_channel_is_open_if_it_is_listed() -> None:
    settings = form(open_channels="C01")
    assert is_open(settings, CHANNEL) is True
    assert is_open(settings, Place("C02", "channel")) is False
    assert is_open(settings, Place("D01", "im", "C01")) is False


def test_channel_is_open_by_its_name_once_the_name_is_known() -> None:
    settings = form(open_channels="C02, #Help")
    assert is_open(settings, Place("C02", "channel")) is True
    assert is_open(settings, Place("C01", "channel")) is None
    assert is_open(settings, Place("C01", "channel", "Help")) is True
    assert is_open(settings, Place("C01", "channel", "helpers")) is False
    assert is_open(settings, Place("C01", "channel", "")) is False
    assert is_open(settings, Place("D01", "im", "help")) is False


ASKERS = st.builds(
    Asker,
    user=st.sampled_from(["U01", "U02"]),
    bot_id=st.sampled_from(["", "B01", "B02"]),
    is_outsider=st.none() | st.booleans(),
    is_guest=st.none() | st.booleans(),
    email=st.none() | st.sampled_from(["", "anna@example.com", "ben@example.com"]),
    groups=st.none() | st.frozensets(st.sampled_from(["@support", "S01A2"])),
)
PLACES = st.builds(
    Place,
    channel=st.sampled_from(["C01", "C02"]),
    kind=st.none() | st.sampled_from(["im", "mpim", "channel"]),
    name=st.none() | st.sampled_from(["help", "other"]),
)
FORMS = st.builds(
    form,
    guests=st.booleans(),
    slack_connect=st.booleans(),
    direct_messages=st.booleans(),
    allowed_channels=st.sampled_from(["", "C01", "#help", "C02 #help"]),
    allowed_users=st.sampled_from(["", "U01", "anna@example.com", "@support", "U02 S01A2 ben@example.com"]),
    trusted_bots=st.sampled_from(["", "B01"]),
)
KNOWN_FACTS: dict[Fact, st.SearchStrategy[dict[str, Any]]] = {
    Fact.ORGANISATION: st.fixed_dictionaries({"is_outsider": st.booleans()}),
    Fact.GUEST: st.fixed_dictionaries({"is_guest": st.booleans()}),
    Fact.EMAIL: st.fixed_dictionaries({"email": st.sampled_from(["", "anna@example.com"])}),
    Fact.GROUPS: st.fixed_dictionaries({"groups": st.frozensets(st.sampled_from(["@support"]))}),
    Fact.CHANNEL_KIND: st.fixed_dictionaries({"kind": st.sampled_from(["mpim", "channel"])}),
    Fact.CHANNEL_NAME: st.fixed_dictionaries({"name": st.sampled_from(["help", "other"])}),
}


@given(settings=FORMS, asker=ASKERS, place=PLACES, data=st.data())
def test_fact_that_a_ruling_lacks_decides_and_no_other_fact_changes_a_ruling(
    settings: Settings, asker: Asker, place: Place, data: st.DataObject
) -> None:
    """Facts that are told one by one, as the rulings ask for them, end in a yes or a no."""
    for _ in range(len(Fact) + 1):
        ruling = rule(settings, asker, place)
        if ruling.lacks is None:
            break
        assert ruling.answered is None
        told = data.draw(KNOWN_FACTS[ruling.lacks])
        if ruling.lacks in {Fact.CHANNEL_KIND, Fact.CHANNEL_NAME}:
            place = replace(place, **told)
        else:
            asker = replace(asker, **told)
    assert ruling.answered is not None
    whole = {fact: data.draw(facts) for fact, facts in KNOWN_FACTS.items()}
    for name in ("is_outsider", "is_guest", "email", "groups"):
        if getattr(asker, name) is None:
            asker = replace(asker, **{name: whole[next(f for f in whole if name in whole[f])][name]})
    if place.kind is None:
        place = replace(place, **whole[Fact.CHANNEL_KIND])
    assert rule(settings, asker, place).answered == ruling.answered
