from dataclasses import replace
from typing import Any

import pytest

from errors import SlackError, SlackFateUnknown, SlackUnreachable
from slack_api.connection import NeverSent
from slack_api.pool import HttpResponse, Unanswered
from slack_reply.interrupted import Interrupted, Remains
from tests.slack_api.scripted_pool import OK, ScriptedPool, api_over, refuses, says

NOTE = "I was interrupted."
REPLIES, APPEND, STOP, UPDATE, POST = (
    "conversations.replies",
    "chat.appendStream",
    "chat.stopStream",
    "chat.update",
    "chat.postMessage",
)
STREAM = Remains("C1", "1.000001", "1.000001", "2.000002", after="1.000001", streamed=True)
EDIT = replace(STREAM, streamed=False)
INVISIBLE = replace(STREAM, message_ts="")
OVER = refuses("message_not_in_streaming_state")


def ours(ts: str, text: str = "So far", **more: Any) -> dict[str, Any]:
    return {"ts": ts, "text": text, "bot_id": "B1"} | more


def thread(*messages: dict[str, Any]) -> HttpResponse:
    return says({"ok": True, "messages": [{"ts": "1.000001", "text": "Why?", "user": "U1"}, *messages]})


def end(remains: Remains, *answers: HttpResponse | Exception, bot_id: str = "B1") -> tuple[str, ScriptedPool]:
    api, pool = api_over(*answers)
    return Interrupted(api, bot_id, NOTE).end(remains), pool


def test_open_stream_is_stopped_with_the_note() -> None:
    ts, pool = end(STREAM, thread(ours("2.000002")), OK)
    assert (ts, pool.methods) == ("2.000002", [REPLIES, STOP])
    assert pool.arguments()["chunks"] == [{"type": "markdown_text", "text": f"\n\n> {NOTE}"}]


def test_open_code_is_closed_before_the_note() -> None:
    _, pool = end(STREAM, thread(ours("2.000002", "```python\nprint(1)")), OK)
    assert pool.arguments()["chunks"][0]["text"] == f"\n```\n\n> {NOTE}"


def test_newest_message_of_the_answer_is_the_open_one() -> None:
    messages = (ours("2.000002"), ours("3.000003"), ours("4.000004", bot_id="B2"), {"ts": "5.000005"})
    ts, _ = end(STREAM, thread(*messages), OK)
    assert ts == "3.000003"


def test_earlier_open_messages_are_stopped_too() -> None:
    messages = (ours("2.000002"), ours("3.000003"), ours("4.000004"))
    ts, pool = end(STREAM, thread(*messages), OK, OVER, OK)
    assert (ts, pool.methods) == ("4.000004", [REPLIES, STOP, STOP, STOP])
    assert [(pool.arguments(n)["ts"], NOTE in str(pool.arguments(n))) for n in (1, 2, 3)] == [
        ("2.000002", False),
        ("3.000003", False),
        ("4.000004", True),
    ]
    _, pool = end(EDIT, thread(*messages), OK)
    assert pool.methods == [REPLIES, UPDATE]


def test_complete_answer_is_only_closed() -> None:
    api, pool = api_over(OVER, refuses("channel_not_found"), OK)
    Interrupted(api, "B1", NOTE).close(STREAM, ("2.000002", "3.000003", "4.000004"), old=False)
    assert pool.methods == [STOP] * 3
    assert NOTE not in str([pool.arguments(n) for n in range(3)])


@pytest.mark.parametrize("trouble", [NeverSent("no"), refuses("internal_error"), says(b"", 503)])
def test_close_raises_when_slack_is_in_trouble(trouble: HttpResponse | Exception) -> None:
    api, _ = api_over(*[trouble] * 9)
    with pytest.raises(SlackError):
        Interrupted(api, "B1", NOTE).close(STREAM, ("2.000002",), old=True)


