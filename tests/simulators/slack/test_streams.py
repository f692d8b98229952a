from typing import Any

import pytest

from simulators.slack.workspace import ANNA, GENERAL
from tests.simulators.slack.conftest import Slack, refusal


def text(words: str) -> dict[str, str]:
    return {"type": "markdown_text", "text": words}


def test_a_stream_grows_and_ends(slack: Slack) -> None:
    root = slack.ask()
    ts = slack.stream(root, "Hel")
    slack.append(ts, "lo")
    assert [message.ts for message in slack.workspace.open_streams()] == [ts]
    slack.client.chat_stopStream(channel=GENERAL, ts=ts, chunks=[text("!")])
    assert slack.workspace.open_streams() == []
    shown = [(s.text, s.streaming, s.method) for s in slack.workspace.states(GENERAL, ts)]
    assert shown == [
        ("Hel", True, "chat.startStream"),
        ("Hello", True, "chat.appendStream"),
        ("Hello!", False, "chat.stopStream"),
    ]
    assert slack.workspace.answers(GENERAL, root)[0].thread_ts == root


def test_slack_sdks_own_helper_works(slack: Slack) -> None:
    root = slack.ask()
    stream = slack.client.chat_stream(
        channel=GENERAL, thread_ts=root, recipient_user_id=ANNA, recipient_team_id=slack.workspace.team_id
    )
    stream.append(markdown_text="word " * 60)
    stream.stop()
    assert slack.workspace.answers(GENERAL, root)[0].text == "word " * 60


def start(slack: Slack, **changes: Any) -> Any:
    arguments = {
        "channel": GENERAL,
        "thread_ts": "1700000000.000100",
        "recipient_user_id": ANNA,
        "recipient_team_id": slack.workspace.team_id,
        "chunks": [text("x")],
    } | changes
    given = {name: value for name, value in arguments.items() if value is not None}
    return slack.client.api_call("chat.startStream", json=given)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"thread_ts": None}, "invalid_thread_ts"),
        ({"thread_ts": ""}, "invalid_thread_ts"),
        ({"thread_ts": "abc"}, "invalid_thread_ts"),
        ({"recipient_user_id": None}, "missing_recipient_user_id"),
        ({"recipient_team_id": None}, "missing_recipient_team_id"),
        ({"recipient_user_id": None, "recipient_team_id": None}, "missing_recipient_user_id"),
        ({"recipient_user_id": "U0NOBODY0"}, "user_not_found"),
        ({"recipient_team_id": "T0OTHER00"}, "user_not_found"),
        ({"channel": "C0NOWHERE"}, "channel_not_found"),
        ({"markdown_text": "y"}, "invalid_arguments"),
        ({"task_display_mode": "sideways"}, "invalid_arguments"),
        ({"chunks": "{"}, "invalid_chunks"),
        ({"chunks": None, "markdown_text": "x" * 12_001}, "msg_too_long"),
        ({"chunks": [text("x" * 11_001)]}, "msg_too_long"),
    ],
)
def test_how_a_stream_does_not_start(slack: Slack, changes: dict[str, Any], error: str) -> None:
    assert refusal(lambda: start(slack, **changes)) == error
    assert slack.workspace.messages(GENERAL) == []


@pytest.mark.parametrize(
    "chunk",
    [
        "text",
        {"type": "text", "text": "x"},
        {"type": "markdown_text"},
        {"type": "markdown_text", "text": 1},
        {"type": "plan_update"},
        {"type": "task_update", "id": "1", "title": "t"},
        {"type": "task_update", "id": "1", "title": "t", "status": "done"},
        {"type": "task_update", "id": "", "title": "t", "status": "pending"},
        {"type": "task_update", "id": "1", "title": "t", "status": "pending", "sources": "s"},
    ],
)
def test_malformed_chunks(slack: Slack, chunk: Any) -> None:
    assert refusal(lambda: start(slack, chunks=[chunk])) == "invalid_chunks"


