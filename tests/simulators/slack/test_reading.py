import pytest

from simulators.slack.workspace import ANNA, BEN, CAROL, GENERAL
from tests.simulators.slack.conftest import Slack, refusal


def test_who_we_are(slack: Slack) -> None:
    answer = slack.client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == (
        slack.workspace.bot_user, slack.workspace.bot_id, slack.workspace.team_id,
    )  # fmt: skip


def test_a_members_profile(slack: Slack) -> None:
    user = slack.client.users_info(user=CAROL, include_locale=True)["user"]
    assert (user["locale"], user["profile"]["real_name"], user["is_bot"]) == ("ja-JP", "Carol Sato", False)
    assert "locale" not in slack.client.users_info(user=CAROL)["user"]
    assert refusal(lambda: slack.client.users_info(user="U0NOBODY0")) == "user_not_found"


def test_a_foreign_member_is_of_another_team(slack: Slack) -> None:
    stranger = slack.workspace.add_user("dora", foreign=True)
    user = slack.client.users_info(user=stranger)["user"]
    assert user["team_id"] != slack.workspace.team_id
    assert user["is_stranger"]


def test_a_thread_page_by_page(slack: Slack) -> None:
    root = slack.ask("root")
    replies = [slack.workspace.say(GENERAL, BEN, f"r{n}", thread_ts=root) for n in range(7)]
    read: list[str] = []
    cursor = ""
    while True:
        page = slack.client.conversations_replies(channel=GENERAL, ts=replies[3], limit=3, cursor=cursor)
        read += [message["ts"] for message in page["messages"]]
        cursor = page["response_metadata"]["next_cursor"]
        if not page["has_more"]:
            break
    assert read == [root, *replies]
    assert cursor == ""


def test_a_thread_within_bounds(slack: Slack) -> None:
    root = slack.ask()
    first, second = (slack.workspace.say(GENERAL, BEN, "r", thread_ts=root) for _ in range(2))
    replies = slack.client.conversations_replies
    after = replies(channel=GENERAL, ts=root, oldest=first)["messages"]
    assert [message["ts"] for message in after] == [second]
    upto = replies(channel=GENERAL, ts=root, oldest=first, latest=second, inclusive=True)["messages"]
    assert [message["ts"] for message in upto] == [first, second]


def test_metadata_is_for_who_asks(slack: Slack) -> None:
    root = slack.ask()
    metadata = {"event_type": "turn", "event_payload": {"id": "1"}}
    slack.client.chat_postMessage(channel=GENERAL, thread_ts=root, text="x", metadata=metadata)
    replies = slack.client.conversations_replies
    assert "metadata" not in replies(channel=GENERAL, ts=root)["messages"][1]
    asked = replies(channel=GENERAL, ts=root, include_all_metadata=True)["messages"][1]
    assert asked["metadata"] == metadata


def test_a_channels_history_has_no_replies_but_broadcast_ones(slack: Slack) -> None:
    root = slack.ask()
    slack.workspace.say(GENERAL, BEN, "quiet", thread_ts=root)
    loud = slack.workspace.say(GENERAL, BEN, "loud", thread_ts=root, broadcast=True)
    history = slack.client.conversations_history(channel=GENERAL)["messages"]
    assert [message["ts"] for message in history] == [loud, root]


def test_what_cannot_be_read(slack: Slack) -> None:
    replies = slack.client.conversations_replies
    outside = slack.workspace.add_channel(bot=False)
    assert refusal(lambda: replies(channel=GENERAL, ts="1.2")) == "thread_not_found"
    assert refusal(lambda: replies(channel="C0NOWHERE", ts="1.2")) == "channel_not_found"
    assert refusal(lambda: replies(channel=outside, ts="1.2")) == "not_in_channel"
    ts = slack.ask()
    assert refusal(lambda: replies(channel=GENERAL, ts=ts, cursor="x")) == "invalid_cursor"
    assert refusal(lambda: replies(channel=GENERAL, ts=ts, oldest="x")) == "invalid_ts_oldest"


