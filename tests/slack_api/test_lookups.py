from slack_api.pool import HttpResponse
from slack_api.retry import HASTY
from tests.slack_api.scripted_pool import api_over, says


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
