"""How the workspace sees the app's work: the cards of a stream, the plan of an edited answer, the status line."""

from typing import Any

import pytest

from simulators.dify import script
from simulators.slack.seen import SeenMessage, SeenState
from tests.conversations.answers import flat, long_text
from tests.conversations.world import CAROL, World
from wording import Say
from wording.en import EN
from wording.ja import JA

AGENT = (
    script.say("I'll look both up.", seconds=1)
    + script.thought("weather", '{"city": "Kyoto"}', after=1)
    + script.thought("weather", '{"city": "Kyoto"}', "Rain, 14 degrees", after=5)
    + script.thought("calendar", "{}", after=1)
    + script.thought("calendar", "{}", "tool invoke error: no such calendar", after=5)
    + script.say("It rains in **Kyoto**. I couldn't see your calendar.", seconds=2)
)
FLOW = (
    script.node("Check input", "if-else")
    + script.node("Search", "tool", seconds=6, outputs={"text": "3 documents"})
    + script.iteration("Read", 3, gap=2)
    + script.say("Found it.", seconds=1)
)


def shown(message: SeenMessage | SeenState) -> list[Any]:
    """The parts of the message in order: texts as they are, cards as (title, status, output)."""
    return [
        part["text"] if part["kind"] == "markdown" else (part["title"], part["status"], part["output"])
        for part in message.parts
        if part["kind"] != "plan"
    ]


def agent(world: World, style: str = "stream", **settings: Any) -> None:
    """Make the hook's app an agent app that runs AGENT."""
    app = world.dify.app(f"{world.app_id}-agent", "agent-chat")
    world.configure(app={"app_id": app, "inputs": {}}, reply_style=style, **settings)
    world.dify.script(AGENT, app)


def test_card_of_a_tool_stands_where_the_agent_called_the_tool(world: World) -> None:
    agent(world)
    [answer] = world.answers(world.ask("Weather in Kyoto, and am I free?"))
    assert shown(answer) == [
        "I'll look both up.",
        ("weather", "complete", "Rain, 14 degrees"),
        ("calendar", "error", ""),
        "\n\nIt rains in **Kyoto**. I couldn't see your calendar.",
    ]
    states = [
        tuple((task["title"], task["status"]) for task in state.tasks) for state in world.states(answer.ts)
    ]
    assert (("weather", "in_progress"),) in states
    assert (("weather", "complete"), ("calendar", "in_progress")) in states
    assert world.slack.open_streams() == []


def test_cards_of_a_chatflow_are_shown_before_its_first_words(world: World) -> None:
    world.configure(reply_style="stream")
    world.dify.script(FLOW, world.app_id)
    [answer] = world.answers(world.ask("Where is it?"))
    assert shown(answer) == [
        ("LLM", "complete", ""),
        ("Search", "complete", "3 documents"),
        ("Read, round 3", "complete", ""),
        "Found it.",
    ]
    first = world.states(answer.ts)[0]
    assert first.text == ""
    assert [task["status"] for task in first.tasks] == ["in_progress", "in_progress"]


def test_answer_has_only_text_without_show_progress(world: World) -> None:
    agent(world, show_progress=False)
    ts = world.ask("Weather?")
    [answer] = world.answers(ts)
    assert shown(answer) == ["I'll look both up.\n\nIt rains in **Kyoto**. I couldn't see your calendar."]
    assert set(world.slack.status(world.channel, ts).texts()) == {EN[Say.THINKING]}


def looks(message: SeenMessage | SeenState) -> list[tuple[str, str]]:
    return [(task["title"], task["status"]) for task in message.tasks]


def test_edited_answer_shows_its_steps_as_a_plan_while_work_goes_on(world: World) -> None:
    agent(world, "auto")
    [answer] = world.answers(world.ask("Weather?"))
    assert answer.method == "chat.postMessage"
    states = [looks(state) for state in world.states(answer.ts)]
    assert [("weather", "in_progress")] in states
    assert [("weather", "complete"), ("calendar", "in_progress")] in states
    assert (answer.plan, answer.text.count("weather")) == (EN[Say.STEPS], 0)


def test_edited_answer_ends_with_the_same_look_as_a_stream(world: World) -> None:
    seen = []
    for style in ("stream", "edit"):
        agent(world, style)
        [answer] = world.answers(world.ask("Weather?"))
        tasks = [(one["title"], one["status"], one["output"], one["details"]) for one in answer.tasks]
        seen.append((flat(answer.text), answer.plan, tasks))
    assert seen[0] == seen[1]


