import pytest

from simulators.slack.workspace import ANNA, BEN, GENERAL
from tests.simulators.slack.conftest import App, Slack, sent

MANIFEST = """
oauth_config: {scopes: {bot: [chat:write]}}
settings: {event_subscriptions: {bot_events: [app_mention, message.im]}}
"""


def test_a_mention_is_two_events_with_one_ts(slack: Slack, app: App) -> None:
    ts = slack.workspace.mention(GENERAL, ANNA, "what is new?")
    mention, message = sent(slack, 2)
    assert (mention["event"]["type"], message["event"]["type"]) == ("app_mention", "message")
    assert mention["event"]["ts"] == message["event"]["ts"] == ts
    assert mention["event_id"] != message["event_id"]
    assert mention["event"]["text"] == f"<@{slack.workspace.bot_user}> what is new?"
    assert message["event"]["channel_type"] == "channel"
    assert "channel_type" not in mention["event"]


def test_the_envelope_is_whole(slack: Slack, app: App) -> None:
    slack.workspace.dm(ANNA, "hi")
    (body,) = sent(slack, 1)
    assert body["type"] == "event_callback"
    assert body["team_id"] == body["context_team_id"] == slack.workspace.team_id
    assert body["api_app_id"] == slack.workspace.app_id
    assert isinstance(body["event_time"], int)
    assert body["is_ext_shared_channel"] is False
    assert body["event_context"]
    assert body["authorizations"] == [
        {
            "enterprise_id": None,
            "team_id": slack.workspace.team_id,
            "user_id": slack.workspace.bot_user,
            "is_bot": True,
            "is_enterprise_install": False,
        }
    ]
    event = body["event"]
    assert (event["type"], event["channel_type"], event["user"]) == ("message", "im", ANNA)
    assert event["client_msg_id"]
    assert event["event_ts"] == event["ts"]
    assert event["blocks"][0]["type"] == "rich_text"


def test_in_a_group_dm_a_mention_is_one_event_or_two(slack: Slack, app: App) -> None:
    group = slack.workspace.add_channel("group", kind="mpim")
    slack.workspace.mention(group, ANNA, "one")
    slack.workspace.rules(mpim_mentions=True)
    slack.workspace.mention(group, ANNA, "two", order="message_first")
    slack.workspace.mention(group, ANNA, "two")
    events = [body["event"] for body in sent(slack, 5)]
    assert [event["type"] for event in events] == [
        "message",
        *("message", "app_mention"),
        *("app_mention", "message"),
    ]
    assert [event.get("channel_type") for event in events] == ["mpim", "mpim", None, None, "mpim"]


def test_the_order_of_the_two_events_can_be_chosen(slack: Slack, app: App) -> None:
    slack.workspace.mention(GENERAL, ANNA, "a", order="message_first")
    assert [body["event"]["type"] for body in sent(slack, 2)] == ["message", "app_mention"]


def test_only_one_of_the_two_events(slack: Slack, app: App) -> None:
    slack.workspace.mention(GENERAL, ANNA, "a", only="app_mention")
    assert [body["event"]["type"] for body in sent(slack, 1)] == ["app_mention"]


def test_direct_messages_raise_no_app_mention(slack: Slack, app: App) -> None:
    group = slack.workspace.add_channel(kind="mpim")
    slack.workspace.mention(group, ANNA, "a")
    slack.workspace.dm(ANNA, f"<@{slack.workspace.bot_user}> b")
    assert [body["event"]["channel_type"] for body in sent(slack, 2)] == ["mpim", "im"]


def test_a_private_channel_is_a_group(slack: Slack, app: App) -> None:
    slack.workspace.say(slack.workspace.add_channel(kind="group"), ANNA, "a")
    assert sent(slack, 1)[0]["event"]["channel_type"] == "group"


def test_where_the_bot_is_not_it_hears_only_mentions(slack: Slack, app: App) -> None:
    outside = slack.workspace.add_channel(bot=False)
    slack.workspace.say(outside, ANNA, "a")
    slack.workspace.mention(outside, ANNA, "b")
    assert [body["event"]["type"] for body in sent(slack, 1)] == ["app_mention"]


