import json

import pytest

from errors import SlackFateUnknown, SlackRefused
from slack_api.pool import HttpResponse
from slack_api.retry import HASTY
from tests.slack_api.scripted_pool import OK, api_over, says

CHUNK = {"type": "markdown_text", "text": "hi"}


def test_a_stream_is_started_with_chunks_only() -> None:
    api, pool = api_over(OK)
    assert api.start_stream("C1", "1.1", "U1", "T1", [CHUNK]) == "1.5"
    assert pool.methods == ["chat.startStream"]
    assert pool.arguments() == {
        "channel": "C1",
        "thread_ts": "1.1",
        "recipient_user_id": "U1",
        "recipient_team_id": "T1",
        "task_display_mode": "plan",
        "chunks": [CHUNK],
    }


def test_a_stream_in_a_dm_names_no_recipient() -> None:
    api, pool = api_over(OK)
    api.start_stream("D1", "1.1", None, None, [CHUNK])
    assert pool.arguments().keys() == {"channel", "thread_ts", "task_display_mode", "chunks"}


def test_append_and_stop() -> None:
    api, pool = api_over(OK)
    api.append_stream("C1", "1.5", [CHUNK])
    assert pool.arguments() == {"channel": "C1", "ts": "1.5", "chunks": [CHUNK]}
    api.stop_stream("C1", "1.5")
    assert pool.arguments() == {"channel": "C1", "ts": "1.5"}
    api.stop_stream("C1", "1.5", [CHUNK])
    assert pool.arguments() == {"channel": "C1", "ts": "1.5", "chunks": [CHUNK]}


def test_posts_never_unfurl() -> None:
    api, pool = api_over(OK)
    assert api.post_message("C1", "1.1", markdown_text="*a* & <b>") == "1.5"
    assert pool.arguments() == {
        "channel": "C1",
        "thread_ts": "1.1",
        "markdown_text": "*a* & <b>",
        "unfurl_links": False,
        "unfurl_media": False,
    }
    api.post_message("C1", text="t", blocks=[{"type": "divider"}])
    assert "thread_ts" not in pool.arguments()


def test_post_that_lands_in_the_channel_is_deleted_at_once() -> None:
    api, pool = api_over(says({"ok": True, "ts": "1.5", "message": {"ts": "1.5", "text": "t"}}), OK)
    with pytest.raises(SlackRefused) as found:
        api.post_message("C1", "1.1", text="t")
    assert (found.value.method, found.value.error) == ("chat.postMessage", "thread_not_found")
    assert pool.methods == ["chat.postMessage", "chat.delete"]
    assert pool.arguments() == {"channel": "C1", "ts": "1.5"}


def test_post_that_stands_in_its_thread_or_was_meant_for_the_channel_stays() -> None:
    api, pool = api_over(says({"ok": True, "ts": "1.5", "message": {"ts": "1.5", "thread_ts": "1.1"}}))
    assert api.post_message("C1", "1.1", text="t") == "1.5"
    assert api.post_message("C1", text="t") == "1.5"
    assert pool.methods == ["chat.postMessage", "chat.postMessage"]


def test_ephemeral_text_names_the_member() -> None:
    api, pool = api_over(OK)
    api.post_ephemeral("C1", "U1", "psst")
    assert pool.methods == ["chat.postEphemeral"]
    assert pool.arguments() == {"channel": "C1", "user": "U1", "text": "psst"}


def test_an_update_can_take_blocks_away() -> None:
    api, pool = api_over(OK)
    api.update_message("C1", "1.5", text="t")
    assert "blocks" not in pool.arguments()
    api.update_message("C1", "1.5", text="t", blocks=[])
    assert pool.arguments()["blocks"] == []


def test_a_success_without_ts_is_of_unknown_fate() -> None:
    api, _ = api_over(says({"ok": True}))
    with pytest.raises(SlackFateUnknown):
        api.post_message("C1", text="t")
    with pytest.raises(SlackFateUnknown):
        api.start_stream("C1", "1.1", "U1", "T1", [CHUNK])


