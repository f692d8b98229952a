import pytest

from handoff.routes import routes

HOOK_URL = "https://dify.example.com/e/abc/slack/events"


def test_routes_come_in_the_order_of_the_decision() -> None:
    assert routes(
        hook_id="abc",
        hook_url=HOOK_URL,
        internal_url="http://plugin_daemon:5002",
        server_port=5002,
        daemon_url="http://localhost:5002",
        known_hosts=frozenset({"dify.example.com"}),
    ) == (
        "http://plugin_daemon:5002/e/abc/slack/turns",
        "http://127.0.0.1:5002/e/abc/slack/turns",
        "http://localhost:5002/e/abc/slack/turns",
        "https://dify.example.com/e/abc/slack/turns",
    )


def test_local_route_needs_a_daemon_on_this_machine() -> None:
    found = routes(
        hook_id="abc",
        hook_url=HOOK_URL,
        internal_url="",
        server_port=None,
        daemon_url="",
        known_hosts=frozenset({"dify.example.com"}),
    )
    assert found == ("https://dify.example.com/e/abc/slack/turns",)


@pytest.mark.parametrize(
    ("hook_url", "internal_url"),
    [
        (HOOK_URL, ""),
        (HOOK_URL, "http://plugin_daemon:5002"),
        ("https://dify.example.com.evil.example/e/abc/slack/events", "https://dify.example.com"),
        ("https://dify.example.com@evil.example/e/abc/slack/events", "https://dify.example.com"),
        ("http://127.0.0.1.evil.example/e/abc/slack/events", ""),
    ],
)
def test_sibling_on_a_host_that_nobody_named_is_no_route(hook_url: str, internal_url: str) -> None:
    found = routes(
        hook_id="abc", hook_url=hook_url, internal_url=internal_url, server_port=None, daemon_url=""
    )
    assert all("evil" not in route for route in found)
    assert len(found) == bool(internal_url)


@pytest.mark.parametrize(
    ("hook_url", "internal_url"),
    [("http://localhost:81/e/abc/slack/events", ""), (HOOK_URL, "https://dify.example.com")],
)
def test_sibling_on_this_machine_or_on_a_named_host_is_a_route(hook_url: str, internal_url: str) -> None:
    found = routes(
        hook_id="abc", hook_url=hook_url, internal_url=internal_url, server_port=None, daemon_url=""
    )
    assert found[-1].endswith("/e/abc/slack/turns")
    assert len(found) == 1


def test_each_route_is_listed_once() -> None:
    found = routes(
        hook_id="abc",
        hook_url="http://127.0.0.1:5002/e/abc/slack/events",
        internal_url="http://127.0.0.1:5002/",
        server_port=5002,
        daemon_url="http://127.0.0.1:5002",
    )
    assert found == ("http://127.0.0.1:5002/e/abc/slack/turns",)


def test_internal_url_may_name_the_whole_hook() -> None:
    found = routes(
        hook_id="abc", hook_url="", internal_url="http://x/e/abc/", server_port=None, daemon_url=""
    )
    assert found == ("http://x/e/abc/slack/turns",)


@pytest.mark.parametrize(
    ("hook_url", "route"),
    [
        ("http://h/e/abc/slack/events?x=1", "http://h/e/abc/slack/turns"),
        ("http://h:81/p/e/abc/slack/interactions", "http://h:81/p/e/abc/slack/turns"),
    ],
)
def test_sibling_is_made_from_the_url_that_slack_called(hook_url: str, route: str) -> None:
    found = routes(
        hook_id="abc",
        hook_url=hook_url,
        internal_url="",
        server_port=None,
        daemon_url="",
        known_hosts=frozenset({"h"}),
    )
    assert found == (route,)


@pytest.mark.parametrize(
    "hook_url", ["", "nonsense", "http://h/other", "ftp://h/e/a/slack/events", "http://[::1/slack/events"]
)
def test_malformed_hook_url_gives_no_route(hook_url: str) -> None:
    assert routes(hook_id="abc", hook_url=hook_url, internal_url="", server_port=None, daemon_url="") == ()
