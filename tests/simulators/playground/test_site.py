"""The page's files, the feed and the acts over HTTP, without a browser."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from simulators.playground.site import PAGE, Site
from simulators.slack.options import Options
from simulators.slack.server import SlackServer
from simulators.slack.workspace import ANNA, BEN, GENERAL

LOCAL = "http://127.0.0.1:8765"


@pytest.fixture
def server() -> SlackServer:
    return SlackServer(Options())


@pytest.fixture
def client(server: SlackServer) -> Client:
    server.add_area("playground", Site(server.double).serve)
    return Client(server)


def get(client: Client, path: str, base: str = LOCAL) -> TestResponse:
    return client.get(f"/playground/{path}", base_url=base)


def act(client: Client, name: str, /, base: str = LOCAL, header: str = "1", **told: Any) -> TestResponse:
    return client.post(
        f"/playground/act/{name}", base_url=base, headers={"X-Playground": header}, data=json.dumps(told)
    )


def news(client: Client) -> dict[str, Any]:
    response = client.get("/playground/feed", base_url=LOCAL, buffered=False)
    chunks: Iterator[bytes] = iter(response.response)  # type: ignore[arg-type] # bytes, as the feed yields them
    found: dict[str, Any] = json.loads(next(chunks).removeprefix(b"data: "))
    response.close()
    return found


def test_each_file_of_the_page_comes_with_a_strict_policy(client: Client) -> None:
    for file in PAGE.iterdir():
        response = get(client, file.name)
        assert response.status_code == 200
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert get(client, "").mimetype == "text/html"
    assert get(client, "main.js").mimetype == "text/javascript"


@pytest.mark.parametrize("path", ["../site.py", "..%2fsite.py", "nothing.js", "/etc/passwd"])
def test_nothing_but_the_page_is_served(client: Client, path: str) -> None:
    assert get(client, path).status_code == 404


def test_page_writes_no_markup() -> None:
    for file in PAGE.glob("*.js"):
        code = file.read_text()
        for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
            assert way not in code


@pytest.mark.parametrize("base", ["http://evil.example", "http://192.168.1.5:8765"])
def test_other_hosts_are_refused(client: Client, base: str) -> None:
    assert get(client, "", base).status_code == 403
    assert act(client, "say", base, channel=GENERAL, user=ANNA, text="x").status_code == 403


def test_act_needs_the_header(client: Client) -> None:
    assert act(client, "say", header="", channel=GENERAL, user=ANNA, text="x").status_code == 403
    assert news(client)["messages"] == {}


def test_typed_text_goes_out_as_slack_sends_it(client: Client, server: SlackServer) -> None:
    ts = act(client, "say", channel=GENERAL, user=ANNA, text="@Dify Bot is 1 < 2 & @ben?").json["ts"]  # type: ignore[index]
    [message] = server.double.world.channels[GENERAL].thread(ts)
    assert message.text() == f"<@{server.double.world.install.bot_user}> is 1 &lt; 2 &amp; <@{BEN}>?"


@pytest.mark.parametrize(
    ("name", "told"),
    [("nothing", {}), ("say", {"channel": "C0"}), ("kill", {}), ("switch", {"name": "limited", "on": True})],
)
def test_act_that_cannot_be_done_says_why(client: Client, name: str, told: dict[str, Any]) -> None:
    response = act(client, name, **told)
    assert response.status_code == 400
    assert response.json["error"]  # type: ignore[index]


def test_feed_begins_with_everything(client: Client) -> None:
    act(client, "say", channel=GENERAL, user=ANNA, text="hello")
    told = news(client)
    [message] = told["messages"].values()
    assert message["name"] == "Anna Berg"
    assert message["views"][BEN]["blocks"][0]["text"][0]["text"] == "hello"
    assert told["hello"]["viewers"] == [ANNA, BEN]
    assert told["channels"][0]["name"] == "general"


def test_direct_message_is_seen_by_its_member_alone(client: Client, server: SlackServer) -> None:
    channel = server.double.world.dm(ANNA).id
    ts = act(client, "say", channel=channel, user=ANNA, text="hello").json["ts"]  # type: ignore[index]
    views = news(client)["messages"][ts]["views"]
    assert views[ANNA]
    assert views[BEN] is None