def test_a_channel_as_seen_by_the_bot(slack: Slack) -> None:
    shared = slack.workspace.add_channel("shared", kind="group", ext_shared=True)
    channel = slack.client.conversations_info(channel=shared)["channel"]
    assert (channel["is_ext_shared"], channel["is_private"], channel["is_member"]) == (True, True, True)


def test_opening_direct_messages(slack: Slack) -> None:
    one = slack.client.conversations_open(users=ANNA)["channel"]["id"]
    assert one == slack.workspace.dm_channel(ANNA)
    group = slack.client.conversations_open(users=[ANNA, BEN])["channel"]["id"]
    assert slack.client.conversations_open(users=[BEN, ANNA])["channel"]["id"] == group
    assert refusal(lambda: slack.client.conversations_open(users="U0NOBODY0")) == "user_not_found"


def set_status(slack: Slack, thread: str, status: str, **more: object) -> None:
    arguments = {"channel_id": GENERAL, "thread_ts": thread, "status": status, **more}
    slack.client.api_call("assistant.threads.setStatus", json=arguments)


def test_the_status_goes_with_a_post(slack: Slack) -> None:
    root = slack.ask()
    set_status(slack, root, "is thinking", loading_messages=["one", "two"])
    assert slack.workspace.status(GENERAL, root).current == "is thinking"
    slack.client.chat_postMessage(channel=GENERAL, thread_ts=root, text="x")
    status = slack.workspace.status(GENERAL, root)
    assert status.current == ""
    assert [(change["text"], change["reason"]) for change in status.history] == [
        ("is thinking", "set"), ("", "post"),
    ]  # fmt: skip


def test_answers_have_not_ended_while_a_status_stands(slack: Slack) -> None:
    root = slack.ask()
    slack.client.chat_postMessage(channel=GENERAL, thread_ts=root, text="x")
    set_status(slack, root, "is thinking")
    assert slack.workspace.ended_answers(GENERAL, root) == []
    set_status(slack, root, "")
    assert [answer.text for answer in slack.workspace.ended_answers(GENERAL, root)] == ["x"]


def test_the_status_goes_after_two_minutes_unless_refreshed(slack: Slack) -> None:
    root = slack.ask()
    set_status(slack, root, "is thinking")
    slack.clock.advance(119)
    set_status(slack, root, "is still thinking")
    slack.clock.advance(119)
    assert slack.workspace.status(GENERAL, root).current == "is still thinking"
    slack.clock.advance(1)
    assert slack.workspace.status(GENERAL, root).current == ""
    reasons = [change["reason"] for change in slack.workspace.status(GENERAL, root).history]
    assert reasons == ["set", "set", "expired"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"thread_ts": ""}, "invalid_thread_ts"),
        ({"channel_id": "C0NOWHERE"}, "channel_not_found"),
        ({"loading_messages": ["x"] * 11}, "invalid_arguments"),
        ({"loading_messages": ["x" * 51]}, "invalid_arguments"),
    ],
)
def test_what_a_status_may_not_be(slack: Slack, arguments: dict[str, object], error: str) -> None:
    given = {"channel_id": GENERAL, "thread_ts": slack.ask(), "status": "s", **arguments}
    assert refusal(lambda: slack.client.api_call("assistant.threads.setStatus", json=given)) == error


def test_reactions(slack: Slack) -> None:
    ts = slack.ask()
    target = {"channel": GENERAL, "timestamp": ts, "name": "eyes"}
    slack.client.reactions_add(**target)
    assert slack.workspace.thread(GENERAL, ts)[0].reactions == {"eyes": [slack.workspace.bot_user]}
    assert refusal(lambda: slack.client.reactions_add(**target)) == "already_reacted"
    slack.client.reactions_remove(**target)
    assert refusal(lambda: slack.client.reactions_remove(**target)) == "no_reaction"
