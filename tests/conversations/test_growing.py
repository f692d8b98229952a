"""An answer grows in its thread, by whichever way of writing Slack allows."""

from itertools import pairwise

import pytest

from simulators.dify import script
from tests.conversations.answers import REALISTIC, flat, long_text
from tests.conversations.world import ANNA, BEN, World

MINUTE = long_text(3000)
SCHEDULING = 0.45
"""Seconds of the wall clock that a machine with two cores may delay a process, whatever the scale of the test."""

START_ERRORS = ["missing_recipient_user_id", "rate_limited", "restricted_action"]
"""Errors that are tried with any daemon; test_refused_starts tries all of them."""
REMEMBERED = ["unknown_method", "channel_type_not_supported"]


@pytest.mark.both_ways
def test_minute_long_answer_grows_in_its_thread(world: World) -> None:
    world.configure(reply_style="stream")
    world.dify.script(script.wait(2) + script.say(MINUTE, seconds=60), world.app_id)
    ts = world.ask("What shall we do?")
    [answer] = world.answers(ts)
    assert flat(answer.text) == flat(MINUTE)
    assert answer.method == "chat.startStream"
    states = world.states(answer.ts)
    growing = list(dict.fromkeys(state.text for state in states))
    assert len(growing) >= 20
    assert all(later.startswith(earlier) for earlier, later in pairwise(growing))
    [delivery] = world.deliveries("app_mention", ts=ts)
    assert delivery.state == "accepted"
    assert len(delivery.attempts) == 1
    second = 1.0 * world.scale + SCHEDULING
    assert delivery.attempts[0].ms / 1000 < second
    [asked] = world.dify.invocations()
    first = next(state for state in states if state.text.strip())
    assert 0 <= first.at - asked["first_text"] < second
    assert world.slack.open_streams() == []


def test_status_line_says_thinking_until_there_is_text(world: World) -> None:
    world.dify.script(script.wait(20) + script.say("Done.", seconds=1), world.app_id)
    ts = world.ask("Think")
    assert world.answer(ts) == "Done."
    status = world.slack.status(world.channel, ts)
    assert status.texts()[0] == "is thinking…"
    assert status.current == ""


@pytest.mark.both_ways
def test_markdown_of_every_kind_arrives(world: World) -> None:
    world.dify.script(script.say(REALISTIC, seconds=8), world.app_id)
    [answer] = world.answers(world.ask("How?"))
    assert "# Rolling out the release" in answer.text
    assert "return sum(1 for row in rows if row.ok and row.id < 10)" in answer.seen
    assert "\n> Ask before" in answer.text
    for cell in ("Freeze", "Tuesday", "Carol"):
        assert cell in answer.seen


@pytest.mark.parametrize("error", START_ERRORS)
def test_answer_is_edited_where_a_stream_is_refused(world: World, error: str) -> None:
    world.configure(reply_style="stream")
    world.slack.fault("chat.startStream", "error", error=error, times=1)
    world.dify.script(script.say(MINUTE, seconds=60), world.app_id)
    ts = world.ask("What shall we do?")
    [answer] = world.answers(ts)
    assert flat(answer.text) == flat(MINUTE)
    assert answer.method == "chat.postMessage"
    assert len({state.text for state in world.states(answer.ts)}) >= 15
    world.dify.script(script.say("Short."), world.app_id)
    [again] = world.answers(world.ask("And now?"))
    assert again.method == "chat.startStream"


@pytest.mark.parametrize("error", REMEMBERED)
def test_refusal_of_streams_is_remembered_for_two_errors(world: World, error: str) -> None:
    world.slack.fault("chat.startStream", "error", error=error, times=1)
    world.dify.script(script.say(MINUTE, seconds=60), world.app_id)
    here, there = world.slack.dm_channel(ANNA), world.slack.dm_channel(BEN)
    try:
        [answer] = world.answers(world.slack.dm(ANNA, "What shall we do?"), channel=here)
        assert flat(answer.text) == flat(MINUTE)
        assert len({state.text for state in world.states(answer.ts, channel=here)}) >= 15
        world.dify.script(script.say("Short."), world.app_id)
        [again] = world.answers(world.slack.dm(ANNA, "And now?"), channel=here)
        assert again.method == "chat.postMessage"
        [other] = world.answers(world.slack.dm(BEN, "hello"), channel=there)
        elsewhere = "chat.postMessage" if error == "unknown_method" else "chat.startStream"
        assert other.method == elsewhere
        world.settle(310)
        [later] = world.answers(world.slack.dm(ANNA, "And later?"), channel=here)
        assert later.method == elsewhere
    finally:
        world.forget()


