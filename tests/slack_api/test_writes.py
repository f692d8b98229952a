import json

import pytest

from errors import SlackFateUnknown
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
        "chunks": [CHUNK],
    }


def test_a_stream_in_a_dm_names_no_recipient() -> None:
    api, pool = api_over(OK)
    api.start_stream("D1", "1.1", None, None, [CHUNK])
    assert pool.arguments().keys() == {"channel", "thread_ts", "chunks"}


def test_append_and_stop() -> None:
    api, pool = api_over(OK)
    api.append_stream("C1", "1.5", [CHUNK])
    assert pool.arguments() == {"channel": "C1", "ts": "1.5", "chunks": [CHUNK]}
    api.stop_stream("C1", "1.5")
    assert pool.arguments() == {"channel": "C1", "ts": "1.5"}
    api.stop_stream("C1", "1.5", [CHUNK], [{"type": "divider"}], {"event_type": "e", "event_payload": {}})
    assert pool.arguments().keys() == {"channel", "ts", "chunks", "blocks", "metadata"}


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
