from dataclasses import replace

import pytest

from provider import Settings, read_settings
from setup_page.app_manifest import VARIANTS, VariantName
from setup_page.report import CheckState, ago
from setup_page.slack_checks import (
    LOST,
    SlackAnswers,
    arrival_line,
    clock_line,
    event_lines,
    same_app_line,
    scope_lines,
    secret_line,
    stream_line,
    token_line,
    variant_of,
)
from slack_api import AuthInfo
from slack_events import SeenOfHook
from turns import PastTurn, TurnsOfHook
from wording import SETUP_CATALOGUES, SetupText

GREEN, RED, UNSEEN = CheckState
STANDARD, MENTIONS = (frozenset(variant.scopes) for variant in VARIANTS[:2])
BOT = AuthInfo("T1", "U1", "B1", STANDARD, "", "Bridge", "Acme", 0.4)
SET = read_settings({"bot_token": "xoxb-of-the-tests", "signing_secret": "0123456789abcdef" * 2})


def test_every_scope_says_what_fails_without_it() -> None:
    assert set(LOST) == {scope for variant in VARIANTS for scope in variant.scopes}


def test_token_line_tells_missing_refused_unreachable_and_valid_apart() -> None:
    lines = [
        token_line(read_settings({}), SlackAnswers()),
        token_line(SET, SlackAnswers(error="token_revoked")),
        token_line(SET, SlackAnswers()),
        token_line(SET, SlackAnswers(BOT)),
    ]
    assert [line.state for line in lines] == [RED, RED, RED, GREEN]
    keys = [line.text.key for line in lines]
    assert keys == [
        SetupText.TOKEN_MISSING,
        SetupText.TOKEN_REFUSED,
        SetupText.SLACK_AWAY,
        SetupText.TOKEN_OK,
    ]
    assert lines[-1].text.say("en") == "It is of the bot Bridge in the workspace Acme (T1)."


def test_forged_request_does_not_outweigh_a_genuine_one() -> None:
    now = 1_000.0
    assert secret_line(SET, SeenOfHook(), now).state is UNSEEN
    assert secret_line(SET, SeenOfHook(forged=900.0), now).state is RED
    assert secret_line(SET, SeenOfHook(genuine=800.0, forged=900.0), now).state is GREEN
    assert secret_line(read_settings({}), SeenOfHook(genuine=800.0), now).state is RED


BASE = "https://dify.example.com/e/hook0001"


@pytest.mark.parametrize(
    ("seen", "base", "state", "key"),
    [
        (SeenOfHook(), BASE, UNSEEN, SetupText.ARRIVAL_UNSEEN),
        (SeenOfHook(forged=1.0), "", UNSEEN, SetupText.ARRIVAL_UNSEEN),
        (SeenOfHook(genuine=1.0, url=f"{BASE}/slack/events"), BASE, GREEN, SetupText.ARRIVAL_OK),
        (
            SeenOfHook(genuine=1.0, url="http://dify.example.com/e/hook0001/slack/commands"),
            BASE,
            GREEN,
            SetupText.ARRIVAL_OK,
        ),
        (
            SeenOfHook(genuine=1.0, url="https://other.example.com/e/hook0001/slack/events"),
            BASE,
            RED,
            SetupText.ARRIVAL_ELSEWHERE,
        ),
        (
            SeenOfHook(genuine=1.0, url="http://plugin_daemon:5002/e/hook0001/slack/events"),
            BASE,
            GREEN,
            SetupText.ARRIVAL_OK,
        ),
        (SeenOfHook(genuine=1.0, url="what is this?"), BASE, GREEN, SetupText.ARRIVAL_OK),
    ],
)
def test_address_that_slack_uses_is_compared_with_the_shown_one(
    seen: SeenOfHook, base: str, state: CheckState, key: SetupText
) -> None:
    line = arrival_line(seen, base)
    assert (line.state, line.text.key) == (state, key)
    assert base in line.text.say("en")


