"""The app's opening statement and its suggested questions, which are shown as buttons."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from simulators.slack.seen import SeenMessage
from tests.conversations.world import ANNA, BEN, CAROL, World
from wording import Say
from wording.en import EN
from wording.ja import JA

# The endpoint cannot tell the relay and Slack apart.
pytestmark = pytest.mark.usefixtures("over")

OPENER = "Hi, I know the handbook."
TRAVEL, LONG = "What is our travel policy?", f"How {'very ' * 20}long may a question be?"


@pytest.fixture
def handbook(world: World) -> World:
    """An app with an opening statement and two suggested questions."""
    world.dify.app(
        world.app_id, "advanced-chat", opening_statement=OPENER, suggested_questions=[TRAVEL, LONG]
    )
    world.slack.configure(interactions_url=f"{world.hook}/slack/interactions")
    return world


def labels(message: SeenMessage) -> list[str]:
    return [element["text"]["text"] for block in message.blocks for element in block.get("elements", ())]


def queries(world: World) -> list[str]:
    return [record["query"] for record in world.dify.invocations()]


def greeted(world: World) -> tuple[str, SeenMessage]:
    """Send an empty mention. Returns the thread's root and the greeting."""
    root = world.ask("")
    [greeting] = world.answers(root)
    return root, greeting


def test_empty_mention_gets_the_apps_opening_and_its_questions(handbook: World) -> None:
    _, greeting = greeted(handbook)
    assert greeting.seen.startswith(f"{OPENER}\n\n{EN[Say.SUGGESTIONS]}\n\n- {TRAVEL}\n- {LONG}")
    assert labels(greeting)[0] == TRAVEL
    assert len(labels(greeting)[1]) <= 75
    assert queries(handbook) == []


def test_press_asks_the_question_in_the_pressers_name(handbook: World) -> None:
    root, greeting = greeted(handbook)
    attempt = handbook.slack.press(handbook.channel, greeting.ts, BEN, "ask_0")
    assert (attempt.status, attempt.body) == (200, "")
    _, question, answer = handbook.answers(root, count=3)
    assert question.text == f"> **ben:** {TRAVEL}"
    assert answer.text == f"You said: {TRAVEL}"
    assert queries(handbook) == [TRAVEL]
    handbook.slack.say(handbook.channel, BEN, "And by train?", thread_ts=root)
    assert "And by train?" in handbook.answer(root, count=4)


def test_question_quoted_after_a_press_is_short_and_has_no_markup(handbook: World) -> None:
    root, greeting = greeted(handbook)
    evil = handbook.slack.add_user("[Click](https://evil.example) <!here>")
    question = "*a* [b](https://evil.example/) " * 60
    handbook.slack.press(handbook.channel, greeting.ts, evil, "ask_0", value=question)
    _, quoted, _ = handbook.answers(root, count=3)
    assert quoted.text.startswith(
        "> **\\[Click\\](https://evil.example) &lt;!here&gt;:** \\*a\\* \\[b\\](https://evil.example/) "
    )
    assert quoted.text.endswith("…")
    assert len(quoted.text) < 700
    assert queries(handbook) == [question.strip()]


def test_short_questions_are_buttons_alone_once_a_press_has_arrived(handbook: World) -> None:
    handbook.dify.app(
        handbook.app_id, "advanced-chat", opening_statement=OPENER, suggested_questions=[TRAVEL]
    )
    root, greeting = greeted(handbook)
    handbook.slack.press(handbook.channel, greeting.ts, BEN, "ask_0")
    handbook.answers(root, count=3)
    _, again = greeted(handbook)
    assert again.seen.startswith(f"{OPENER}\n\n{EN[Say.SUGGESTIONS]}")
    assert "- " not in again.text
    assert labels(again) == [TRAVEL]
    handbook.forget()
    _, later = greeted(handbook)
    assert later.blocks == again.blocks


def test_double_press_asks_once(handbook: World) -> None:
    root, greeting = greeted(handbook)
    for _ in range(2):
        assert handbook.slack.press(handbook.channel, greeting.ts, BEN, "ask_0").status == 200
    handbook.answers(root, count=3)
    handbook.settle(5)
    assert len(queries(handbook)) == 1
    handbook.slack.press(handbook.channel, greeting.ts, ANNA, "ask_0")
    handbook.answers(root, count=5)
    handbook.settle(40)
    handbook.slack.press(handbook.channel, greeting.ts, BEN, "ask_0")
    handbook.answers(root, count=7)
    assert len(queries(handbook)) == 3


