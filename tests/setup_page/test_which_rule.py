"""Which rule applies, asked with the simulated Slack behind it."""

from collections.abc import Iterator
from typing import Any

import pytest

from clock import Clock
from conversation_store import ProcessStores
from provider import Environment
from setup_page.report import CheckState
from setup_page.which_rule import WhichRule
from simulators.slack.options import Options
from simulators.slack.server import SlackServer
from simulators.slack.workspace import ANNA, BEN, OTHER_BOT, Workspace
from turns import EndpointRequest, Services
from wording import SetupText, setup_text

GREEN, RED, UNSEEN = CheckState
CHANNEL = "C0123ABCD"


def said(key: SetupText, **values: object) -> str:
    return setup_text("en", key, **values)


@pytest.fixture
def slack() -> Iterator[Workspace]:
    server = SlackServer(Options())
    server.start()
    workspace = Workspace(server.url)
    yield workspace
    workspace.close()
    server.stop()


def asked(
    slack: Workspace, channel: str, member: str, *, token: bool = True, **settings: Any
) -> dict[str, tuple[CheckState, str]]:
    """The lines by their titles."""
    raw = {"app": {"app_id": "app-1"}} | ({"bot_token": slack.token} if token else {}) | settings
    endpoint = EndpointRequest.of(None, {"Dify-Hook-Id": "hook"}, raw)
    clock = Clock()
    services = Services(clock, Environment(slack_api_url=slack.api_url), "", ProcessStores(clock))
    lines = WhichRule(endpoint, services).lines(channel, member)
    return {
        line.title if isinstance(line.title, str) else line.title.say("en"): (line.state, line.text.say("en"))
        for line in lines
    }


def test_member_is_answered_by_mention_and_in_followed_threads(slack: Workspace) -> None:
    assert asked(slack, slack.add_channel("help"), ANNA) == {
        "app": (GREEN, said(SetupText.ANSWERING_APP, app="app-1", setting="app")),
        said(SetupText.PLACE): (GREEN, said(SetupText.PLACE_MEMBER)),
        said(SetupText.BY_MENTION): (GREEN, said(SetupText.ANSWERED)),
        said(SetupText.BY_REPLY): (UNSEEN, said(SetupText.FOLLOWED)),
    }


def test_app_of_the_channel_is_named_with_its_setting(slack: Workspace) -> None:
    link = f"https://acme.slack.com/archives/{CHANNEL}/p1"
    found = asked(slack, link, ANNA, channel_apps=f"{CHANNEL}=app-2")
    assert found["channel_apps"] == (
        GREEN,
        said(SetupText.ANSWERING_APP, app="app-2", setting="channel_apps"),
    )
    assert asked(slack, CHANNEL, ANNA, app={})["app"][0] is RED


@pytest.mark.parametrize(
    ("settings", "key", "values"),
    [
        ({"allowed_users": BEN}, SetupText.REFUSED_LIST, {"setting": "allowed_users", "id": ANNA}),
        (
            {"allowed_channels": "C0OTHER99"},
            SetupText.REFUSED_LIST,
            {"setting": "allowed_channels", "id": CHANNEL},
        ),
    ],
)
def test_list_that_lacks_an_id_is_named(
    slack: Workspace, settings: dict[str, Any], key: SetupText, values: Any
) -> None:
    found = asked(slack, CHANNEL, ANNA, **settings)
    assert found[said(SetupText.BY_MENTION)] == found[said(SetupText.BY_REPLY)] == (RED, said(key, **values))


def test_switch_that_is_off_is_named(slack: Workspace) -> None:
    reply = asked(slack, CHANNEL, ANNA, follow_threads=False)[said(SetupText.BY_REPLY)]
    assert reply == (RED, said(SetupText.REFUSED_OFF, setting="follow_threads"))
    direct = asked(slack, "", ANNA)[said(SetupText.BY_MESSAGE)]
    assert direct == (GREEN, said(SetupText.ANSWERED_BY, settings="direct_messages"))
    message = asked(slack, "", ANNA, direct_messages=False)[said(SetupText.BY_MESSAGE)]
    assert message == (RED, said(SetupText.REFUSED_OFF, setting="direct_messages"))