@pytest.mark.parametrize(
    ("app", "seen", "state"),
    [
        ("A1", SeenOfHook(app_id="A1", team_id="T1"), GREEN),
        ("A2", SeenOfHook(app_id="A1", team_id="T1"), RED),
        ("A1", SeenOfHook(app_id="A1", team_id="T2"), RED),
        ("", SeenOfHook(app_id="A1", team_id="T1"), UNSEEN),
        ("A1", SeenOfHook(), UNSEEN),
    ],
)
def test_token_and_requests_are_compared(app: str, seen: SeenOfHook, state: CheckState) -> None:
    assert same_app_line(SlackAnswers(BOT, app_id=app), seen).state is state


def test_organisation_stands_for_its_workspaces() -> None:
    bot = replace(BOT, team_id="E1", enterprise_id="E1")
    assert same_app_line(SlackAnswers(bot, app_id="A1"), SeenOfHook(app_id="A1", team_id="E1")).state is GREEN


def test_variant_is_the_smallest_that_has_all_scopes() -> None:
    assert variant_of(STANDARD).name is VariantName.STANDARD
    assert variant_of(MENTIONS).name is VariantName.MENTIONS_ONLY
    assert variant_of(MENTIONS - {"files:read"}).name is VariantName.MENTIONS_ONLY
    assert variant_of(MENTIONS | {"im:history"}).name is VariantName.STANDARD
    assert variant_of(STANDARD | {"usergroups:read"}).name is VariantName.MEMBER_RULES
    assert variant_of(STANDARD | {"reactions:read"}).name is VariantName.STANDARD
    assert variant_of(STANDARD | {"usergroups:read", "reactions:read"}).name is VariantName.MEMBER_RULES
    assert variant_of(STANDARD | {"something:else"}).name is VariantName.STANDARD


@pytest.mark.parametrize("scope", sorted(STANDARD - MENTIONS))
def test_missing_scope_of_the_variant_is_red(scope: str) -> None:
    red = [
        line.title for line in scope_lines(replace(BOT, scopes=STANDARD - {scope}), SET) if line.state is RED
    ]
    assert red == [scope]


def test_scope_that_the_variant_does_not_ask_for_is_no_fault() -> None:
    assert {line.state for line in scope_lines(replace(BOT, scopes=MENTIONS), SET)} == {GREEN}
    assert [line.state for line in scope_lines(replace(BOT, scopes=None), SET)] == [UNSEEN]


ASKING = Settings(reaction_trigger="robot_face")


@pytest.mark.parametrize("scopes", [STANDARD, MENTIONS])
def test_scope_of_reactions_is_missed_only_where_an_emoji_asks(scopes: frozenset[str]) -> None:
    bot = replace(BOT, scopes=scopes)
    assert "reactions:read" not in [line.title for line in scope_lines(bot, SET)]
    [red] = [line for line in scope_lines(bot, ASKING) if line.state is RED]
    assert red.title == "reactions:read"
    assert "no emoji asks" in red.text.say("en")
    granted = replace(BOT, scopes=scopes | {"reactions:read"})
    for settings in (SET, ASKING):
        assert {line.title: line.state for line in scope_lines(granted, settings)}["reactions:read"] is GREEN


@pytest.mark.parametrize(
    ("scopes", "settings", "listed"),
    [
        (STANDARD, SET, False),
        (STANDARD, ASKING, True),
        (None, SET, False),
        (None, ASKING, True),
        (STANDARD | {"reactions:read"}, SET, True),
    ],
)
def test_event_of_reactions_is_listed_where_it_may_come(
    scopes: frozenset[str] | None, settings: Settings, *, listed: bool
) -> None:
    lines = event_lines(replace(BOT, scopes=scopes), settings, SeenOfHook(), 1_000.0)
    titles = [line.title.say("en") for line in lines]  # type: ignore[union-attr]
    assert ("Event reaction_added" in titles) == listed


