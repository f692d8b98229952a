from dataclasses import replace
from typing import Any

import pytest

from errors import SlackError, SlackFateUnknown, SlackUnreachable
from slack_api.connection import NeverSent
from slack_api.pool import HttpResponse, Unanswered
from slack_reply.interrupted import Interrupted, Remains
from tests.slack_api.scripted_pool import OK, ScriptedPool, api_over, refuses, says

NOTE = "I was interrupted."
REPLIES, STOP, UPDATE, POST = (
    "conversations.replies",
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


def test_an_open_stream_is_stopped_with_the_note() -> None:
    ts, pool = end(STREAM, thread(ours("2.000002")), OK)
    assert (ts, pool.methods) == ("2.000002", [REPLIES, STOP])
    assert pool.arguments()["chunks"] == [{"type": "markdown_text", "text": f"\n\n> {NOTE}"}]


def test_open_code_is_closed_before_the_note() -> None:
    _, pool = end(STREAM, thread(ours("2.000002", "```python\nprint(1)")), OK)
    assert pool.arguments()["chunks"][0]["text"] == f"\n```\n\n> {NOTE}"


def test_the_newest_message_of_the_answer_is_the_open_one() -> None:
    messages = (ours("2.000002"), ours("3.000003"), ours("4.000004", bot_id="B2"), {"ts": "5.000005"})
    ts, _ = end(STREAM, thread(*messages), OK)
    assert ts == "3.000003"


def test_earlier_messages_that_were_never_stopped_are_stopped_too() -> None:
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


def test_a_whole_answer_is_only_closed() -> None:
    api, pool = api_over(OVER, refuses("channel_not_found"), OK)
    Interrupted(api, "B1", NOTE).close(STREAM, ("2.000002", "3.000003", "4.000004"), old=False)
    assert pool.methods == [STOP] * 3
    assert NOTE not in str([pool.arguments(n) for n in range(3)])


@pytest.mark.parametrize("trouble", [NeverSent("no"), refuses("internal_error"), says(b"", 503)])
def test_what_could_not_be_closed_is_for_the_next_look(trouble: HttpResponse | Exception) -> None:
    api, _ = api_over(*[trouble] * 9)
    with pytest.raises(SlackError):
        Interrupted(api, "B1", NOTE).close(STREAM, ("2.000002",), old=True)


def test_a_whole_answer_that_died_is_shown_again_as_it_is() -> None:
    messages = (ours("2.000002", "The first"), ours("3.000003", "The second"))
    api, pool = api_over(OK, OVER, thread(*messages), OK)
    Interrupted(api, "B1", NOTE).close(STREAM, ("2.000002", "3.000003"), old=True)
    assert pool.methods == [STOP, STOP, REPLIES, UPDATE]
    shown = pool.arguments()
    assert (shown["ts"], shown["text"], shown["blocks"]) == ("3.000003", "The second", [])


def test_without_history_nobody_knows_what_it_said() -> None:
    api, pool = api_over(OVER, refuses("missing_scope"))
    Interrupted(api, "B1", NOTE).close(STREAM, ("2.000002",), old=True)
    assert pool.methods == [STOP, REPLIES]


def test_answers_that_were_there_before_are_left_alone() -> None:
    remains = replace(INVISIBLE, after="3.000003")
    ts, pool = end(remains, thread(ours("2.000002"), ours("3.000003")), OK)
    assert (ts, pool.methods) == ("1.5", [REPLIES, POST])


def test_an_answer_that_another_turn_writes_is_not_its_own() -> None:
    remains = replace(STREAM, before="4.000004")
    ts, _ = end(remains, thread(ours("2.000002"), ours("3.000003"), ours("4.000004"), ours("5.000005")), OK)
    assert ts == "3.000003"


def test_where_nothing_is_visible_the_note_is_posted() -> None:
    ts, pool = end(INVISIBLE, thread(), OK)
    assert (ts, pool.methods) == ("1.5", [REPLIES, POST])
    assert pool.arguments()["markdown_text"] == NOTE
    assert pool.arguments()["thread_ts"] == "1.000001"


def test_a_stream_nobody_noted_is_found() -> None:
    ts, pool = end(INVISIBLE, thread(ours("2.000002")), OK)
    assert (ts, pool.methods) == ("2.000002", [REPLIES, STOP])


def test_what_bears_the_note_already_is_left_as_it_is() -> None:
    ts, pool = end(STREAM, thread(ours("2.000002", f"So far\n\n> {NOTE}")), OK)
    assert (ts, pool.methods) == ("2.000002", [REPLIES])


def test_an_expired_stream_is_shown_again_with_the_note() -> None:
    blocks = [{"type": "rich_text", "elements": []}]
    ts, pool = end(STREAM, thread(ours("2.000002", blocks=blocks)), OVER, OVER, OK)
    assert (ts, pool.methods) == ("2.000002", [REPLIES, STOP, STOP, UPDATE])
    assert pool.arguments()["blocks"][:-1] == blocks
    assert NOTE in str(pool.arguments()["blocks"][-1])


def test_an_expired_stream_without_words_is_not_left_broken() -> None:
    ts, pool = end(STREAM, thread(ours("2.000002", "")), OVER, OVER, OK)
    assert (ts, pool.methods) == ("2.000002", [REPLIES, STOP, STOP, UPDATE])
    assert (pool.arguments()["text"], pool.arguments()["blocks"]) == (f"_{NOTE}_", [])


def test_an_edited_message_is_not_stopped() -> None:
    ts, pool = end(EDIT, thread(ours("2.000002")), OK)
    assert (ts, pool.methods) == ("2.000002", [REPLIES, UPDATE])
    assert pool.arguments()["blocks"] == []
    assert pool.arguments()["text"] == f"So far\n\n_{NOTE}_"


def test_blocks_that_slack_does_not_take_back_become_text() -> None:
    blocks = [{"type": "odd"}]
    answers = (thread(ours("2.000002", blocks=blocks)), refuses("invalid_blocks"), OK)
    ts, pool = end(EDIT, *answers)
    assert (ts, pool.methods) == ("2.000002", [REPLIES, UPDATE, UPDATE])
    assert pool.arguments()["blocks"] == []


def test_a_message_that_cannot_be_edited_is_followed_by_the_note() -> None:
    ts, pool = end(EDIT, thread(ours("2.000002")), refuses("edit_window_closed"), OK)
    assert (ts, pool.methods) == ("1.5", [REPLIES, UPDATE, POST])


@pytest.mark.parametrize(("remains", "methods"), [(STREAM, [REPLIES, STOP]), (EDIT, [REPLIES, POST])])
def test_without_history(remains: Remains, methods: list[str]) -> None:
    _, pool = end(remains, refuses("missing_scope"), OK)
    assert pool.methods == methods


def test_without_knowing_ourselves_only_what_was_noted_counts() -> None:
    ts, pool = end(STREAM, thread(ours("2.000002"), ours("3.000003")), OK, bot_id="")
    assert (ts, pool.methods) == ("2.000002", [REPLIES, STOP])


def test_a_full_stream_is_closed_and_followed_by_the_note() -> None:
    ts, pool = end(STREAM, refuses("missing_scope"), refuses("msg_too_long"), OK)
    assert (ts, pool.methods) == ("1.5", [REPLIES, STOP, STOP, POST])


def test_one_that_somebody_stopped_is_left_as_it_is() -> None:
    ts, pool = end(STREAM, thread(ours("2.000002")), refuses("stopped_by_user"))
    assert (ts, pool.methods) == ("2.000002", [REPLIES, STOP])


@pytest.mark.parametrize("error", ["channel_not_found", "token_revoked", "is_archived"])
def test_where_nothing_can_be_written_it_is_given_up(error: str) -> None:
    assert end(STREAM, thread(ours("2.000002")), refuses(error))[0] == ""
    assert end(EDIT, thread(ours("2.000002")), refuses(error))[0] == ""
    assert end(INVISIBLE, thread(), refuses(error))[0] == ""


def test_slack_out_of_reach_is_for_later() -> None:
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


def test_work_that_seems_to_go_on_is_ended_with_the_stream() -> None:
    _, pool = end(STREAM, thread(ours("2.000002", blocks=CARDS)), OK)
    assert pool.arguments()["chunks"] == [
        {"type": "task_update", "id": "b", "title": "Read", "status": "error"},
        {"type": "markdown_text", "text": f"\n\n> {NOTE}"},
    ]


def test_work_in_a_stream_that_is_over_is_ended_by_an_edit() -> None:
    _, pool = end(STREAM, thread(ours("2.000002", blocks=CARDS[:3])), OVER, OVER, OK)
    blocks = pool.arguments()["blocks"]
    assert [block.get("status") for block in blocks] == ["complete", None, "error", None]
