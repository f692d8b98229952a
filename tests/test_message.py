import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import Malformed
from message import Message, files_of, team_of

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
        calling_text="hello",
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


def test_words_tell_us_something_in_conversations_and_never_by_a_reaction() -> None:
    reply = replace(PLAIN, thread_ts="1763881200.000100")
    direct = replace(PLAIN, channel="D1", channel_type="im")
    assert [one.may_tell_us for one in (PLAIN, reply, direct)] == [False, True, True]
    assert not any(replace(one, source="reaction").may_tell_us for one in (PLAIN, reply, direct))


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
    ("team", "shared", "in_channel", "in_dm", "without_organisation"),
    [
        ("T1", False, False, False, False),
        ("T1", True, False, False, False),
        ("T1", None, False, False, False),
        ("E1", True, False, False, True),
        ("E1", None, False, False, True),
        ("T2", False, False, None, True),  # in a direct message, is_ext_shared tells nothing
        ("T2", True, None, None, True),
        ("T2", None, None, None, True),  # Slack did not say whether the channel is shared
        ("", False, False, False, False),
        ("", True, True, True, True),
        ("", None, True, True, True),
    ],
)
def test_outsider_is_told_by_workspace_and_channel_as_far_as_they_tell(
    team: str,
    *,
    shared: bool | None,
    in_channel: bool | None,
    in_dm: bool | None,
    without_organisation: bool,
) -> None:
    message = replace(PLAIN, is_ext_shared=shared)
    assert message.is_outsider(team, "E1") is in_channel
    assert replace(message, channel_type="mpim").is_outsider(team, "E1") is in_channel
    assert replace(message, channel="D1", channel_type="im").is_outsider(team, "E1") is in_dm
    assert message.is_outsider(team, "") is without_organisation


@pytest.mark.parametrize("named", ["", "E1", "E2", "T2"])
def test_organisation_that_the_message_names_does_not_decide(named: str) -> None:
    message = replace(PLAIN, is_ext_shared=True, enterprise_id=named)
    for team in ("E2", "T2"):
        assert message.is_outsider(team, "E1") is None
        assert message.is_outsider(team, "") is True


@pytest.mark.parametrize(
    ("calling", "us", "others"),
    [(None, True, True), ("<@UBOT> what?", True, False), ("<@U2> what?", False, True), ("", False, False)],
)
def test_mention_outside_of_the_calling_text_calls_nobody(
    calling: str | None, *, us: bool, others: bool
) -> None:
    message = replace(PLAIN, text="`<@UBOT>` <@U2> what?", calling_text=calling)
    assert (message.mentions_us, message.mentions_others) == (us, others)


def test_files_of_a_message_are_its_own_and_the_forwarded_ones() -> None:
    preview = {"files": [{"id": "F3"}]}
    raw = {
        "files": [{"id": "F1"}, None],
        "attachments": [{"is_share": True, "files": [{"id": "F2"}]}, preview],
    }
    assert [file["id"] for file in files_of(raw)] == ["F1", "F2"]
    assert files_of({"files": 7, "attachments": {}}) == []


@pytest.mark.parametrize(
    ("raw", "team"),
    [
        ({"user_team": "T2", "source_team": "T3", "team": "T4"}, "T2"),
        ({"team": "T4", "bot_profile": {"team_id": "T5"}}, "T4"),
        ({"user_team": None, "bot_profile": {"team_id": "T5"}}, "T5"),
        ({"bot_profile": "T5"}, ""),
    ],
)
def test_workspace_of_an_author_is_read_from_the_message_or_the_app_s_profile(
    raw: dict[str, Any], team: str
) -> None:
    assert team_of(raw) == team


@given(st.text(st.sampled_from("<@U!|>^subteamhere B1"), max_size=200))
def test_mentions_are_read_in_any_text(text: str) -> None:
    message = replace(PLAIN, text=text, bot_user_id="U1")
    assert message.mentions_us == any(f"<@U1{end}" in text for end in "|>") or "|" in text