def test_status_and_delete() -> None:
    api, pool = api_over(OK)
    api.set_status("C1", "1.1", "is thinking…", ["a", "b"])
    assert pool.arguments() == {
        "channel_id": "C1",
        "thread_ts": "1.1",
        "status": "is thinking…",
        "loading_messages": ["a", "b"],
    }
    api.set_status("C1", "1.1", "")
    assert pool.arguments()["status"] == ""
    api.delete_message("C1", "1.5")
    assert pool.methods[-1] == "chat.delete"


def test_an_upload_is_shared_by_a_form() -> None:
    api, pool = api_over(says({"ok": True}))
    api.complete_upload("F1", "a.png", "C1", "1.1")
    arguments = pool.arguments()
    assert json.loads(arguments.pop("files")) == [{"id": "F1", "title": "a.png"}]
    assert arguments == {"channel_id": "C1", "thread_ts": "1.1"}


def page(*numbers: int, cursor: str = "") -> HttpResponse:
    messages = [{"ts": f"{number}.0"} for number in numbers]
    return says({"ok": True, "messages": messages, "response_metadata": {"next_cursor": cursor}})


def test_replies_come_page_by_page() -> None:
    api, pool = api_over(page(1, 2, cursor="c2"), page(3, cursor="c3"), page(4))
    assert [message["ts"] for message in api.replies("C1", "1.0")] == ["1.0", "2.0", "3.0", "4.0"]
    assert [pool.arguments(number).get("cursor") for number in range(3)] == [None, "c2", "c3"]


def test_replies_stop_at_the_bound() -> None:
    api, pool = api_over(page(1, 2, cursor="c2"), page(3, 4, cursor="c3"))
    assert len(list(api.replies("C1", "1.0", most=3, oldest="0.5", metadata=True))) == 3
    assert len(pool.sent) == 2
    assert pool.arguments(0) == {
        "channel": "C1",
        "ts": "1.0",
        "limit": "3",
        "oldest": "0.5",
        "include_all_metadata": "true",
    }


def test_one_message_is_found_behind_the_root_of_its_thread() -> None:
    api, pool = api_over(page(1, 2), page(1), page())
    assert api.message("C1", "2.0") == {"ts": "2.0"}
    span = {"oldest": "2.0", "latest": "2.0", "inclusive": "true", "limit": "2"}
    assert pool.arguments(0) == {"channel": "C1", "ts": "2.0"} | span
    assert [api.message("C1", "2.0"), api.message("C1", "2.0")] == [{}, {}]


def test_a_cursor_without_messages_ends_it() -> None:
    api, pool = api_over(page(cursor="again"))
    assert list(api.replies("C1", "1.0")) == []
    assert len(pool.sent) == 1


def test_senseless_pages_are_read_as_empty() -> None:
    for answer in ({"ok": True}, {"ok": True, "messages": [None, 3]}, {"ok": True, "messages": None}):
        api, _ = api_over(says(answer))
        assert list(api.replies("C1", "1.0")) == []


def test_whose_token_it_is_and_what_it_may_do() -> None:
    answer = {
        "ok": True,
        "team_id": "T1",
        "team": "Team",
        "user_id": "U1",
        "bot_id": "B1",
        "url": "https://x/",
    }
    api, _ = api_over(says(answer, x_oauth_scopes="chat:write,users:read, commands"))
    info = api.auth_test()
    assert (info.team_id, info.user_id, info.bot_id) == ("T1", "U1", "B1")
    assert info.scopes == frozenset({"chat:write", "users:read", "commands"})
    api, _ = api_over(says(answer))
    assert api.auth_test().scopes is None


def test_users_channels_and_files() -> None:
    api, pool = api_over(
        says({"ok": True, "user": {"name": "ann"}, "channel": {"id": "C1"}, "file": {"id": "F1"}})
    )
    assert api.user("U1").name == "ann"
    assert pool.arguments() == {"user": "U1", "include_locale": "true"}
    assert api.channel("C1", HASTY) == {"id": "C1"}
    assert api.file("F1") == {"id": "F1"}


def test_an_upload_address() -> None:
    api, pool = api_over(says({"ok": True, "upload_url": "https://u/", "file_id": "F1"}))
    assert api.upload_url("a.txt", 5) == ("https://u/", "F1")
    assert pool.arguments() == {"filename": "a.txt", "length": "5"}
    api, _ = api_over(says({"ok": True, "upload_url": 3}))
    assert api.upload_url("a.txt", 5) == ("", "")
