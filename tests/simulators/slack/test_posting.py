import json
from typing import Any

import pytest

from simulators.slack.workspace import ANNA, BEN, GENERAL
from tests.simulators.slack.conftest import Slack, refusal


def test_a_post_stands_in_its_thread(slack: Slack) -> None:
    root = slack.ask()
    answer = slack.client.chat_postMessage(channel=GENERAL, thread_ts=root, text="a &lt;b&gt;")
    _, posted = slack.workspace.thread(GENERAL, root)
    assert posted.ts == answer["ts"]
    assert (posted.text, posted.seen, posted.ours, posted.method) == (
        "a &lt;b&gt;", "a <b>", True, "chat.postMessage",
    )  # fmt: skip
    assert answer["message"]["bot_id"] == slack.workspace.bot_id


def test_arguments_may_be_a_form_with_json_inside(slack: Slack) -> None:
    blocks = json.dumps([{"type": "section", "text": {"type": "mrkdwn", "text": "hi"}}])
    answer = slack.client.api_call(
        "chat.postMessage", params={"channel": GENERAL, "text": "f", "blocks": blocks}
    )
    assert slack.workspace.thread(GENERAL, answer["ts"])[0].seen == "hi"


def test_markdown_is_a_part_of_its_own_kind(slack: Slack) -> None:
    ts = slack.client.chat_postMessage(channel=GENERAL, markdown_text="**b**")["ts"]
    assert slack.workspace.thread(GENERAL, ts)[0].parts == [{"kind": "markdown", "text": "**b**"}]


def test_a_user_id_means_the_direct_message(slack: Slack) -> None:
    answer = slack.client.chat_postMessage(channel=ANNA, text="hi")
    assert answer["channel"] == slack.workspace.dm_channel(ANNA)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"text": ""}, "no_text"),
        ({"text": "  "}, "no_text"),
        ({"text": "a", "markdown_text": "b"}, "markdown_text_conflict"),
        ({"markdown_text": "b", "blocks": [{"type": "divider"}]}, "markdown_text_conflict"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"text": "a", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
        ({"text": "a", "blocks": "no json"}, "invalid_blocks"),
        ({"text": "a", "thread_ts": "yesterday"}, "invalid_thread_ts"),
        ({"text": "a", "metadata": {"event_type": "t"}}, "invalid_metadata_format"),
        (
            {"text": "a", "metadata": {"event_type": "t", "event_payload": {"x": "y" * 16_000}}},
            "metadata_too_large",
        ),
    ],
)
def test_what_a_post_may_not_be(slack: Slack, arguments: dict[str, object], error: str) -> None:
    assert (
        refusal(lambda: slack.client.api_call("chat.postMessage", json={"channel": GENERAL, **arguments}))
        == error
    )
    assert slack.workspace.messages(GENERAL) == []


def test_a_very_long_post_is_cut_with_a_warning(slack: Slack) -> None:
    answer = slack.client.chat_postMessage(channel=GENERAL, text="x" * 40_001)
    assert answer["warning"] == "message_truncated"
    assert len(slack.workspace.thread(GENERAL, answer["ts"])[0].text) == 40_000


def test_where_a_post_may_not_go(slack: Slack) -> None:
    def post(channel: str) -> str:
        return refusal(lambda: slack.client.chat_postMessage(channel=channel, text="x"))

    assert post("C0NOWHERE") == "channel_not_found"
    assert post(slack.workspace.add_channel(bot=False)) == "not_in_channel"
    assert post(slack.workspace.add_channel(kind="group", bot=False)) == "channel_not_found"
    assert post(slack.workspace.add_channel(archived=True)) == "is_archived"


def test_one_scope_lets_it_post_to_every_public_channel(slack: Slack) -> None:
    slack.workspace.configure(manifest="oauth_config: {scopes: {bot: [chat:write, chat:write.public]}}")
    outside = slack.workspace.add_channel(bot=False)
    assert slack.client.chat_postMessage(channel=outside, text="x")["ok"]


def test_an_update_replaces_and_is_remembered(slack: Slack) -> None:
    ts = slack.client.chat_postMessage(channel=GENERAL, text="one")["ts"]
    slack.client.chat_update(channel=GENERAL, ts=ts, text="two")
    assert [state.text for state in slack.workspace.states(GENERAL, ts)] == ["one", "two"]
    assert slack.workspace.thread(GENERAL, ts)[0].edited


def test_an_update_of_the_text_alone_leaves_the_blocks(slack: Slack) -> None:
    section = {"type": "section", "text": {"type": "mrkdwn", "text": "shown"}}
    ts = slack.client.chat_postMessage(channel=GENERAL, text="one", blocks=[section])["ts"]
    slack.client.chat_update(channel=GENERAL, ts=ts, text="two")
    assert slack.workspace.thread(GENERAL, ts)[0].seen == "shown"
    slack.client.chat_update(channel=GENERAL, ts=ts, text="two", blocks=[])
    assert slack.workspace.thread(GENERAL, ts)[0].seen == "two"