def test_events_are_those_of_the_variant() -> None:
    seen = SeenOfHook()
    seen.kinds["app_mention"] = 990.0
    lines = list(event_lines(replace(BOT, scopes=MENTIONS), SET, seen, 1_000.0))
    assert [line.state for line in lines] == [GREEN, UNSEEN, UNSEEN, UNSEEN]
    assert lines[0].text.say("en") == "Last seen 10 s ago."
    seen.kinds["commands"] = 990.0
    titles = {line.title.say("en"): line.state for line in event_lines(BOT, SET, seen, 1_000.0)}  # type: ignore[union-attr]
    assert titles["Slash command"] is GREEN
    assert titles["Event member_joined_channel"] is UNSEEN


@pytest.mark.parametrize(
    ("ahead", "state"), [(None, UNSEEN), (0.4, GREEN), (-45.0, GREEN), (600.0, RED), (-600.0, RED)]
)
def test_clock_is_compared_both_ways(ahead: float | None, state: CheckState) -> None:
    assert clock_line(SlackAnswers(replace(BOT, clock_ahead=ahead))).state is state
    assert clock_line(SlackAnswers()).state is UNSEEN


def test_stream_is_green_once_slack_took_one() -> None:
    turns = TurnsOfHook()
    turns.turns.append(PastTurn(900.0, "C1", "channel", "answered", "edit"))
    assert stream_line(turns, 1_000.0).state is UNSEEN
    turns.turns.append(PastTurn(910.0, "D1", "im", "answered", "stream"))
    assert stream_line(turns, 1_000.0).state is GREEN
    refused = PastTurn(920.0, "D1", "im", "answered", "edit", stream_refused="feature_not_enabled")
    turns.turns.append(refused)
    turns.turns.append(PastTurn(930.0, "C1", "channel", "answered", "edit"))
    line = stream_line(turns, 1_000.0)
    assert line.state is RED
    assert "1 min ago (feature_not_enabled)" in line.text.say("en")


@pytest.mark.parametrize(
    ("rules", "scopes"),
    [
        ({}, set()),
        ({"allowed_users": "U0123ABCD"}, set()),
        ({"allowed_users": "anna@example.com"}, {"users:read.email"}),
        ({"allowed_users": "@support, S0123ABCD"}, {"usergroups:read"}),
        ({"allowed_channels": "C0123ABCD"}, set()),
        ({"allowed_channels": "#help"}, {"channels:read", "groups:read"}),
        ({"open_channels": "C0123ABCD"}, {"channels:history", "groups:history"}),
    ],
)
def test_scope_that_a_rule_needs_is_red_where_the_app_lacks_it(
    rules: dict[str, str], scopes: set[str]
) -> None:
    settings = read_settings(rules)
    lines = list(scope_lines(replace(BOT, scopes=MENTIONS), settings))
    assert {line.title for line in lines if line.state is RED} == scopes
    assert len({line.title for line in lines}) == len(lines)


def test_changes_of_groups_are_awaited_only_where_a_rule_names_groups() -> None:
    def waited(rules: dict[str, str]) -> list[SetupText]:
        lines = event_lines(BOT, read_settings(rules), SeenOfHook(), 1_000.0)
        return [line.text.key for line in lines if line.text.key is not SetupText.UNSEEN]

    assert waited({"allowed_users": "anna@example.com"}) == []
    assert waited({"allowed_users": "@support"}) == [SetupText.GROUPS_UNSEEN]


@pytest.mark.parametrize("language", SETUP_CATALOGUES)
def test_every_line_can_be_said_in_each_language(language: str) -> None:
    for scopes in (STANDARD - {"chat:write"}, MENTIONS):
        for line in scope_lines(replace(BOT, scopes=scopes), SET):
            assert line.text.say(language)
    assert [ago(seconds).say(language) for seconds in (-1, 59, 61, 7_000, 100_000)]
