"""One member asks too much, one thread has too many turns, another workspace sends events; and the log of all this."""

from typing import Any

import pytest

from simulators.dify import script
from simulators.slack.workspace import ANNA, BEN
from simulators.stack import SimulatedDaemon
from slack_api.lookups import MOST
from tests.conversations.answers import long_text
from tests.conversations.turn_log import turns_of
from tests.conversations.world import World
from turns.throttle.sliding_window import PER_THREAD, PER_USER
from wording import Say
from wording.en import EN

MANY = PER_USER[0].count


def turn_lines(world: World) -> dict[str, dict[str, Any]]:
    """The log line of each turn of this channel, by the message's ts."""
    return {turn["ts"]: turn for turn in turns_of(world) if turn["channel"] == world.channel}


def accepted(world: World, ts: str) -> bool:
    return all(one.state == "accepted" for one in world.slack.deliveries(ts=ts))


def test_member_who_asks_too_much_is_told_once_and_others_are_not_affected(world: World) -> None:
    roots = [world.ask(f"question {n}") for n in range(MANY + 4)]
    world.wait(lambda: len(turn_lines(world)) == len(roots))
    world.settle(5)
    texts = [answer.text for root in roots for answer in world.slack.answers(world.channel, root)]
    assert texts.count(EN[Say.RATE_LIMITED]) == 1
    assert len(texts) == MANY + 1
    assert len(world.dify.invocations()) == MANY
    assert world.slack.open_streams() == []
    assert world.wait(
        lambda: all(accepted(world, root) for root in roots)
    )  # one message may be waiting for its retry
    assert "question by Ben" in world.answer(world.ask("question by Ben", user=BEN))
    world.settle(PER_USER[0].seconds)
    assert "later" in world.answer(world.ask("later"))


def test_refused_question_reaches_the_app_with_the_next_question(world: World) -> None:
    root = world.ask("the first")
    world.answers(root)
    world.slack.say(world.channel, BEN, "a remark of Ben's", thread_ts=root)
    for number in range(MANY - 1):
        world.ask(f"question {number}")
    world.wait(lambda: len(turn_lines(world)) == MANY)
    refused = world.ask("one too many", thread_ts=root)
    world.wait(lambda: refused in turn_lines(world))
    assert turn_lines(world)[refused]["outcome"] == Say.RATE_LIMITED
    world.settle(PER_USER[0].seconds)
    world.ask("and now?", thread_ts=root)
    world.answers(root, count=3)
    query = world.dify.invocations()[-1]["query"]
    assert "a remark of Ben's" in query
    assert "one too many" in query
    assert "the first" not in query


def test_thread_with_very_many_turns_is_stopped(world: World) -> None:
    world.dify.script(script.say("Pong."), world.app_id)
    people = [world.slack.add_user(f"person{n}") for n in range(4)]
    budget = PER_THREAD[0].count
    root = ""
    for number in range(budget + 3):
        ts = world.ask("ping", user=people[number % 4], thread_ts=root)
        root = root or ts
        world.wait(lambda ts=ts: ts in turn_lines(world))  # type: ignore[misc]
    texts = [answer.text for answer in world.slack.answers(world.channel, root)]
    assert texts == ["Pong."] * budget + [EN[Say.BUDGET_USED_UP]]
    assert len(world.dify.invocations()) == budget
    assert world.answer(world.ask("ping", user=people[0])) == "Pong."


def test_other_questions_are_answered_while_a_message_mentions_a_thousand_members(world: World) -> None:
    """Only a few names are asked of Slack, because the whole workspace shares the rate for names."""
    roster = " ".join(f"<@U{number:06d}|name{number}>" for number in range(1000))
    world.dify.script(script.wait(5) + script.say("All of them."), world.app_id)
    root = world.ask(f"who of these is in? {roster}")
    world.wait(lambda: world.slack.status(world.channel, root).current)
    world.ask("short", user=BEN, thread_ts=root)
    assert [answer.text for answer in world.answers(root, count=2)] == ["All of them."] * 2
    first, second = (one["query"] for one in world.dify.invocations())
    assert first.endswith("@name999")
    assert second.endswith("short")
    for turn in turn_lines(world).values():
        assert turn["outcome"] == "answered"
        assert turn["total"] < 60
    asked = [
        call for call in world.slack.calls("users.info") if str(call.arguments.get("user")).startswith("U000")
    ]
    assert len(asked) <= MOST


def test_event_of_another_workspace_is_not_answered(world: World) -> None:
    world.configure(slack_connect=True)
    other = {
        "team_id": "T0STRANGE",
        "authorizations": [{"team_id": "T0STRANGE", "user_id": world.slack.bot_user}],
    }
    stranger = world.ask("hello", around=other)
    world.wait(lambda: stranger in turn_lines(world))
    again = world.ask("hello", around=other)
    world.wait(lambda: again in turn_lines(world))
    assert turn_lines(world)[stranger]["outcome"] == "foreign team"
    assert world.slack.answers(world.channel, stranger) == []
    assert world.dify.invocations() == []
    assert accepted(world, stranger)
    if isinstance(
        world.daemon, SimulatedDaemon
    ):  # a real one has two processes here, each of which says so once
        assert world.daemon.log().count("events of team T0STRANGE are not answered") == 1
    assert "hello" in world.answer(world.ask("hello"))


def test_turn_is_logged_in_one_line_with_its_measurements(world: World) -> None:
    world.configure(reply_style="stream")
    world.dify.script(script.wait(2) + script.say(long_text(2000), seconds=30), world.app_id)
    world.slack.fault("chat.appendStream", "rate_limited", retry_after=1, times=2)
    root = world.ask("something secret")
    [answer] = world.answers(root)
    turn = world.wait(lambda: turn_lines(world).get(root))
    assert turn is not None
    assert turn["outcome"] == "answered"
    assert 0 < turn["ack"] < turn["first_token"] <= turn["first_text"] < turn["total"]
    assert turn["first_token"] > 2
    written = sum(
        call.outcome == "ok"
        for method in ("chat.startStream", "chat.appendStream", "chat.postMessage", "chat.update")
        for call in world.slack.calls(method)
    )
    assert turn["flushes"] == written
    assert turn["retries"] >= 1
    assert turn["characters"] == len(long_text(2000))
    assert turn["question"] == len(world.slack.mentioning("something secret"))
    assert turn["app"] == world.app_id
    assert turn["method"] == "stream"
    assert turn["conversation"] == world.dify.invocations()[0]["conversation_id"]
    log = world.daemon.log()
    assert "something secret" not in log
    assert answer.text[:40] not in log


@pytest.mark.simulated
def test_unsigned_requests_are_one_line_in_the_log(world: World) -> None:
    before = world.daemon.log().count("refused a request")
    world.forget()  # the new process has refused nothing yet
    for _ in range(20):
        assert world.post("/slack/events", b'{"type": "event_callback", "secret": "do not log"}')[0] == 401
    log = world.daemon.log()
    assert 1 <= log.count("refused a request") - before <= 2
    assert "do not log" not in log


def test_huge_body_is_refused_unread(world: World) -> None:
    deep = b'{"a":' * 500_000
    huge = b'{"text": "' + b"x" * (9 << 20) + b'"}'
    for body in (deep, huge, b"[" * 1_000_000):
        assert world.post("/slack/events", body) == (401, b"")
        assert world.post("/slack/turns", body) == (401, b"")
        signed = world.slack.sign(body)
        assert world.post("/slack/events", body, signed)[0] in {400, 401}
    assert "still there" in world.answer(world.ask("still there", user=ANNA))