def test_an_update_keeps_the_metadata_it_does_not_name(slack: Slack) -> None:
    metadata = {"event_type": "turn", "event_payload": {"id": "1"}}
    ts = slack.client.chat_postMessage(channel=GENERAL, text="one", metadata=metadata)["ts"]
    slack.client.chat_update(channel=GENERAL, ts=ts, text="two")
    assert slack.workspace.thread(GENERAL, ts)[0].metadata == metadata


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"text": "x" * 4_001}, "msg_too_long"),
        ({"markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"text": "a", "markdown_text": "b"}, "markdown_text_conflict"),
        ({"text": ""}, "no_text"),
    ],
)
def test_what_an_update_may_not_be(slack: Slack, arguments: dict[str, object], error: str) -> None:
    ts = slack.client.chat_postMessage(channel=GENERAL, text="one")["ts"]
    update = {"channel": GENERAL, "ts": ts, **arguments}
    assert refusal(lambda: slack.client.api_call("chat.update", json=update)) == error
    assert slack.workspace.thread(GENERAL, ts)[0].text == "one"


def test_only_our_own_messages_can_be_changed(slack: Slack) -> None:
    ts = slack.ask()
    client = slack.client
    assert refusal(lambda: client.chat_update(channel=GENERAL, ts=ts, text="x")) == "cant_update_message"
    assert refusal(lambda: client.chat_delete(channel=GENERAL, ts=ts)) == "cant_delete_message"
    assert refusal(lambda: client.chat_update(channel=GENERAL, ts="1.2", text="x")) == "message_not_found"


def test_a_deleted_message_is_gone(slack: Slack) -> None:
    ts = slack.client.chat_postMessage(channel=GENERAL, text="one")["ts"]
    slack.client.chat_delete(channel=GENERAL, ts=ts)
    assert slack.workspace.thread(GENERAL, ts) == []
    assert [message.ts for message in slack.workspace.messages(GENERAL, deleted=True)] == [ts]


def test_an_ephemeral_message_is_for_one_member(slack: Slack) -> None:
    channel = slack.workspace.add_channel(members=[ANNA])
    slack.client.chat_postEphemeral(channel=channel, user=ANNA, text="psst")
    assert slack.workspace.messages(channel) == []
    assert [(m.text, m.ephemeral_for) for m in slack.workspace.ephemeral()] == [("psst", ANNA)]
    error = refusal(lambda: slack.client.chat_postEphemeral(channel=channel, user=BEN, text="psst"))
    assert error == "user_not_in_channel"


@pytest.mark.parametrize("replied", [True, False])
def test_a_post_into_a_deleted_thread_stands_in_the_channel(slack: Slack, replied: bool) -> None:
    root, client = slack.ask(), slack.client
    if replied:
        slack.workspace.say(GENERAL, ANNA, "a reply", thread_ts=root)
    stream = slack.stream(root)
    reply = client.chat_postMessage(channel=GENERAL, thread_ts=root, text="in time")
    assert reply["message"]["thread_ts"] == root
    slack.workspace.delete(GENERAL, root)
    late = client.chat_postMessage(channel=GENERAL, thread_ts=root, text="late")
    assert "thread_ts" not in late["message"]
    assert refusal(lambda: slack.stream(root)) == "invalid_thread_ts"
    status: dict[str, Any] = {"channel_id": GENERAL, "thread_ts": root, "status": "thinks"}
    assert refusal(lambda: client.assistant_threads_setStatus(**status)) == "invalid_thread_ts"
    slack.append(stream, "goes on")
    client.chat_stopStream(channel=GENERAL, ts=stream)
    client.chat_update(channel=GENERAL, ts=reply["ts"], text="edited")


def test_an_archived_channel_takes_nothing_more(slack: Slack) -> None:
    root, client = slack.ask(), slack.client
    stream = slack.stream(root)
    ts = client.chat_postMessage(channel=GENERAL, text="one")["ts"]
    slack.workspace.archive(GENERAL)
    assert refusal(lambda: slack.append(stream, "x")) == "is_archived"
    assert refusal(lambda: client.chat_stopStream(channel=GENERAL, ts=stream)) == "is_archived"
    assert refusal(lambda: client.chat_postMessage(channel=GENERAL, text="x")) == "is_archived"
    assert refusal(lambda: client.chat_postEphemeral(channel=GENERAL, user=ANNA, text="x")) == "is_archived"
    assert refusal(lambda: client.chat_update(channel=GENERAL, ts=ts, text="x")) == "is_inactive"
    assert refusal(lambda: client.chat_delete(channel=GENERAL, ts=ts)) == "is_inactive"


def test_ephemeral_text_has_four_thousand_bytes(slack: Slack) -> None:
    def tell(text: str) -> object:
        return slack.client.chat_postEphemeral(channel=GENERAL, user=ANNA, text=text)

    tell("é" * 2_000)
    assert refusal(lambda: tell("é" * 2_000 + "x")) == "msg_too_long"


def test_ephemeral_message_names_its_thread_by_the_root(slack: Slack) -> None:
    root = slack.ask()
    reply = slack.workspace.say(GENERAL, ANNA, "and", thread_ts=root)

    def tell(thread: str) -> object:
        return slack.client.chat_postEphemeral(channel=GENERAL, user=ANNA, text="x", thread_ts=thread)

    tell(root)
    assert refusal(lambda: tell(reply)) == "cannot_reply_to_message"