def test_whole_text_is_posted_where_streams_and_edits_are_refused(world: World) -> None:
    world.configure(reply_style="stream")
    world.slack.fault("chat.startStream", "error", error="internal_error", times=None)
    world.slack.fault("chat.update", "error", error="edit_window_closed", times=None)
    world.dify.script(script.say(MINUTE, seconds=20), world.app_id)
    answers = world.answers(world.ask("What shall we do?"), count=2)
    assert flat(" ".join(answer.text for answer in answers)) == flat(MINUTE)


@pytest.mark.parametrize(
    ("style", "method"),
    [("stream", "chat.startStream"), ("edit", "chat.postMessage"), ("post", "chat.postMessage")],
)
def test_style_of_the_reply_is_the_admins_choice(world: World, style: str, method: str) -> None:
    world.configure(reply_style=style)
    world.dify.script(script.say(MINUTE, seconds=20), world.app_id)
    [answer] = world.answers(world.ask("What shall we do?"))
    assert answer.method == method
    assert flat(answer.text) == flat(MINUTE)
    states = len({state.text for state in world.states(answer.ts)})
    assert (states == 1) == (style == "post")


@pytest.mark.parametrize("style", ["stream", "edit", "post"])
def test_answer_longer_than_a_message_goes_on_in_the_next(world: World, style: str) -> None:
    world.configure(reply_style=style)
    text = long_text(26_000)
    world.dify.script(script.say(text, seconds=40), world.app_id)
    answers = world.answers(world.ask("Everything, please"), count=2, timeout=40)
    assert len(answers) >= 3
    assert flat(" ".join(answer.text for answer in answers)) == flat(text)
    assert world.slack.open_streams() == []


def test_stream_that_gets_too_old_is_followed_by_another(world: World) -> None:
    """Slack ends a stream after about five minutes; because the app starts slowly, Dify's own limit comes later.

    Source: docs/platform/slack.md#stream-lifetime.
    """
    world.configure(reply_style="stream")
    text = long_text(4000)
    world.dify.script(script.say(text, seconds=238), world.app_id)
    world.slack.rules(stream_seconds=100.0)  # Slack ends it long before the bridge expects that
    answers = world.answers(world.ask("Slowly"), count=2, timeout=40)
    assert flat(" ".join(answer.text for answer in answers)) == flat(text)
    assert world.slack.open_streams() == []


@pytest.mark.parametrize("recipients", ["refused", "required", "either"])
def test_answer_in_a_direct_message_is_streamed(world: World, recipients: str) -> None:
    world.slack.rules(dm_recipients=recipients)
    world.dify.script(script.say(MINUTE, seconds=10), world.app_id)
    ts = world.slack.dm(ANNA, "hello")
    [answer] = world.answers(ts, channel=world.slack.dm_channel(ANNA))
    assert answer.method == "chat.startStream"
    assert flat(answer.text) == flat(MINUTE)


def test_model_output_can_neither_ping_nor_disguise_a_link(world: World) -> None:
    evil = "Look <!channel> and <@U0BEN0000>: <https://evil.example|https://good.example> `<!here>` ok\n"
    world.dify.script(script.say(evil, seconds=5), world.app_id)
    [answer] = world.answers(world.ask("Ping"))
    assert answer.live_tokens == []
    assert "<!channel>" in answer.seen
    for call in world.slack.calls("chat.*"):
        assert "<!" not in str(call.arguments)


@pytest.mark.both_ways
@pytest.mark.parametrize("style", ["stream", "edit"])
def test_replaced_text_replaces_the_text_shown_before(world: World, style: str) -> None:
    world.configure(reply_style=style)
    world.dify.script(
        script.say("Something one should not say. " * 20, seconds=10)
        + script.replace("Let us talk about something else."),
        world.app_id,
    )
    [answer] = world.answers(world.ask("Say it"))
    assert answer.text == "Let us talk about something else."
    assert world.slack.open_streams() == []