def test_subscriptions_of_the_manifest_are_enforced(slack: Slack, app: App) -> None:
    slack.workspace.configure(manifest=MANIFEST)
    slack.workspace.mention(GENERAL, ANNA, "a")
    slack.workspace.say(GENERAL, ANNA, "b")
    slack.workspace.dm(ANNA, "c")
    slack.workspace.event({"type": "app_uninstalled"})
    kinds = [(body["event"]["type"], body["event"].get("channel_type")) for body in sent(slack, 3)]
    assert kinds == [("app_mention", None), ("message", "im"), ("app_uninstalled", None)]


def test_a_reply_names_its_thread(slack: Slack, app: App) -> None:
    root = slack.workspace.say(GENERAL, BEN, "root")
    slack.workspace.say(GENERAL, ANNA, "reply", thread_ts=root)
    event = sent(slack, 2)[1]["event"]
    assert (event["thread_ts"], event["parent_user_id"]) == (root, BEN)


def test_an_edit_mentions_again_with_a_new_event(slack: Slack, app: App) -> None:
    ts = slack.workspace.mention(GENERAL, ANNA, "a")
    slack.workspace.edit(GENERAL, ts, slack.workspace.mentioning("b"))
    bodies = sent(slack, 4)
    changed, mention = bodies[2]["event"], bodies[3]["event"]
    assert (changed["subtype"], changed["hidden"]) == ("message_changed", True)
    assert changed["message"]["edited"]["user"] == ANNA
    assert changed["previous_message"]["text"].endswith(" a")
    assert (mention["type"], mention["ts"]) == ("app_mention", ts)
    assert mention["edited"]
    assert len({body["event_id"] for body in bodies}) == 4


def test_an_unfurl_is_a_change_without_an_edit(slack: Slack, app: App) -> None:
    ts = slack.workspace.say(GENERAL, ANNA, "a")
    slack.workspace.unfurl(GENERAL, ts)
    event = sent(slack, 2)[1]["event"]
    assert event["subtype"] == "message_changed"
    assert "edited" not in event["message"]


def test_a_deletion(slack: Slack, app: App) -> None:
    ts = slack.workspace.say(GENERAL, ANNA, "a")
    slack.workspace.delete(GENERAL, ts)
    event = sent(slack, 2)[1]["event"]
    assert (event["subtype"], event["deleted_ts"]) == ("message_deleted", ts)


def test_a_deleted_root_with_replies_becomes_a_tombstone(slack: Slack, app: App) -> None:
    root = slack.ask()
    slack.workspace.say(GENERAL, BEN, "a reply", thread_ts=root)
    slack.workspace.delete(GENERAL, root)
    event = sent(slack, 3)[2]["event"]
    assert (event["subtype"], event["hidden"]) == ("message_changed", True)
    assert (event["message"]["ts"], event["message"]["subtype"]) == (root, "tombstone")
    assert event["message"]["user"] == "USLACKBOT"
    assert event["previous_message"]["text"] == "hello"
    assert "user" not in event
    assert slack.workspace.thread(GENERAL, root)[0].ts == root


def test_our_own_posts_come_back(slack: Slack, app: App) -> None:
    slack.client.chat_postMessage(channel=GENERAL, text="hello")
    event = sent(slack, 1)[0]["event"]
    assert (event["user"], event["bot_id"]) == (slack.workspace.bot_user, slack.workspace.bot_id)
    assert event["app_id"] == slack.workspace.app_id
    assert "subtype" not in event


def test_updates_and_replies_change_messages_when_enabled(slack: Slack, app: App) -> None:
    slack.workspace.rules(message_changed=True, echo=False)
    root = slack.workspace.say(GENERAL, ANNA, "root")
    ts = slack.client.chat_postMessage(channel=GENERAL, thread_ts=root, text="x")["ts"]
    slack.client.chat_update(channel=GENERAL, ts=ts, text="y")
    _, parent, update = (body["event"] for body in sent(slack, 3))
    assert (parent["subtype"], parent["message"]["ts"]) == ("message_changed", root)
    assert parent["message"]["reply_count"] == 1
    assert (update["message"]["ts"], update["message"]["text"]) == (ts, "y")


