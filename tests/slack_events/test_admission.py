from dataclasses import replace
from typing import Any

import pytest

from message import Message
from provider import Settings
from slack_events.admission import Admit, AskThread, Ignore, Reason, Verdict, admit, calls_us, follow

MENTION = Message(
    team_id="T1",
    channel="C1",
    ts="1763881234.000100",
    source="app_mention",
    user="U1",
    user_team="T1",
    text="<@UBOT> hello",
    bot_user_id="UBOT",
    api_app_id="A1",
)
TWIN = replace(MENTION, source="message", channel_type="channel")
PLAIN = replace(TWIN, text="hello")
REPLY = replace(PLAIN, thread_ts="1763881200.000100")
DM = replace(PLAIN, channel="D1", channel_type="im")
GROUP_DM = replace(PLAIN, channel="G1", channel_type="mpim")
PLACES = {
    "channel": replace(MENTION, channel_type="channel"),
    "dm": DM,
    "group dm": replace(GROUP_DM, text="<@UBOT> hi"),
    "reply": REPLY,
}

RULES = Settings(app_id="app")


def test_mention_is_answered_on_one_of_its_two_events() -> None:
    for channel_type in ("channel", "group"):
        assert admit(MENTION, RULES) == Admit()
        assert admit(replace(TWIN, channel_type=channel_type), RULES) == Ignore(Reason.TWIN)


@pytest.mark.parametrize("text", ["<@UBOT> hi", "hi <@UBOT>", "hi <@UBOT|bot> there"])
@pytest.mark.parametrize("thread_ts", ["", "1763881200.000100"])
def test_mention_is_answered_anywhere_in_text_and_thread(text: str, thread_ts: str) -> None:
    assert admit(replace(MENTION, text=text, thread_ts=thread_ts), RULES) == Admit()
    assert admit(replace(TWIN, text=text, thread_ts=thread_ts), RULES) == Ignore(Reason.TWIN)


def test_direct_message_is_answered_on_message_only() -> None:
    assert admit(DM, RULES) == Admit()
    assert admit(replace(DM, thread_ts="1763881200.000100"), RULES) == Admit()
    assert admit(replace(DM, source="app_mention"), RULES) == Ignore(Reason.TWIN)
    assert admit(replace(DM, source="app_mention", channel_type=""), RULES) == Ignore(Reason.TWIN)


def test_group_direct_message_needs_a_mention() -> None:
    assert admit(GROUP_DM, RULES) == Ignore(Reason.NOT_ADDRESSED)
    assert admit(replace(GROUP_DM, text="so <@UBOT>?"), RULES) == Admit()
    assert admit(replace(GROUP_DM, text="<@UBOT>", source="app_mention"), RULES) == Ignore(Reason.TWIN)
    assert admit(replace(GROUP_DM, thread_ts="1763881200.000100"), RULES) == AskThread()


def test_channel_message_without_a_mention_is_ignored() -> None:
    assert admit(PLAIN, RULES) == Ignore(Reason.NOT_ADDRESSED)
    assert admit(replace(PLAIN, thread_ts=PLAIN.ts), RULES) == Ignore(Reason.NOT_ADDRESSED)


def test_reply_without_a_mention_asks_the_thread() -> None:
    assert admit(REPLY, RULES) == AskThread()
    assert admit(REPLY, replace(RULES, follow_threads=False)) == Ignore(Reason.NOT_ADDRESSED)
    assert admit(replace(REPLY, text="<@U2> look"), RULES) == Ignore(Reason.TO_OTHERS)
    assert admit(replace(REPLY, text="<!subteam^S1> look"), RULES) == Ignore(Reason.TO_OTHERS)


def test_reply_is_admitted_only_from_a_follower() -> None:
    assert follow(REPLY, ("U2", "U1")) == Admit()
    assert follow(REPLY, ("U2",)) == Ignore(Reason.NOT_FOLLOWED)
    assert follow(REPLY, ()) == Ignore(Reason.NOT_FOLLOWED)


