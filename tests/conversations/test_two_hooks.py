"""Two hooks in one process: somebody who knows the secret of one hook changes nothing at the other hook."""

import json
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

from tests.conversations.world import ANNA, BEN, World
from turns.throttle.sliding_window import PER_USER

SECRET = "0" * 31 + "b"


class Hostile:
    """The other hook: somebody who knows its secret plays Slack there, and may name the first hook's workspace."""

    def __init__(self, world: World) -> None:
        self._world = world
        app = world.dify.app("app-hostile", "advanced-chat")
        settings = {
            "app": {"app_id": app, "inputs": {}},
            "bot_token": "xoxb-of-somebody-else",
            "signing_secret": SECRET,
        }
        self._hook = world.daemon.add_hook(settings)

    def event(self, **event: Any) -> int:
        slack = self._world.slack
        ours = {"team_id": slack.team_id, "user_id": slack.bot_user, "is_bot": True}
        body = {
            "type": "event_callback",
            "team_id": slack.team_id,
            "api_app_id": slack.app_id,
            "authorizations": [ours],
            "event": {"channel": self._world.channel, "user": ANNA, "team": slack.team_id} | event,
        }
        return self._post("/slack/events", json.dumps(body).encode(), "application/json")

    def press(self, ts: str, user: str) -> int:
        slack = self._world.slack
        action = {
            "action_id": "ask_0",
            "block_id": f"team_{slack.team_id}",
            "value": "Anything?",
            "action_ts": f"{int(float(ts))}.999999",
        }
        payload = {
            "type": "block_actions",
            "user": {"id": user, "team_id": slack.team_id},
            "container": {"message_ts": ts, "channel_id": self._world.channel, "thread_ts": ts},
            "channel": {"id": self._world.channel},
            "message": {"user": slack.bot_user, "ts": ts},
            "actions": [action],
        }
        form = urlencode({"payload": json.dumps(payload)}).encode()
        return self._post("/slack/interactions", form, "application/x-www-form-urlencoded")

    def _post(self, path: str, body: bytes, kind: str) -> int:
        headers = self._world.slack.sign(body, secret=SECRET) | {"Content-Type": kind}
        request = Request(f"{self._hook}{path}", body, headers, method="POST")
        with urlopen(request, timeout=30) as answer:
            return int(answer.status)


@pytest.fixture
def hostile(world: World) -> Hostile:
    return Hostile(world)


@pytest.mark.parametrize("kind", ["mpim", "im", "channel"])
def test_kind_of_channel_that_another_hook_claims_does_not_silence_a_mention(
    world: World, hostile: Hostile, kind: str
) -> None:
    assert hostile.event(type="message", ts="1.000001", channel_type=kind, text="nothing for the bot") == 200
    root = world.ask("hello", only=("app_mention",))
    assert "hello" in world.answer(root)


def test_message_that_another_hook_took_before_is_answered_here(world: World, hostile: Hostile) -> None:
    mention = world.slack.mentioning("hello")
    root = world.slack.say(world.channel, ANNA, mention, only=("nothing",))
    assert hostile.event(type="app_mention", ts=root, text=mention) == 200
    world.slack.event(
        {"type": "app_mention", "channel": world.channel, "user": ANNA, "ts": root, "text": mention}
    )
    assert "hello" in world.answer(root)


def test_press_at_another_hook_is_no_double_click_here(world: World, hostile: Hostile) -> None:
    world.dify.app(world.app_id, "advanced-chat", opening_statement="Hi.", suggested_questions=["Why?"])
    world.slack.configure(interactions_url=f"{world.hook}/slack/interactions")
    root = world.ask("")
    [greeting] = world.answers(root)
    assert hostile.press(greeting.ts, BEN) == 200
    assert world.slack.press(world.channel, greeting.ts, BEN, "ask_0").status == 200
    world.answers(root, count=3)


def test_flood_at_another_hook_does_not_throttle_a_member_here(world: World, hostile: Hostile) -> None:
    mention = world.slack.mentioning("hello")
    for number in range(PER_USER[0].count + 5):
        hostile.event(type="app_mention", ts=f"{1_700_000_000 + number}.000001", text=mention)
    assert "hello" in world.answer(world.ask("hello", user=ANNA))