def test_other_bots(slack: Slack, app: App) -> None:
    slack.workspace.bot_says(GENERAL, slack.workspace.mentioning("beep"))
    mention, message = (body["event"] for body in sent(slack, 2))
    assert (mention["type"], mention["bot_id"]) == ("app_mention", "B0OTHERBT")
    assert message["bot_profile"]["name"] == "Other Bot"


def test_joins_and_system_notices(slack: Slack, app: App) -> None:
    dora = slack.workspace.add_user("dora")
    slack.workspace.join(GENERAL, dora)
    slack.workspace.system_notice(GENERAL)
    join, notice = (body["event"] for body in sent(slack, 2))
    assert (join["subtype"], join["user"]) == ("channel_join", dora)
    assert notice["user"] == "USLACK"
    assert not {"bot_id", "subtype"} & set(notice)


def test_shared_files_and_broadcasts_are_messages(slack: Slack, app: App) -> None:
    file_id = slack.workspace.add_file("a.txt", b"hello")
    slack.workspace.say(GENERAL, ANNA, "look", files=[file_id])
    root = slack.workspace.say(GENERAL, ANNA, "root")
    slack.workspace.say(GENERAL, ANNA, "loud", thread_ts=root, broadcast=True)
    shared, _, loud = (body["event"] for body in sent(slack, 3))
    assert (shared["subtype"], shared["files"][0]["id"]) == ("file_share", file_id)
    assert loud["subtype"] == "thread_broadcast"


def test_a_mention_with_a_file_has_no_subtype(slack: Slack, app: App) -> None:
    file_id = slack.workspace.add_file("a.txt", b"hello")
    slack.workspace.mention(GENERAL, ANNA, "look", files=[file_id], only="app_mention")
    event = sent(slack, 1)[0]["event"]
    assert "subtype" not in event
    assert event["files"][0]["name"] == "a.txt"


def test_a_member_of_another_organisation(slack: Slack, app: App) -> None:
    stranger = slack.workspace.add_user("dora", foreign=True)
    shared = slack.workspace.add_channel("shared", ext_shared=True)
    slack.workspace.mention(shared, stranger, "hi", only="app_mention")
    (body,) = sent(slack, 1)
    assert body["is_ext_shared_channel"] is True
    assert body["team_id"] == body["event"]["user_team"] == body["event"]["source_team"] == "T0ELSEWHR"
    assert body["authorizations"][0]["team_id"] == slack.workspace.team_id


def test_many_at_one_instant(slack: Slack, app: App) -> None:
    acts = [{"channel": GENERAL, "user": ANNA, "text": f"q{n}", "deliveries": 2} for n in range(20)]
    timestamps = slack.workspace.together(acts)
    bodies = sent(slack, 40)
    assert sorted(body["event"]["ts"] for body in bodies) == sorted(timestamps * 2)
    assert len({body["event_id"] for body in bodies}) == 20


def test_the_end_of_an_installation(slack: Slack, app: App) -> None:
    slack.workspace.uninstall()
    revoked, gone = (body["event"] for body in sent(slack, 2))
    assert revoked["tokens"]["bot"] == [slack.workspace.bot_user]
    assert gone["type"] == "app_uninstalled"


def test_any_event_with_any_envelope(slack: Slack, app: App) -> None:
    slack.workspace.event({"type": "message", "user": None}, around={"authorizations": "none", "event": 7})
    (body,) = sent(slack, 1)
    assert (body["authorizations"], body["event"]) == ("none", 7)


def test_any_envelope_around_a_message(slack: Slack, app: App) -> None:
    slack.workspace.dm(ANNA, "hi", around={"api_app_id": "A0NOTOURS"})
    assert sent(slack, 1)[0]["api_app_id"] == "A0NOTOURS"


def test_one_gesture_twice(slack: Slack, app: App) -> None:
    for _ in range(2):
        slack.workspace.say(GENERAL, ANNA, "hi", client_msg_id="gesture-1")
    first, second = (body["event"] for body in sent(slack, 2))
    assert first["client_msg_id"] == second["client_msg_id"] == "gesture-1"
    assert first["ts"] != second["ts"]


REACTIONS = """
oauth_config: {scopes: {bot: [chat:write, reactions:read]}}
settings: {event_subscriptions: {bot_events: [reaction_added]}}
"""