def test_press_by_a_member_who_may_not_ask_is_ignored(handbook: World) -> None:
    root, greeting = greeted(handbook)
    handbook.configure(allowed_users=ANNA)
    assert handbook.slack.press(handbook.channel, greeting.ts, BEN, "ask_0").status == 200
    stranger = handbook.slack.add_user("zoe", foreign=True)
    handbook.configure(allowed_users="")
    assert handbook.slack.press(handbook.channel, greeting.ts, stranger, "ask_0").status == 200
    handbook.settle(10)
    assert queries(handbook) == []
    assert len(handbook.slack.answers(handbook.channel, root)) == 1


def test_first_direct_message_is_welcomed(handbook: World) -> None:
    channel = handbook.slack.dm_channel(ANNA)
    first = handbook.slack.dm(ANNA, "hello")
    welcome, answer = handbook.answers(first, channel=channel, count=2)
    assert welcome.seen.startswith(OPENER)
    assert labels(welcome)[0] == TRAVEL
    assert answer.text == "You said: hello"
    handbook.slack.press(channel, welcome.ts, ANNA, "ask_0")
    assert TRAVEL in handbook.answer(first, channel=channel, count=4)
    second = handbook.slack.dm(ANNA, "hello again")
    assert handbook.answer(second, channel=channel) == "You said: hello again"


def test_welcome_comes_only_once_where_each_direct_message_is_a_thread(handbook: World) -> None:
    handbook.configure(dm_conversation="per_thread")
    channel = handbook.slack.dm_channel(BEN)
    handbook.answers(handbook.slack.dm(BEN, "hello"), channel=channel, count=2)
    handbook.forget()
    assert handbook.answer(handbook.slack.dm(BEN, "new"), channel=channel) == "You said: new"


def test_welcome_is_left_out_for_an_app_without_an_opening(world: World) -> None:
    channel = world.slack.dm_channel(ANNA)
    assert world.answer(world.slack.dm(ANNA, "hello"), channel=channel) == "You said: hello"
    root = world.ask("", user=CAROL)
    [greeting] = world.answers(root)
    assert greeting.text == JA[Say.GREETING]
    assert greeting.blocks == []


def test_questions_stay_as_text_where_slack_refuses_buttons(handbook: World) -> None:
    handbook.slack.fault("chat.postMessage", "error", error="invalid_blocks", times=1)
    _, greeting = greeted(handbook)
    assert greeting.text == f"{OPENER}\n\n{EN[Say.SUGGESTIONS]}\n\n- {TRAVEL}\n- {LONG}"
    assert greeting.blocks == []


def test_press_is_refused_while_the_token_is_missing(handbook: World, over: str) -> None:
    root, greeting = greeted(handbook)
    handbook.configure(bot_token="")
    refused = handbook.slack.press(handbook.channel, greeting.ts, BEN, "ask_0")
    assert refused.status == (503 if over == "http" else 0)  # the relay acks nothing that the plugin refused
    handbook.configure(bot_token=handbook.slack.token)
    assert handbook.slack.press(handbook.channel, greeting.ts, BEN, "ask_0").status == 200
    handbook.answers(root, count=3)


BUTTON = {"action_id": "ask_0", "block_id": "team_T0"}
PRESS: dict[str, Any] = {"type": "block_actions", "user": {"id": ANNA}, "actions": [BUTTON]}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 401),  # the SDK signs no empty body
        (b"ssl_check=1&token=t", 200),
        (b"payload=", 200),
        (b"payload=%7B", 400),
        (b"payload=[]", 400),
        (b"\xff\xfe=\x00", 401),
        (b"payload=" + b"[" * 5000, 400),
        (urlencode({"payload": json.dumps({"type": "view_submission"})}).encode(), 200),
        (urlencode({"payload": json.dumps({"type": "block_actions", "actions": [7]})}).encode(), 200),
        (urlencode({"payload": json.dumps(PRESS)}).encode(), 200),
        (
            urlencode({"payload": json.dumps(PRESS | {"actions": [BUTTON | {"value": "x"}]})}).encode(),
            400,
        ),
        ("&".join(f"a{n}=1" for n in range(5000)).encode(), 400),
    ],
)
def test_request_that_is_no_press_of_ours_does_no_harm(handbook: World, body: bytes, status: int) -> None:
    signed = handbook.slack.sign(body)
    assert handbook.post("/slack/interactions", body, signed)[0] == status
    forged = signed | {"X-Slack-Signature": "v0=" + "0" * 64}
    assert handbook.post("/slack/interactions", body, forged) == (401, b"")
    assert handbook.post("/slack/interactions", body) == (401, b"")
    assert queries(handbook) == []