NEVER: list[tuple[dict[str, Any], Reason]] = [
    ({"user": "UBOT"}, Reason.OURSELVES),
    ({"app_id": "A1"}, Reason.OURSELVES),
    ({"app_id": "A1", "bot_id": "B1"}, Reason.OURSELVES),
    ({"bot_id": "B2"}, Reason.BOT),
    ({"bot_id": "B2", "app_id": "A2"}, Reason.BOT),
    ({"bot_id": "B2", "user": "", "subtype": "bot_message"}, Reason.BOT),
    ({"edited": True}, Reason.EDITED),
    ({"user": ""}, Reason.NOT_SPOKEN),
    ({"user": "USLACK"}, Reason.NOT_SPOKEN),
    ({"user": "USLACKBOT"}, Reason.NOT_SPOKEN),
    ({"user_team": "T2"}, Reason.EXTERNAL),
    ({"user_team": "", "is_ext_shared": True}, Reason.EXTERNAL),
    ({"user_team": "", "is_ext_shared": None}, Reason.EXTERNAL),
    *(
        ({"subtype": subtype}, Reason.NOT_SPOKEN)
        for subtype in (
            "bot_message", "message_changed", "message_deleted", "message_replied", "channel_join",
            "group_join", "channel_leave", "channel_topic", "assistant_app_thread", "tombstone",
            "ekm_access_denied", "hidden", "new",
        )
    ),
]  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("change", "reason"), NEVER, ids=str)
def test_message_is_ignored_everywhere_for_this_reason(
    place: str, change: dict[str, Any], reason: Reason
) -> None:
    assert admit(replace(PLACES[place], **change), RULES) == Ignore(reason)


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast", "me_message"])
@pytest.mark.parametrize(
    ("message", "verdict"),
    [(MENTION, Admit()), (DM, Admit()), (REPLY, AskThread()), (TWIN, Ignore(Reason.TWIN))],
)
def test_subtype_of_a_spoken_message_is_admitted(subtype: str, message: Message, verdict: Verdict) -> None:
    assert admit(replace(message, subtype=subtype), RULES) == verdict


def test_person_s_message_with_another_app_s_id_is_admitted() -> None:
    assert admit(replace(MENTION, app_id="A2"), RULES) == Admit()


def test_member_of_another_organisation_is_admitted_with_slack_connect() -> None:
    rules = replace(RULES, slack_connect=True)
    assert admit(replace(MENTION, user_team="T2", is_ext_shared=True), rules) == Admit()
    assert admit(replace(MENTION, is_ext_shared=True), RULES) == Admit()


@pytest.mark.parametrize("place", PLACES)
def test_allowed_users_count_everywhere(place: str) -> None:
    message = PLACES[place]
    assert admit(message, replace(RULES, allowed_users=frozenset({"U2"}))) == Ignore(Reason.USER_NOT_ALLOWED)
    assert admit(message, replace(RULES, allowed_users=frozenset({"U1"}))) == admit(message, RULES)


@pytest.mark.parametrize("place", PLACES)
def test_allowed_channels_count_in_channels(place: str) -> None:
    message = PLACES[place]
    verdict = admit(message, replace(RULES, allowed_channels=frozenset({"C2"})))
    in_channel = place in {"channel", "reply"}
    assert verdict == (Ignore(Reason.CHANNEL_NOT_ALLOWED) if in_channel else Admit())
    assert admit(message, replace(RULES, allowed_channels=frozenset({"C1"}))) == admit(message, RULES)


@pytest.mark.parametrize("place", PLACES)
def test_direct_message_is_ignored_when_direct_messages_are_off(place: str) -> None:
    message = PLACES[place]
    direct = place in {"dm", "group dm"}
    expected = Ignore(Reason.DIRECT_MESSAGES_OFF) if direct else admit(message, RULES)
    assert admit(message, replace(RULES, direct_messages=False)) == expected


TRUSTING = replace(RULES, trusted_bots=frozenset({"B2"}), allowed_users=frozenset({"U9"}))
WORKFLOW: dict[str, Any] = {"bot_id": "B2", "user": "", "subtype": "bot_message"}


@pytest.mark.parametrize("change", [WORKFLOW, {"bot_id": "B2"}, {"bot_id": "B2", "app_id": "A2"}])
def test_trusted_bot_is_admitted_where_it_mentions_us(change: dict[str, Any]) -> None:
    assert admit(replace(MENTION, **change), TRUSTING) == Admit()
    assert admit(replace(TWIN, **change), TRUSTING) == Ignore(Reason.TWIN)
    assert admit(replace(GROUP_DM, text="<@UBOT>", **change), TRUSTING) == Admit()
    assert admit(replace(DM, **change), TRUSTING) == Admit()
    for plain in (PLAIN, REPLY, GROUP_DM):
        assert admit(replace(plain, **change), TRUSTING) == Ignore(Reason.NOT_ADDRESSED)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"bot_id": "B3"}, Reason.BOT),
        ({"app_id": "A1"}, Reason.OURSELVES),
        ({"edited": True}, Reason.EDITED),
        ({"subtype": "message_changed"}, Reason.NOT_SPOKEN),
        ({"user": "USLACKBOT"}, Reason.NOT_SPOKEN),
        ({"user_team": "T2"}, Reason.EXTERNAL),
        ({"bot_id": ""}, Reason.NOT_SPOKEN),
    ],
)
def test_trusted_bot_is_ignored_for_every_other_reason(change: dict[str, Any], reason: Reason) -> None:
    assert admit(replace(MENTION, **WORKFLOW | change), TRUSTING) == Ignore(reason)