def test_reaction_names_the_message_and_neither_its_text_nor_its_thread(slack: Slack, app: App) -> None:
    """Source: docs/platform/slack.md#reaction-events."""
    slack.workspace.configure(manifest=REACTIONS)
    root = slack.workspace.say(GENERAL, BEN, "One")
    reply = slack.workspace.say(GENERAL, BEN, "Two", thread_ts=root)
    slack.workspace.react(GENERAL, ANNA, reply, "eyes")
    event = sent(slack, 1)[0]["event"]
    assert event["item"] == {"type": "message", "channel": GENERAL, "ts": reply}
    assert (event["type"], event["user"], event["reaction"]) == ("reaction_added", ANNA, "eyes")
    assert event["item_user"] == BEN
    assert not {"text", "thread_ts"} & set(event)
    assert slack.workspace.used_scopes() == {"reactions:read"}


@pytest.mark.parametrize("scopes", ["[chat:write]", "[]"])
def test_reaction_is_not_told_without_its_scope(slack: Slack, app: App, scopes: str) -> None:
    slack.workspace.configure(manifest=REACTIONS.replace("[chat:write, reactions:read]", scopes))
    slack.workspace.react(GENERAL, ANNA, slack.workspace.say(GENERAL, BEN, "One"), "eyes")
    assert slack.workspace.deliveries() == []


@pytest.mark.parametrize("events", ["[]", "[app_mention]"])
def test_reaction_is_not_told_without_its_subscription(slack: Slack, app: App, events: str) -> None:
    slack.workspace.configure(manifest=REACTIONS.replace("[reaction_added]", events))
    slack.workspace.react(GENERAL, ANNA, slack.workspace.say(GENERAL, BEN, "One"), "eyes")
    assert slack.workspace.deliveries() == []


def test_reaction_is_not_told_where_the_bot_is_not(slack: Slack, app: App) -> None:
    elsewhere = slack.workspace.add_channel("elsewhere", bot=False)
    slack.workspace.react(elsewhere, ANNA, slack.workspace.say(elsewhere, BEN, "One"), "eyes")
    assert slack.workspace.deliveries() == []


def test_reaction_that_is_put_on_again_is_another_event(slack: Slack, app: App) -> None:
    slack.workspace.configure(
        manifest=REACTIONS.replace("[reaction_added]", "[reaction_added, reaction_removed]")
    )
    ts = slack.workspace.say(GENERAL, BEN, "One")
    slack.workspace.react(GENERAL, ANNA, ts, "eyes")
    slack.workspace.take_reaction_off(GENERAL, ANNA, ts, "eyes")
    slack.workspace.react(GENERAL, ANNA, ts, "eyes")
    first, off, second = (body["event"] for body in sent(slack, 3))
    assert [one["type"] for one in (first, off, second)] == [
        "reaction_added",
        "reaction_removed",
        "reaction_added",
    ]
    assert first["item"] == second["item"]
    assert first["event_ts"] != second["event_ts"]


def test_reaction_is_delivered_as_often_as_a_test_wants(slack: Slack, app: App) -> None:
    slack.workspace.react(
        GENERAL, ANNA, slack.workspace.say(GENERAL, BEN, "One", only=["none"]), "eyes", deliveries=3
    )
    assert len({body["event"]["event_ts"] for body in sent(slack, 3)}) == 1


@pytest.mark.parametrize("refuses", [True, False])
def test_stopped_session_names_the_open_streams(slack: Slack, app: App, *, refuses: bool) -> None:
    """Source: docs/platform/slack.md#agent-sessions, docs/platform/slack.md#stopped-streams."""
    root = slack.ask()
    slack.workspace.configure(
        manifest="""
oauth_config: {scopes: {bot: [chat:write]}}
settings: {event_subscriptions: {bot_events: [agent_session_stopped]}}
"""
    )
    ts = slack.stream(root, "x")
    slack.workspace.stop_session(GENERAL, BEN, root, refuses=refuses)
    *_, body = slack.workspace.wait_for(
        lambda: [one.body for one in slack.workspace.deliveries() if one.kind == "agent_session_stopped"]
    )
    event = body["event"]
    assert (event["channel"], event["thread_ts"], event["user"]) == (GENERAL, root, BEN)
    assert event["streaming_message_ts"] == [ts]
    assert bool(slack.workspace.open_streams()) != refuses