def test_file_blocks_fault_in_streams(slack: Slack) -> None:
    chunk = {"type": "blocks", "blocks": [{"type": "file", "external_id": "x", "source": "remote"}]}
    assert refusal(lambda: start(slack, chunks=[chunk])) == "internal_error"


def test_direct_messages_name_no_recipients(slack: Slack) -> None:
    channel = slack.workspace.dm_channel(ANNA)
    nobody = {"channel": channel, "recipient_user_id": None, "recipient_team_id": None}
    assert start(slack, **nobody)["ok"]
    assert refusal(lambda: start(slack, channel=channel)) == "invalid_arguments"
    slack.workspace.rules(dm_recipients="required")
    assert refusal(lambda: start(slack, **nobody)) == "missing_recipient_user_id"
    assert start(slack, channel=channel)["ok"]


def test_group_direct_messages_are_like_channels(slack: Slack) -> None:
    channel = slack.workspace.add_channel(kind="mpim")
    assert (
        refusal(lambda: start(slack, channel=channel, recipient_user_id=None)) == "missing_recipient_user_id"
    )


def test_a_foreign_members_team_is_their_own(slack: Slack) -> None:
    stranger = slack.workspace.add_user("dora", foreign=True)
    assert refusal(lambda: start(slack, recipient_user_id=stranger)) == "user_not_found"
    assert start(slack, recipient_user_id=stranger, recipient_team_id="T0ELSEWHR")["ok"]


def test_kinds_of_channels_can_refuse_streams(slack: Slack) -> None:
    slack.workspace.rules(unstreamable=["channel"])
    assert refusal(lambda: start(slack)) == "channel_type_not_supported"


def test_the_opening_call_fixes_the_mode(slack: Slack) -> None:
    chunked = start(slack)["ts"]
    marked = start(slack, chunks=None, markdown_text="x")["ts"]
    undecided = start(slack, chunks=None)["ts"]
    append = slack.client.chat_appendStream
    assert (
        refusal(lambda: append(channel=GENERAL, ts=chunked, markdown_text="y")) == "streaming_mode_mismatch"
    )
    assert (
        refusal(lambda: append(channel=GENERAL, ts=marked, chunks=[text("y")])) == "streaming_mode_mismatch"
    )
    append(channel=GENERAL, ts=undecided, markdown_text="y")
    assert refusal(lambda: append(channel=GENERAL, ts=undecided, chunks=[])) == "streaming_mode_mismatch"


def test_the_cap_is_in_bytes_and_for_ever(slack: Slack) -> None:
    ts = slack.stream(slack.ask(), "語" * 3_600)
    assert refusal(lambda: slack.append(ts, "語" * 100)) == "msg_too_long"
    assert refusal(lambda: slack.append(ts, "x")) == "msg_too_long"
    slack.client.chat_stopStream(channel=GENERAL, ts=ts)
    assert slack.workspace.states(GENERAL, ts)[-1].text == "語" * 3_600


def test_a_tasks_details_count_twice(slack: Slack) -> None:
    ts = slack.stream(slack.ask(), "x" * 9_000)
    task = {"type": "task_update", "id": "1", "title": "t", "status": "complete", "output": "y" * 1_001}
    call = slack.client.chat_appendStream
    assert refusal(lambda: call(channel=GENERAL, ts=ts, chunks=[task])) == "msg_too_long"


def test_a_stream_dies_after_five_minutes_appends_or_not(slack: Slack) -> None:
    ts = slack.stream(slack.ask(), "x")
    slack.clock.advance(299)
    slack.append(ts, "y")
    slack.clock.advance(1)
    assert refusal(lambda: slack.append(ts, "z")) == "message_not_in_streaming_state"
    stop = slack.client.chat_stopStream
    assert refusal(lambda: stop(channel=GENERAL, ts=ts)) == "message_not_in_streaming_state"
    assert [(m.broken, m.streaming) for m in slack.workspace.open_streams()] == [(True, False)]