def test_bots_strangers_and_unknown_members_are_told_apart(slack: Workspace) -> None:
    stranger = slack.add_user("eve", foreign=True)
    external = (RED, said(SetupText.REFUSED_EXTERNAL, setting="slack_connect"))
    assert asked(slack, CHANNEL, stranger)[said(SetupText.BY_MENTION)] == external
    allowed = asked(slack, CHANNEL, stranger, slack_connect=True)[said(SetupText.BY_MENTION)]
    assert allowed == (GREEN, said(SetupText.ANSWERED))
    assert asked(slack, CHANNEL, OTHER_BOT)[said(SetupText.BY_MENTION)] == (RED, said(SetupText.REFUSED_BOT))
    assert asked(slack, CHANNEL, "U0NOBODY00")[said(SetupText.MEMBER)][0] is RED


def test_colleague_of_the_organisation_is_no_stranger(slack: Workspace) -> None:
    slack.configure(enterprise_id="E0ACME001")
    colleague = slack.add_user("cleo", team_id="T0SIBLING", enterprise_id="E0ACME001")
    assert asked(slack, CHANNEL, colleague)[said(SetupText.BY_MENTION)] == (GREEN, said(SetupText.ANSWERED))


@pytest.mark.parametrize(
    ("channel", "member"),
    [
        ("#nowhere", ANNA),
        ("<script>", ANNA),
        ("#", ANNA),
        (CHANNEL, "@nobody"),
        (CHANNEL, "@"),
        (CHANNEL, ""),
    ],
)
def test_text_that_means_nothing_is_refused(slack: Workspace, channel: str, member: str) -> None:
    [(state, text)] = asked(slack, channel, member).values()
    assert state is RED
    assert (channel if channel != CHANNEL else member) in text
    [(state, _)] = asked(slack, channel, member, token=False).values()
    assert state is RED


@pytest.mark.parametrize("channel", ["#help", "help", "#Help", "#help ~legal"])
@pytest.mark.parametrize("member", ["@dora", "Dora Berg", "dora@example.com", "DORA"])
def test_channel_and_member_are_found_by_their_names(slack: Workspace, channel: str, member: str) -> None:
    place = slack.add_channel("help")
    dora = slack.add_user("dora", real_name="Dora Berg", email="dora@example.com")
    found = asked(slack, channel, member, allowed_users=BEN, allowed_channels=place)
    refused = said(SetupText.REFUSED_LIST, setting="allowed_users", id=dora)
    assert found[said(SetupText.BY_MENTION)] == (RED, refused)


def test_name_that_several_members_have_gets_their_ids(slack: Workspace) -> None:
    ids = [slack.add_user(handle, real_name="Dora Berg") for handle in ("dora", "dberg")]
    told = said(SetupText.SEVERAL, name="Dora Berg", ids=", ".join(ids))
    assert asked(slack, CHANNEL, "Dora Berg") == {said(SetupText.MEMBER): (RED, told)}


def test_scope_is_named_without_which_slack_tells_no_names(slack: Workspace) -> None:
    slack.configure(manifest="oauth_config: {scopes: {bot: [chat:write]}}")
    told = said(SetupText.NAMES_UNKNOWN, name="#help", scope="channels:read, groups:read")
    assert asked(slack, "#help", ANNA) == {said(SetupText.CHANNEL): (RED, told)}
    told = said(SetupText.NAMES_UNKNOWN, name="@dora", scope="users:read")
    assert asked(slack, CHANNEL, "@dora") == {said(SetupText.MEMBER): (RED, told)}
    assert asked(slack, CHANNEL, ANNA)[said(SetupText.PLACE)] == (UNSEEN, said(SetupText.PLACE_UNKNOWN))


def test_channel_without_the_bot_says_how_to_invite_the_bot(slack: Workspace) -> None:
    place = said(SetupText.PLACE)
    public = slack.add_channel("public", bot=False)
    private = slack.add_channel("private", kind="group", bot=False)
    old = slack.add_channel("old")
    slack.archive(old)
    bot = "dify-bot"
    assert asked(slack, public, ANNA)[place] == (RED, said(SetupText.PLACE_NO_MEMBER, bot=bot))
    assert asked(slack, private, ANNA)[place] == (RED, said(SetupText.PLACE_UNSEEN, bot=bot))
    assert asked(slack, old, ANNA)[place] == (RED, said(SetupText.PLACE_ARCHIVED))
    assert place not in asked(slack, "", ANNA)
    slack.fault("conversations.info", "error", error="fatal_error", times=None)
    assert place not in asked(slack, public, ANNA)


