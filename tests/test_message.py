import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import Malformed
from message import Message

PLAIN = Message(
    team_id="T1",
    channel="C1",
    ts="1763881234.000100",
    source="message",
    channel_type="channel",
    user="U1",
    user_team="T1",
    text="hello",
    bot_user_id="UBOT",
    api_app_id="A1",
    event_id="Ev1",
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)


@pytest.mark.parametrize("shared", [True, False, None])
def test_message_survives_json(*, shared: bool | None) -> None:
    message = replace(
        PLAIN,
        files=({"id": "F1", "size": 3},),
        thread_ts="1763881200.000100",
        edited=True,
        is_ext_shared=shared,
    )
    assert Message.from_dict(json.loads(json.dumps(message.to_dict()))) == message


@given(st.dictionaries(st.sampled_from(sorted(PLAIN.to_dict())), json_values))
def test_message_with_a_wrong_field_is_malformed(changes: dict[str, object]) -> None:
    carried = PLAIN.to_dict() | changes
    try:
        message = Message.from_dict(carried)
    except Malformed:
        assert changes
    else:
        assert json.loads(json.dumps(message.to_dict())) == json.loads(json.dumps(carried))


@pytest.mark.parametrize("carried", [None, [], "x", {}, {"team_id": "T1"}])
def test_value_that_is_no_message_is_malformed(carried: object) -> None:
    with pytest.raises(Malformed):
        Message.from_dict(carried)


@pytest.mark.parametrize(
    "field",
    [
        {"team_id": ""},
        {"channel": ""},
        {"channel": "C1/../x"},
        {"user": "U1 "},
        {"ts": ""},
        {"ts": "1"},
        {"ts": "1.5\n"},
        {"ts": "nan"},
        {"thread_ts": "x"},
        {"event_id": "é"},
    ],
)
def test_id_of_another_shape_is_malformed(field: dict[str, str]) -> None:
    with pytest.raises(Malformed):
        Message.from_dict(PLAIN.to_dict() | field)


def test_root_is_the_thread_or_the_message_itself() -> None:
    assert (PLAIN.root_ts, PLAIN.is_reply) == (PLAIN.ts, False)
    parent = replace(PLAIN, thread_ts=PLAIN.ts)
    assert (parent.root_ts, parent.is_reply) == (PLAIN.ts, False)
    reply = replace(PLAIN, thread_ts="1763881200.000100")
    assert (reply.root_ts, reply.is_reply) == ("1763881200.000100", True)


@pytest.mark.parametrize(
    ("channel", "channel_type", "dm", "group"),
    [
        ("D1", "im", True, False),
        ("D1", "app_home", True, False),
        ("D1", "", True, False),
        ("C1", "channel", False, False),
        ("G1", "group", False, False),
        ("C1", "mpim", False, True),
        ("C1", "", False, False),
    ],
)
def test_channel_type_tells_direct_and_group_messages(
    channel: str, channel_type: str, *, dm: bool, group: bool
) -> None:
    message = replace(PLAIN, channel=channel, channel_type=channel_type)
    assert (message.is_dm, message.is_group_dm) == (dm, group)


@pytest.mark.parametrize(
    ("text", "us", "others"),
    [
        ("hello", False, False),
        ("<@UBOT> hello", True, False),
        ("hello <@UBOT>", True, False),
        ("hel<@UBOT|the bot>lo", True, False),
        ("<@UBOT|>", True, False),
        ("<@U2>", False, True),
        ("<@U2|ann> <@UBOT>", True, True),
        ("<@UBOT2>", False, True),
        ("&lt;@UBOT&gt;", False, False),
        ("@UBOT UBOT", False, False),
        ("<!subteam^S1|@ops>", False, True),
        ("<!here> <!channel>", False, True),
        ("<!date^1^x|y> <#C1|c> <https://x>", False, False),
        ("<@UBOT", False, False),
    ],
)
def test_mention_of_us_is_told_from_mentions_of_others(text: str, *, us: bool, others: bool) -> None:
    message = replace(PLAIN, text=text)
    assert (message.mentions_us, message.mentions_others) == (us, others)


def test_mention_of_us_is_not_seen_when_the_bot_user_is_unknown() -> None:
    message = replace(PLAIN, bot_user_id="", text="<@UBOT> <@>")
    assert (message.mentions_us, message.mentions_others) == (False, True)


@pytest.mark.parametrize(
    ("user_team", "shared", "external"),
    [
        ("T1", False, False),
        ("T1", True, False),
        ("E1", True, False),
        ("T2", True, True),
        ("T2", False, True),
        ("", False, False),
        ("", True, True),
        ("T1", None, False),
        ("E1", None, False),
        ("T2", None, True),
        ("", None, True),
    ],
)
def test_author_is_external_by_workspace_and_channel(
    user_team: str, *, shared: bool | None, external: bool
) -> None:
    message = replace(PLAIN, user_team=user_team, is_ext_shared=shared)
    in_a_direct_message = replace(message, channel="D1", channel_type="im")
    assert message.is_external_to("E1") is (external and (user_team, shared) != ("T2", False))
    assert in_a_direct_message.is_external_to("E1") is external
    assert message.is_external_to("") is (external or user_team == "E1")


@pytest.mark.parametrize("named", ["", "E1", "E2", "T2"])
def test_organisation_in_the_payload_does_not_decide(named: str) -> None:
    for user_team in ("E2", "T2"):
        stranger = replace(PLAIN, user_team=user_team, is_ext_shared=True, enterprise_id=named)
        assert stranger.is_external_to("E1")
        assert stranger.is_external_to("")


@pytest.mark.parametrize(
    ("change", "external"),
    [
        ({}, False),
        ({"is_ext_shared": None}, True),  # Slack did not say whether the channel is shared
        ({"is_ext_shared": True}, True),
        ({"channel": "D1", "channel_type": "im"}, True),  # in a DM, is_ext_shared tells nothing
        ({"channel_type": "mpim"}, False),
    ],
    ids=str,
)
def test_author_of_another_workspace_of_our_organisation_is_external_only_where_shared(
    change: dict[str, Any], *, external: bool
) -> None:
    colleague = replace(PLAIN, user_team="T2", is_ext_shared=False)
    assert replace(colleague, **change).is_external_to("E1") is external
    assert replace(colleague, **change).is_external_to("")  # our workspace belongs to no organisation


@given(st.text(st.sampled_from("<@U!|>^subteamhere B1"), max_size=200))
def test_mentions_are_read_in_any_text(text: str) -> None:
    message = replace(PLAIN, text=text, bot_user_id="U1")
    assert message.mentions_us == any(f"<@U1{end}" in text for end in "|>") or "|" in text