def test_complete_answer_is_repaired_when_its_stream_expired() -> None:
    messages = (ours("2.000002", "The first"), ours("3.000003", "The second"))
    api, pool = api_over(OK, OVER, thread(*messages), OK)
    Interrupted(api, "B1", NOTE).close(STREAM, ("2.000002", "3.000003"), old=True)
    assert pool.methods == [STOP, STOP, REPLIES, UPDATE]
    shown = pool.arguments()
    assert (shown["ts"], shown["text"], shown["blocks"]) == ("3.000003", "The second", [])


def test_expired_stream_is_not_repaired_without_history() -> None:
    api, pool = api_over(OVER, refuses("missing_scope"))
    Interrupted(api, "B1", NOTE).close(STREAM, ("2.000002",), old=True)
    assert pool.methods == [STOP, REPLIES]


def test_earlier_answers_are_left_alone() -> None:
    remains = replace(INVISIBLE, after="3.000003")
    ts, pool = end(remains, thread(ours("2.000002"), ours("3.000003")), OK)
    assert (ts, pool.methods) == ("1.5", [REPLIES, POST])


def test_answer_of_another_turn_is_left_alone() -> None:
    remains = replace(STREAM, before="4.000004")
    ts, _ = end(remains, thread(ours("2.000002"), ours("3.000003"), ours("4.000004"), ours("5.000005")), OK)
    assert ts == "3.000003"


def test_note_is_posted_when_nothing_is_visible() -> None:
    ts, pool = end(INVISIBLE, thread(), OK)
    assert (ts, pool.methods) == ("1.5", [REPLIES, POST])
    assert pool.arguments()["markdown_text"] == NOTE
    assert pool.arguments()["thread_ts"] == "1.000001"


def test_stream_without_a_record_is_found() -> None:
    ts, pool = end(INVISIBLE, thread(ours("2.000002")), OK)
    assert (ts, pool.methods) == ("2.000002", [REPLIES, STOP])


def test_message_with_the_note_is_left_unchanged() -> None:
    ts, pool = end(STREAM, thread(ours("2.000002", f"So far\n\n> {NOTE}")), OK)
    assert (ts, pool.methods) == ("2.000002", [REPLIES])


def test_expired_stream_is_shown_again_with_the_note() -> None:
    blocks = [{"type": "rich_text", "elements": []}]
    ts, pool = end(STREAM, thread(ours("2.000002", blocks=blocks)), OVER, OVER, OK)
    assert (ts, pool.methods) == ("2.000002", [REPLIES, STOP, STOP, UPDATE])
    assert pool.arguments()["blocks"][:-1] == blocks
    assert NOTE in str(pool.arguments()["blocks"][-1])


def test_expired_stream_without_text_is_repaired() -> None:
    ts, pool = end(STREAM, thread(ours("2.000002", "")), OVER, OVER, OK)
    assert (ts, pool.methods) == ("2.000002", [REPLIES, STOP, STOP, UPDATE])
    assert (pool.arguments()["text"], pool.arguments()["blocks"]) == (f"_{NOTE}_", [])


def test_edited_message_is_not_stopped() -> None:
    ts, pool = end(EDIT, thread(ours("2.000002")), OK)
    assert (ts, pool.methods) == ("2.000002", [REPLIES, UPDATE])
    assert pool.arguments()["blocks"] == []
    assert pool.arguments()["text"] == f"So far\n\n_{NOTE}_"


def test_blocks_become_text_when_slack_refuses_them() -> None:
    blocks = [{"type": "odd"}]
    answers = (thread(ours("2.000002", blocks=blocks)), refuses("invalid_blocks"), OK)
    ts, pool = end(EDIT, *answers)
    assert (ts, pool.methods) == ("2.000002", [REPLIES, UPDATE, UPDATE])
    assert pool.arguments()["blocks"] == []


def test_note_is_posted_when_the_message_cannot_be_edited() -> None:
    ts, pool = end(EDIT, thread(ours("2.000002")), refuses("edit_window_closed"), OK)
    assert (ts, pool.methods) == ("1.5", [REPLIES, UPDATE, POST])