def test_status_line_is_set_again_after_a_write_while_a_step_runs(world: World) -> None:
    agent(world, "auto")
    ts = world.ask("Weather?")
    [answer] = world.answers(ts)
    first = world.states(answer.ts)[0].design
    later = [
        change["text"]
        for change in world.slack.status(world.channel, ts).history
        if change["design"] > first and change["reason"] == "set"
    ]
    assert EN[Say.RUNNING_STEP].format(title="calendar") in later


def test_status_line_tells_what_a_long_wait_is_about(world: World) -> None:
    steps = script.node("Search", "tool", seconds=8) + script.node("Read", "tool", seconds=8)
    world.dify.script(steps + script.say("Found it."), world.app_id)
    ts = world.ask("Where?")
    world.answers(ts)
    told = [change["loading"] for change in world.slack.status(world.channel, ts).history]
    assert any({EN[Say.RUNNING].format(title="Read"), "✓ Search"} <= set(lines) for lines in told)


def test_single_post_shows_no_work(world: World) -> None:
    agent(world, "post")
    [answer] = world.answers(world.ask("Weather?"))
    assert len(world.states(answer.ts)) == 1
    assert answer.tasks == []


def test_status_line_names_the_work_in_the_language_of_the_member(world: World) -> None:
    world.configure(reply_style="edit")
    world.dify.script(script.node("検索", "tool", seconds=10) + script.say("はい。"), world.app_id)
    ts = world.ask("どこ？", user=CAROL)
    assert world.answer(ts) == "はい。"
    status = world.slack.status(world.channel, ts)
    assert JA[Say.RUNNING_STEP].format(title="検索") in status.texts()
    assert status.current == ""


def test_status_line_stays_longer_than_slacks_two_minutes(world: World) -> None:
    world.configure(reply_style="edit")
    world.dify.script(script.node("Crawl", "tool", seconds=200) + script.say("Done."), world.app_id)
    ts = world.ask("Crawl it")
    assert world.answer(ts, timeout=40) == "Done."
    history = world.slack.status(world.channel, ts).history
    assert "expired" not in [change["reason"] for change in history]
    assert len(history) < 12


THOUGHT = "The user greets me. " * 30


@pytest.mark.parametrize(
    "steps",
    [
        script.say(f"<think>{THOUGHT}</think>Hello!", seconds=8),
        script.reasoning(THOUGHT, after=1) + script.wait(4) + script.say("Hello!"),
    ],
)
def test_thoughts_of_a_model_are_one_card(world: World, steps: script.Steps) -> None:
    world.configure(reply_style="stream")
    world.dify.script(steps, world.app_id)
    [answer] = world.answers(world.ask("Hi"))
    assert [part["title"] for part in answer.tasks] == ["LLM", EN[Say.THOUGHTS]]
    thoughts = answer.tasks[1]
    assert thoughts["status"] == "complete"
    assert thoughts["details"].startswith("The user greets me.")
    assert len(thoughts["details"]) <= 256
    assert answer.text == "Hello!"
    world.configure(show_progress=False)
    [answer] = world.answers(world.ask("Hi"))
    assert shown(answer) == ["Hello!"]


@pytest.mark.parametrize("style", ["stream", "edit"])
@pytest.mark.parametrize("steps", [script.fail("boom"), script.drop(), script.clean_end(), script.stop()])
def test_card_is_not_left_running_when_the_run_breaks_off(
    world: World, steps: script.Steps, style: str
) -> None:
    world.configure(reply_style=style)
    begun = script.act("node", state="started", title="Search", node_type="tool")
    world.dify.script(begun + script.wait(5) + steps, world.app_id)
    [answer] = world.answers(world.ask("Where?"))
    assert {task["status"] for task in answer.tasks} <= {"complete", "error"}
    assert [task["title"] for task in answer.tasks] == ["LLM", "Search"]
    assert world.slack.open_streams() == []


def test_cards_beyond_one_message_go_on_in_the_next(world: World) -> None:
    world.configure(reply_style="stream")
    steps = [step for n in range(60) for step in script.node(f"Step {n}", "code", seconds=0.5)]
    world.dify.script(steps + script.say("All done."), world.app_id)
    answers = world.answers(world.ask("Go"), count=2)
    titles = [task["title"] for answer in answers for task in answer.tasks]
    assert [title for title in titles if title != "LLM"] == [f"Step {n}" for n in range(60)]
    assert all(len(answer.tasks) <= 45 for answer in answers)
    assert {task["status"] for answer in answers for task in answer.tasks} == {"complete"}
    assert answers[-1].text == "All done."