def test_an_expired_stream_can_be_repaired_but_its_blocks_must_go(slack: Slack) -> None:
    ts = slack.stream(slack.ask(), "old")
    slack.clock.advance(300)
    slack.client.chat_update(channel=GENERAL, ts=ts, text="new")
    assert slack.workspace.states(GENERAL, ts)[-1].seen == "old"
    slack.client.chat_update(channel=GENERAL, ts=ts, text="new", blocks=[])
    assert slack.workspace.states(GENERAL, ts)[-1].seen == "new"
    assert slack.workspace.open_streams() == []


def test_an_open_stream_refuses_updates(slack: Slack) -> None:
    ts = slack.stream(slack.ask(), "x")
    update = slack.client.chat_update
    assert refusal(lambda: update(channel=GENERAL, ts=ts, text="y")) == "streaming_state_conflict"
    slack.client.chat_stopStream(channel=GENERAL, ts=ts)
    assert update(channel=GENERAL, ts=ts, markdown_text="y")["text"] == "y"


def test_a_member_stops_it(slack: Slack) -> None:
    ts = slack.stream(slack.ask(), "x")
    slack.workspace.stop_stream(GENERAL, ts)
    assert refusal(lambda: slack.append(ts, "y")) == "stopped_by_user"
    assert refusal(lambda: slack.client.chat_stopStream(channel=GENERAL, ts=ts)) == "stopped_by_user"
    assert slack.workspace.open_streams() == []


def test_what_cannot_be_appended_to(slack: Slack) -> None:
    theirs = slack.ask()
    posted = slack.client.chat_postMessage(channel=GENERAL, text="x")["ts"]
    assert refusal(lambda: slack.append(theirs, "y")) == "message_not_owned_by_app"
    assert refusal(lambda: slack.append(posted, "y")) == "message_not_in_streaming_state"
    assert refusal(lambda: slack.append("1.2", "y")) == "message_not_found"
    nothing = slack.client.api_call
    ts = slack.stream(theirs)
    arguments = {"channel": GENERAL, "ts": ts}
    assert refusal(lambda: nothing("chat.appendStream", json=arguments)) == "invalid_arguments"


def test_tasks_plans_and_blocks_keep_their_order(slack: Slack) -> None:
    ts = slack.stream(slack.ask())
    task = {"type": "task_update", "id": "1", "title": "Search", "status": "in_progress"}
    divider = {"type": "blocks", "blocks": [{"type": "divider"}]}
    for chunks in ([{"type": "plan_update", "title": "Plan"}, task], [text("Hi")], [divider], [text("Ho")]):
        slack.client.chat_appendStream(channel=GENERAL, ts=ts, chunks=chunks)
    slack.client.chat_appendStream(channel=GENERAL, ts=ts, chunks=[task | {"status": "complete"}])
    slack.client.chat_stopStream(channel=GENERAL, ts=ts)
    message = slack.workspace.thread(GENERAL, ts)[0]
    assert [part["kind"] for part in message.parts] == ["plan", "task", "markdown", "blocks", "markdown"]
    assert (message.plan, message.tasks[0]["status"]) == ("Plan", "complete")


def test_blocks_beyond_fifty_are_dropped_and_the_stop_has_fifty_more(slack: Slack) -> None:
    ts = slack.stream(slack.ask())
    chunk = {"type": "blocks", "blocks": [{"type": "divider"}] * 40}
    slack.client.chat_appendStream(channel=GENERAL, ts=ts, chunks=[chunk])
    assert (
        slack.client.chat_appendStream(channel=GENERAL, ts=ts, chunks=[chunk])["warning"] == "blocks_dropped"
    )
    slack.client.chat_stopStream(channel=GENERAL, ts=ts, blocks=[{"type": "divider"}] * 50)
    assert len(slack.workspace.thread(GENERAL, ts)[0].blocks) == 100