@pytest.mark.parametrize(("remains", "methods"), [(STREAM, [REPLIES, STOP]), (EDIT, [REPLIES, POST])])
def test_note_is_written_without_history(remains: Remains, methods: list[str]) -> None:
    _, pool = end(remains, refuses("missing_scope"), OK)
    assert pool.methods == methods


def test_only_the_recorded_message_counts_without_a_bot_id() -> None:
    ts, pool = end(STREAM, thread(ours("2.000002"), ours("3.000003")), OK, bot_id="")
    assert (ts, pool.methods) == ("2.000002", [REPLIES, STOP])


def test_full_stream_is_closed_and_followed_by_the_note() -> None:
    ts, pool = end(STREAM, refuses("missing_scope"), refuses("msg_too_long"), OK)
    assert (ts, pool.methods) == ("1.5", [REPLIES, STOP, STOP, POST])


def test_stream_stopped_by_a_member_is_left_unchanged() -> None:
    ts, pool = end(STREAM, thread(ours("2.000002")), refuses("stopped_by_user"))
    assert (ts, pool.methods) == ("2.000002", [REPLIES, STOP])


@pytest.mark.parametrize("error", ["channel_not_found", "token_revoked", "is_archived"])
def test_nothing_is_written_when_slack_forbids_it(error: str) -> None:
    assert end(STREAM, thread(ours("2.000002")), refuses(error))[0] == ""
    assert end(EDIT, thread(ours("2.000002")), refuses(error))[0] == ""
    assert end(INVISIBLE, thread(), refuses(error))[0] == ""


def test_end_raises_when_slack_is_out_of_reach() -> None:
    with pytest.raises(SlackUnreachable):
        end(STREAM, thread(ours("2.000002")), NeverSent("no"))
    with pytest.raises(SlackFateUnknown):
        end(INVISIBLE, thread(), Unanswered("cut"))


CARDS = [
    {"type": "task_card", "task_id": "a", "title": "Search", "status": "complete"},
    {"type": "rich_text", "elements": []},
    {"type": "task_card", "task_id": "b", "title": "Read", "status": "in_progress"},
    "no block",
]


def test_running_cards_are_ended_before_the_stream() -> None:
    """Source: docs/platform/slack.md#stream-end."""
    _, pool = end(STREAM, thread(ours("2.000002", blocks=CARDS)), OK)
    assert pool.methods == [REPLIES, APPEND, STOP]
    assert pool.arguments(1)["chunks"] == [
        {"type": "task_update", "id": "b", "title": "Read", "status": "error"}
    ]
    assert pool.arguments()["chunks"] == [{"type": "markdown_text", "text": f"\n\n> {NOTE}"}]


def test_note_is_posted_where_the_stop_for_another_organisation_is_refused() -> None:
    """The text stands, and only the note was not taken (docs/platform/slack.md#stream-end)."""
    ts, pool = end(STREAM, thread(ours("2.000002")), refuses("user_not_found"), OK)
    assert (ts, pool.methods) == ("1.5", [REPLIES, STOP, POST])


def test_running_tasks_of_a_plan_are_ended_by_the_edit() -> None:
    task = {"task_id": "a", "title": "Read", "status": "in_progress"}
    plan = {"type": "plan", "title": "Steps", "tasks": [task, task | {"task_id": "b", "status": "complete"}]}
    _, pool = end(EDIT, thread(ours("2.000002", blocks=[plan])), OK)
    assert [one["status"] for one in pool.arguments()["blocks"][0]["tasks"]] == ["error", "complete"]


def test_running_cards_are_ended_by_an_edit_when_the_stream_is_over() -> None:
    _, pool = end(STREAM, thread(ours("2.000002", blocks=CARDS[:3])), OVER, OVER, OK)
    blocks = pool.arguments()["blocks"]
    assert [block.get("status") for block in blocks] == ["complete", None, "error", None]