def test_workflow_without_a_user_is_not_taken_for_us_where_our_user_is_unknown() -> None:
    unknown = replace(MENTION, **WORKFLOW, bot_user_id="")
    assert admit(unknown, TRUSTING) == Admit()


def test_quoted_mention_is_not_answered_on_its_own_event() -> None:
    quoted: dict[str, Any] = {"text": "&gt; <@UBOT> hi\nwho?", "calling_text": "who?", "only_quotes_us": True}
    assert admit(replace(MENTION, **quoted), RULES) == Ignore(Reason.QUOTED)
    assert admit(replace(TWIN, **quoted), RULES) == Ignore(Reason.NOT_ADDRESSED)
    assert admit(replace(REPLY, **quoted), RULES) == AskThread()
    assert admit(replace(DM, **quoted), RULES) == Admit()


def test_mention_that_the_text_does_not_show_is_answered() -> None:
    assert admit(replace(MENTION, text="hello"), RULES) == Admit()
    assert admit(replace(MENTION, calling_text="", bot_user_id=""), RULES) == Admit()


def test_colleague_of_another_workspace_is_left_to_the_turn() -> None:
    colleague: dict[str, Any] = {"user_team": "T2", "enterprise_id": "E1", "is_ext_shared": True}
    for message in (MENTION, DM):
        assert admit(replace(message, **colleague), RULES) == Admit()
    assert admit(replace(MENTION, **colleague | {"enterprise_id": ""}), RULES) == Ignore(Reason.EXTERNAL)


def test_channel_of_unknown_type_is_left_to_the_turn() -> None:
    """It may be a group direct message, which the allowed channels do not concern."""
    rules = replace(RULES, allowed_channels=frozenset({"C2"}))
    assert admit(MENTION, rules) == Admit()
    assert admit(replace(MENTION, channel="C2"), rules) == Admit()


@pytest.mark.parametrize(
    "rules",
    [
        {"guests": False},
        {"allowed_users": frozenset({"anna@example.com"})},
        {"allowed_users": frozenset({"@support"})},
        {"allowed_channels": frozenset({"#help"})},
    ],
)
def test_rule_that_needs_slack_is_left_to_the_turn(rules: dict[str, Any]) -> None:
    assert admit(replace(MENTION, channel_type="channel"), replace(RULES, **rules)) == Admit()
    assert admit(REPLY, replace(RULES, **rules)) == AskThread()


OPEN = replace(RULES, open_channels=frozenset({"C1"}), trusted_bots=frozenset({"B2"}))


def test_message_that_begins_a_thread_is_a_question_in_an_open_channel() -> None:
    assert admit(PLAIN, OPEN) == Admit()
    assert admit(replace(PLAIN, text="<@U2> look"), OPEN) == Admit()
    assert admit(replace(PLAIN, subtype="file_share"), OPEN) == Admit()
    assert admit(replace(PLAIN, channel="C2"), OPEN) == Ignore(Reason.NOT_ADDRESSED)
    assert admit(TWIN, OPEN) == Ignore(Reason.TWIN)
    assert admit(MENTION, OPEN) == Admit()


def test_reply_in_an_open_channel_is_followed_as_elsewhere() -> None:
    assert admit(REPLY, OPEN) == AskThread()
    assert admit(REPLY, replace(OPEN, follow_threads=False)) == Ignore(Reason.NOT_ADDRESSED)


@pytest.mark.parametrize(
    "change", [{"bot_id": "B2"}, WORKFLOW, {"bot_id": "B3"}, {"user": "UBOT"}, {"edited": True}]
)
def test_no_message_of_an_app_and_no_edit_is_a_question_in_an_open_channel(change: dict[str, Any]) -> None:
    assert isinstance(admit(replace(PLAIN, **change), OPEN), Ignore)


def test_rules_count_in_an_open_channel() -> None:
    assert admit(PLAIN, replace(OPEN, allowed_channels=frozenset({"C2"}))) == Ignore(
        Reason.CHANNEL_NOT_ALLOWED
    )
    assert admit(PLAIN, replace(OPEN, allowed_users=frozenset({"U2"}))) == Ignore(Reason.USER_NOT_ALLOWED)
    assert admit(replace(PLAIN, user_team="T2"), OPEN) == Ignore(Reason.EXTERNAL)


@pytest.mark.parametrize(
    ("message", "expected"),
    [(MENTION, True), (TWIN, False), (PLAIN, False), (REPLY, False), (DM, True), (GROUP_DM, False)],
)
def test_mention_and_direct_message_call_us(message: Message, *, expected: bool) -> None:
    assert calls_us(message, RULES) is expected


def test_quote_calls_nobody_and_an_open_channel_always() -> None:
    assert not calls_us(replace(MENTION, only_quotes_us=True), RULES)
    assert calls_us(PLAIN, OPEN)