def test_the_stop_may_carry_metadata(slack: Slack) -> None:
    ts = slack.stream(slack.ask(), "x")
    metadata = {"event_type": "turn", "event_payload": {"id": "1"}}
    slack.client.chat_stopStream(channel=GENERAL, ts=ts, metadata=metadata)
    assert slack.workspace.thread(GENERAL, ts)[0].metadata == metadata


def test_where_the_methods_do_not_exist(slack: Slack) -> None:
    slack.workspace.rules(absent_methods=["chat.startStream"])
    assert refusal(lambda: start(slack)) == "unknown_method"


@pytest.mark.parametrize("error", ["message_not_in_streaming_state", "stopped_by_user", "msg_too_long"])
def test_a_fault_about_a_streams_state_makes_it_so(slack: Slack, error: str) -> None:
    ts = slack.stream(slack.ask(), "x")
    slack.workspace.fault("chat.appendStream", "error", error=error)
    assert [refusal(lambda: slack.append(ts, "y")) for _ in range(2)] == [error] * 2


def test_time_can_be_up_at_once(slack: Slack) -> None:
    ts = slack.stream(slack.ask(), "x")
    slack.workspace.expire_stream(GENERAL, ts)
    assert refusal(lambda: slack.append(ts, "y")) == "message_not_in_streaming_state"
    assert slack.client.chat_update(channel=GENERAL, ts=ts, text="y", blocks=[])["ok"]


def test_stream_needs_the_bot_in_the_channel(slack: Slack) -> None:
    channel = slack.workspace.add_channel("elsewhere", bot=False)
    assert refusal(lambda: start(slack, channel=channel)) == "channel_type_not_supported"


def test_card_that_is_open_at_the_stop_has_failed(slack: Slack) -> None:
    card = {"type": "task_update", "id": "1", "title": "Search", "status": "in_progress"}
    ts = str(start(slack, thread_ts=slack.ask(), chunks=[card])["ts"])
    slack.client.chat_stopStream(channel=GENERAL, ts=ts, chunks=[card | {"status": "complete"}])
    [_, *states] = slack.workspace.states(GENERAL, ts)
    assert [task["status"] for task in states[-1].tasks] == ["error"]


def test_card_that_was_settled_before_the_stop_stays_complete(slack: Slack) -> None:
    card = {"type": "task_update", "id": "1", "title": "Search", "status": "in_progress"}
    ts = str(start(slack, thread_ts=slack.ask(), chunks=[card])["ts"])
    slack.client.chat_appendStream(channel=GENERAL, ts=ts, chunks=[card | {"status": "complete"}])
    slack.client.chat_stopStream(channel=GENERAL, ts=ts)
    assert [task["status"] for task in slack.workspace.states(GENERAL, ts)[-1].tasks] == ["complete"]


def test_stop_for_another_organisations_member_is_refused_and_the_text_stands(slack: Slack) -> None:
    guest = slack.workspace.add_user("guest", foreign=True)
    channel = slack.workspace.add_channel("shared", ext_shared=True)
    root = slack.ask(channel=channel)
    more = {"recipient_user_id": guest, "recipient_team_id": "T0ELSEWHR"}
    ts = str(start(slack, channel=channel, thread_ts=root, **more)["ts"])
    slack.append(ts, "y", channel)
    assert (
        refusal(lambda: slack.client.chat_stopStream(channel=channel, ts=ts, chunks=[text("z")]))
        == "user_not_found"
    )
    [answer] = slack.workspace.answers(channel, root)
    assert (answer.text, answer.streaming) == ("xy", False)


@pytest.mark.parametrize("call", ["append", "stop"])
def test_each_call_of_a_stream_clears_the_status_line(slack: Slack, call: str) -> None:
    root = slack.ask()
    ts = slack.stream(root, "a")
    slack.client.assistant_threads_setStatus(channel_id=GENERAL, thread_ts=root, status="is working…")
    if call == "append":
        slack.append(ts, "b")
    else:
        slack.client.chat_stopStream(channel=GENERAL, ts=ts)
    assert slack.workspace.status(GENERAL, root).current == ""