def test_rules_are_told_without_a_token(slack: Workspace) -> None:
    found = asked(slack, CHANNEL, ANNA, token=False, allowed_users=BEN)
    assert found[said(SetupText.BY_MENTION)][0] is RED
    assert slack.calls() == []


def test_guest_is_told_apart_by_what_slack_says(slack: Workspace) -> None:
    guest = slack.add_user("gus", is_restricted=True)
    found = asked(slack, CHANNEL, guest, guests=False)[said(SetupText.BY_MENTION)]
    assert found == (RED, said(SetupText.REFUSED_GUEST, setting="guests"))
    assert asked(slack, CHANNEL, ANNA, guests=False)[said(SetupText.BY_MENTION)][0] is GREEN


def test_address_group_and_name_decide(slack: Workspace) -> None:
    eve = slack.add_user("eve", email="eve@example.com")
    slack.add_group("support", [eve])
    channel = slack.add_channel("help")
    for listed in ("eve@example.com", "@support"):
        by_list = (GREEN, said(SetupText.ANSWERED_BY, settings="allowed_users"))
        assert asked(slack, channel, eve, allowed_users=listed)[said(SetupText.BY_MENTION)] == by_list
        refused = asked(slack, channel, ANNA, allowed_users=listed)[said(SetupText.BY_MENTION)]
        assert refused == (RED, said(SetupText.REFUSED_LIST, setting="allowed_users", id=ANNA))
    by_name = asked(slack, channel, ANNA, allowed_channels="#help")[said(SetupText.BY_MENTION)]
    assert by_name == (GREEN, said(SetupText.ANSWERED_BY, settings="allowed_channels"))


def test_scope_is_named_where_slack_does_not_tell(slack: Workspace) -> None:
    slack.rules(paid_plan=False)
    found = asked(slack, CHANNEL, ANNA, allowed_users="@support")[said(SetupText.BY_MENTION)]
    unknown = said(SetupText.REFUSED_UNKNOWN, setting="allowed_users", scope="usergroups:read")
    assert found == (RED, unknown)


def test_open_channel_has_a_line_of_its_own(slack: Workspace) -> None:
    opening = said(SetupText.BY_OPENING)
    assert asked(slack, CHANNEL, ANNA, open_channels=CHANNEL)[opening][0] is GREEN
    named = slack.add_channel("help")
    assert asked(slack, "#help", ANNA, open_channels="#Help")[opening][0] is GREEN
    refused = asked(slack, named, ANNA, open_channels="#help", allowed_users=BEN)[opening]
    assert refused == (RED, said(SetupText.REFUSED_LIST, setting="allowed_users", id=ANNA))
    assert opening not in asked(slack, named, ANNA, open_channels="#other")
    assert opening not in asked(slack, CHANNEL, ANNA)


def test_group_direct_message_follows_the_setting_for_direct_messages(slack: Workspace) -> None:
    group = slack.add_channel("group", kind="mpim")
    off = asked(slack, group, ANNA, direct_messages=False)[said(SetupText.BY_MENTION)]
    assert off == (RED, said(SetupText.REFUSED_OFF, setting="direct_messages"))
    assert asked(slack, group, ANNA)[said(SetupText.BY_MENTION)][0] is GREEN


def test_name_of_an_app_chooses_the_app(slack: Workspace) -> None:
    apps = f"{CHANNEL}=app-2, ~legal=app-3"
    assert asked(slack, f"{CHANNEL} ~Legal", ANNA, channel_apps=apps)["channel_apps"] == (
        GREEN,
        said(SetupText.ANSWERING_APP, app="app-3", setting="channel_apps"),
    )
    assert "app-2" in asked(slack, CHANNEL, ANNA, channel_apps=apps)["channel_apps"][1]