def test_cards_and_text_together_stay_within_the_limit_of_a_message(world: World) -> None:
    world.configure(reply_style="stream")
    parts = [long_text(1000, line=f"Part {n}, sentence {{n}}, says more. ") + "\n\n" for n in range(12)]
    text = "".join(parts)
    tools = [
        step
        for n, part in enumerate(parts)
        for step in script.node(f"Tool {n}", "tool", outputs={"text": "result " * 40}, seconds=1)
        + script.say(part, seconds=2)
    ]
    world.dify.script(tools, world.app_id)
    answers = world.answers(world.ask("Everything"), count=2, timeout=40)
    assert flat(" ".join(answer.text for answer in answers)) == flat(text)
    assert [call.outcome for call in world.slack.calls("chat.*Stream")] == ["ok"] * len(
        world.slack.calls("chat.*Stream")
    )


@pytest.mark.parametrize("style", ["stream", "edit"])
def test_card_with_text_of_strangers_is_harmless(world: World, style: str) -> None:
    world.configure(reply_style=style)
    evil = "Look <!channel> <@U0BEN0000> <https://evil.example|https://good.example>"
    world.dify.script(
        script.node("Fetch <!here>", "tool", seconds=5, outputs={"text": evil}) + script.say("Ok."),
        world.app_id,
    )
    [answer] = world.answers(world.ask("Fetch"))
    assert answer.live_tokens == []
    assert [task["title"] for task in answer.tasks][1:] != []
    assert not any("<" in str(call.arguments) for call in world.slack.calls("chat.*"))


@pytest.mark.parametrize("style", ["stream", "edit", "post"])
@pytest.mark.parametrize("text", ["NO_REPLY", " NO_REPLY\n"])
def test_silent_app_leaves_no_message(world: World, style: str, text: str) -> None:
    world.configure(reply_style=style)
    world.dify.script(script.node("Judge", "llm", seconds=8) + script.say(text, seconds=3), world.app_id)
    ts = world.ask("Not for you")
    [_] = world.dify.wait_ended(1, timeout=20)
    world.wait(lambda: not world.slack.status(world.channel, ts).current)
    world.settle(10)
    assert world.slack.answers(world.channel, ts) == []
    assert world.slack.open_streams() == []


def test_silent_app_that_worked_long_leaves_no_message(world: World) -> None:
    world.configure(reply_style="stream")
    steps = [step for n in range(60) for step in script.node(f"Judge {n}", "tool", seconds=0.2)]
    world.dify.script(steps + script.say("NO_REPLY", after=3), world.app_id)
    ts = world.ask("Not for you")
    world.wait(lambda: len(world.slack.answers(world.channel, ts)) > 1)
    [_] = world.dify.wait_ended(1, timeout=20)
    world.wait(lambda: not world.slack.answers(world.channel, ts))
    world.settle(10)
    assert world.slack.answers(world.channel, ts) == []


def test_answer_with_tools_is_edited_where_streams_are_refused(world: World) -> None:
    world.slack.fault("chat.startStream", "error", error="internal_error", times=None)
    agent(world)
    [answer] = world.answers(world.ask("Weather?"))
    assert answer.method == "chat.postMessage"
    assert answer.text == "I'll look both up.\n\nIt rains in **Kyoto**. I couldn't see your calendar."


def test_stream_that_expires_with_cards_alone_is_not_left_broken(world: World) -> None:
    world.configure(reply_style="stream")
    world.slack.rules(stream_seconds=20.0)
    world.dify.script(
        script.node("Slow", "tool", seconds=30)
        + script.node("Next", "tool", seconds=2)
        + script.say("Done."),
        world.app_id,
    )
    answers = world.answers(world.ask("Go"))
    assert answers[-1].text == "Done."
    assert {task["status"] for answer in answers for task in answer.tasks} == {"complete"}
    assert world.slack.open_streams() == []


def test_card_is_not_left_running_after_a_kill(world: World) -> None:
    world.configure(reply_style="stream")
    world.dify.script(script.node("Search", "tool", seconds=150) + script.say("Found."), world.app_id)
    root = world.ask("Where?")
    world.wait(lambda: [task for one in world.slack.answers(world.channel, root) for task in one.tasks])
    world.settle(3)
    world.dify.clear_scripts()
    world.forget()
    world.answer(world.ask("Anyone there?"), timeout=40)
    world.wait(
        lambda: any(EN[Say.INTERRUPTED] in one.seen for one in world.slack.answers(world.channel, root))
    )
    [answer] = world.slack.answers(world.channel, root)
    assert [(task["title"], task["status"]) for task in answer.tasks] == [
        ("LLM", "error"),
        ("Search", "error"),
    ]
    assert not answer.streaming
