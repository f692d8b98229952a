"""Posts at the end, page by page."""

import json

import pytest

from slack_api.pool import HttpResponse, Unanswered
from slack_reply.markdown.pages.pages import pages_after
from slack_reply.shared import RateShare
from slack_reply.snapshot import Snapshot
from slack_reply.writer import CannotReply, ReplyTarget, SlackAway
from slack_reply.writers.single_post import LIMITS, Posting, SinglePost
from tests.conversations.answers import long_text
from tests.slack_api.scripted_pool import ACCOUNT, OK, ScriptedPool, api_over, refuses, says
from tests.slack_reply.workspace import slack_over
from tests.support.shown import shown

PLACE = ReplyTarget(ACCOUNT, "C1", "channel", "1.0", "1.0", "U1", "T1", "UBOT")
LONG = long_text(16_000)


def writer(*answers: HttpResponse | Exception, start: int = 0) -> tuple[SinglePost, ScriptedPool]:
    api, pool = api_over(*answers)
    return SinglePost(Posting(slack_over(api), RateShare(api.budget, PLACE)), start), pool


def texts(pool: ScriptedPool) -> list[str]:
    return [shown(pool.arguments(number)) for number in range(len(pool.sent))]


def test_nothing_is_shown_before_the_end() -> None:
    one, pool = writer(OK)
    one.show(lambda: Snapshot("So far"))
    assert (pool.sent, one.message_ts) == ([], "")


def test_all_pages_are_posted() -> None:
    one, pool = writer(OK)
    one.finish(lambda: Snapshot(LONG))
    assert len(pool.sent) == 2
    assert "".join("".join(texts(pool)).split()) == "".join(LONG.split())
    assert one.message_ts == "1.5"


def test_posts_begin_where_another_writer_ended() -> None:
    one, pool = writer(OK, start=4)
    one.finish(lambda: Snapshot("One two three"))
    assert texts(pool) == ["two three"]


def test_posts_continue_with_the_missing_page_after_a_pause() -> None:
    one, pool = writer(OK, says(b"", 429, retry_after="90"), OK)
    with pytest.raises(SlackAway):
        one.finish(lambda: Snapshot(LONG))
    one.finish(lambda: Snapshot(LONG))
    first, refused, second = texts(pool)
    assert refused == second != first


def test_posts_continue_at_the_end_of_an_earlier_post_that_is_found() -> None:
    """The earlier post is by the previous writer, which wrote less and could not read the history."""
    trouble, name = says(b"", 500), {"event_payload": {"page": "1.0:0:0"}}
    found = says({"ok": True, "messages": [{"ts": "2.0", "bot_id": "B1", "metadata": name}]})
    one, pool = writer(Unanswered("RemoteDisconnected"), trouble, trouble, trouble, found, OK)
    [partial] = pages_after("One two ", 0, LIMITS, final=True)
    with pytest.raises(SlackAway):
        one._posting.post(partial, 0)
    one.finish(lambda: Snapshot("One two three"))
    assert pool.methods.count("chat.postMessage") == 2
    assert (one.messages, shown(pool.arguments())) == (("2.0", "1.5"), "three")


def test_text_is_posted_in_smaller_pages_when_too_long_for_slack() -> None:
    one, pool = writer(refuses("msg_too_long"), OK)
    one.finish(lambda: Snapshot(LONG[:6000]))
    assert len(pool.sent) == 4
    assert all(len(text) < 3000 for text in texts(pool)[1:])


def test_content_is_given_up_when_slack_refuses_every_form() -> None:
    one, pool = writer(refuses("msg_too_long"))
    with pytest.raises(CannotReply, match="msg_too_long"):
        one.finish(lambda: Snapshot(LONG[:6000]))
    assert len(pool.sent) == 3


def test_text_goes_as_plain_text_when_slack_refuses_blocks() -> None:
    one, pool = writer(refuses("invalid_blocks"), refuses("invalid_blocks"), OK)
    one.finish(lambda: Snapshot(LONG[:2000]))
    plain = [pool.arguments(number) for number in range(2, len(pool.sent))]
    assert all("blocks" not in one and len(one["text"]) < 1000 for one in plain)
    assert "".join("".join(one["text"] for one in plain).split()) == "".join(LONG[:2000].split())


TABLE = "| a | b |\n|---|---|\n| 1 | 2 |\n\n"


def kinds(pool: ScriptedPool) -> list[list[str]]:
    sent = (pool.arguments(number)["blocks"] for number in range(len(pool.sent)))
    return [[block["type"] for block in (json.loads(one) if isinstance(one, str) else one)] for one in sent]


def test_each_table_has_a_message_of_its_own_once_several_were_refused() -> None:
    one, pool = writer(refuses("invalid_attachments"), OK)
    one.finish(lambda: Snapshot(2 * TABLE))
    assert kinds(pool) == [["table", "table"], ["table"], ["table"]]
    another = SinglePost(one._posting)
    another.finish(lambda: Snapshot(2 * TABLE))
    assert kinds(pool)[3:] == [["table"], ["table"]]


def test_refused_data_table_is_code_from_then_on() -> None:
    one, pool = writer(refuses("invalid_blocks"), OK)
    one.finish(lambda: Snapshot(TABLE.rstrip() + "\n| 1 | 2 |" * 150))
    assert kinds(pool) == [["data_table"], ["markdown"]]
