"""Every kind of app, in each order of events in docs/platform/dify.md#event-orders, ends in its expected message."""

from dataclasses import dataclass
from typing import Any

import pytest

from simulators.dify import script
from simulators.dify.apps import variable
from simulators.dify.script import Steps
from tests.conversations.world import ANNA, World
from wording import Say, say
from wording.en import EN

CHATS = ("chat", "agent-chat", "advanced-chat")
FLOWS = ("advanced-chat", "workflow")
EVERY = (*CHATS, "workflow")
QUESTION = "How far is the moon?"


@dataclass(frozen=True)
class Order:
    """What an app says, the kinds of app that say it, and the whole message that the thread then holds."""

    name: str
    modes: tuple[str, ...]
    steps: Steps
    message: str
    over_api: str = ""

    def expected(self, via: str) -> str:
        """The message; over the Service API it may differ."""
        return (self.over_api if via == "api" else "") or self.message


def event(name: str, *, after: float = 0.0, **body: Any) -> Steps:
    return script.event({"event": name, **body}, after=after)


def flow(name: str, **data: Any) -> Steps:
    return event(name, workflow_run_id="run-1", data=data)


def retried(title: str) -> Steps:
    return flow("node_retry", node_id=title, node_type="tool", title=title, retry_index=1, error="secret")


def asked(form: str, title: str, *actions: str) -> Steps:
    """One more form that a paused run waits for."""
    buttons = [{"id": action, "title": action} for action in actions]
    return flow(
        "human_input_required", node_title=title, form_content=form, actions=buttons, form_token=title
    )


OBJECTS = {
    "summary": "Two *risks*.\nSecond line.",
    "risks": [{"name": "Delay", "score": 0.5}, {"name": "Cost", "score": 2}],
    "tags": ["a", "b"],
    "done": True,
    "nothing": None,
    "empty": [],
}
# The daemon keeps events in maps of Go: their keys arrive sorted, whatever order the workflow has.
LISTED = """- **done**: true
- **risks**:
  - …
    - **name**: Delay
    - **score**: 0.5
  - …
    - **name**: Cost
    - **score**: 2
- **summary**: Two *risks*.
  Second line.
- **tags**:
  - a
  - b"""

_PARTS = LISTED.split("\n- ")
LISTED_IN_ORDER = "\n- ".join(
    [f"- {_PARTS[2]}", _PARTS[1], _PARTS[3], _PARTS[0].removeprefix("- ")]
)  # without a daemon between, the workflow's own order

ORDERS = [
    Order(
        "in pieces, then the end of its kind",
        EVERY,
        script.pieces("About ", "384,400", " km."),
        "About 384,400 km.",
    ),
    Order(
        "events nobody knows, and speech that trails",
        EVERY,
        event("parallel_branch_started", data={"x": 1})
        + script.say("About 384,400 km.")
        + event("something_new", data=None)
        + event("tts_message", audio="AAAA"),
        "About 384,400 km.",
    ),
    Order(
        "speech behind the end",
        ("chat", "agent-chat"),
        script.say("About 384,400 km.")
        + event("message_end", id="m", metadata={}, files=None)
        + event("tts_message", audio="AAAA")
        + event("tts_message_end", audio="")
        + script.clean_end(),
        "About 384,400 km.",
    ),
    Order(
        "speech behind the end of a chatflow",
        ("advanced-chat",),
        script.say("About 384,400 km.")
        + event("message_end", id="m", metadata={}, files=None)
        + event("tts_message", audio="AAAA")
        + flow("workflow_finished", status="succeeded", outputs={"answer": "About 384,400 km."}, files=[])
        + event("tts_message", audio="AAAA")
        + event("tts_message_end", audio="")
        + script.clean_end(),
        "About 384,400 km.",
    ),
    Order(
        "text in the clothes of a file",
        ("chat", "agent-chat"),
        script.say("About ") + script.file_text("384,400 ") + script.file_text("km."),
        "About 384,400 km.",
    ),
    Order(
        "thoughts and tools around the text",
        ("agent-chat",),
        script.thought(thought="I should look it up.")
        + script.thought(tool="moon", tool_input='{"q":"far"}')
        + script.thought(tool="moon", tool_input='{"q":"far"}', observation="384400")
        + script.say("About 384,400 km."),
        "About 384,400 km.",
    ),
    Order(
        "nodes, an iteration, an agent's log",
        FLOWS,
        script.node("Search", "tool", seconds=1)
        + script.iteration("Each page", 3)
        + script.agent_log("Look it up")
        + script.agent_log("Look it up", "success")
        + script.say("About 384,400 km."),
        "About 384,400 km.",
    ),
    Order(
        "a loop, and a node that is tried again",
        FLOWS,
        script.iteration("Each try", 2, kind="loop")
        + script.node("Search", "tool", inside=retried("Search"))
        + script.say("About 384,400 km."),
        "About 384,400 km.",
    ),
    Order(
        "steps that begin inside of the text",
        FLOWS,
        script.say("About ")
        + script.node("Search", "tool", inside=script.say("384,400 "))
        + script.iteration("Each page", 2)
        + script.agent_log("Look it up")
        + script.say("km."),
        "About 384,400 km.",
    ),
    Order(
        "a tool between two texts is a paragraph's end",
        ("agent-chat",),
        script.say("Let me look.")
        + script.thought(tool="moon", tool_input='{"q":"far"}')
        + script.thought(tool="moon", tool_input='{"q":"far"}', observation="384400")
        + script.say("About 384,400 km."),
        "Let me look.\n\nAbout 384,400 km.",
    ),
    Order(
        "a node that fails and is caught",
        FLOWS,
        script.node("Search", "tool", status="exception") + script.say("About 384,400 km."),
        "About 384,400 km.",
    ),
    Order(
        "thinking in the text and apart from it",
        FLOWS,
        script.reasoning("far away ")
        + script.reasoning("", final=True)
        + script.pieces("<th", "ink>Hm.</thi", "nk>About 384,400 km."),
        "About 384,400 km.",
    ),
    Order(
        "replaced by moderation",
        EVERY,
        script.say("Something one should not say.") + script.replace("Let us talk about the moon."),
        "Let us talk about the moon.",
    ),
    Order(
        "an answer of the annotations, before anything ran",
        CHATS,
        script.preempt("About 384,400 km."),
        "About 384,400 km.",
    ),
    Order(
        "an answer of the annotations in a run that had begun",
        ("advanced-chat",),
        script.own_nodes() + script.preempt("About 384,400 km."),
        "About 384,400 km.",
    ),
    Order(
        "a New Agent's whole answer behind its deltas",
        ("agent-chat",),
        script.pieces("About ", "384") + script.whole_message("About 384,400 km."),
        "About 384,400 km.",
    ),
    Order("stopped", EVERY, script.say("About 384") + script.stop(), "About 384"),
    Order(
        "the end of a chatflow cut off behind the answer's own end",
        ("advanced-chat",),
        script.say("About 384,400 km.")
        + event("message_end", id="m", metadata={}, files=None)
        + script.drop(),
        "About 384,400 km.",
    ),
    Order(
        "outputs and nothing said",
        ("advanced-chat",),
        script.outputs({"answer": "About 384,400 km.", "other": 1}),
        "About 384,400 km.",
    ),
    Order(
        "one output and nothing said",
        ("workflow",),
        script.outputs({"text": "About 384,400 km."}),
        "About 384,400 km.",
    ),
    Order("several outputs", ("workflow",), script.outputs(OBJECTS), LISTED, LISTED_IN_ORDER),
    Order(
        "code among several outputs",
        ("workflow",),
        script.outputs({"code": "```py\nx = 1\n```", "note": "hi <b>there</b>"}),
        "**code**:\n\n```py\nx = 1\n```\n\n- **note**: hi **there**",
    ),
    Order(
        "outputs beside what was said",
        ("workflow",),
        script.say("About 384,400 km.") + script.outputs({"distance": 384400}),
        "About 384,400 km.",
    ),
    Order(
        "some branches failed",
        FLOWS,
        script.say("About 384,400 km.")
        + flow("workflow_finished", status="partial-succeeded", outputs={}, files=[], error=None)
        + event("message_end", id="m", metadata={}, files=None)
        + script.clean_end(),
        "About 384,400 km.",
    ),
    Order("nothing at all", EVERY, [], EN[Say.NO_TEXT]),
    Order(
        "failed before a word",
        FLOWS,
        script.fail("Traceback: secret"),
        EN[Say.RUN_FAILED],
    ),
    Order(
        "failed in the middle",
        FLOWS,
        script.say("About 384") + script.fail("Traceback: secret"),
        f"About 384\n\n> {EN[Say.CUT_SHORT]}",
    ),
    Order(
        "an error event before a word",
        EVERY,
        script.error("completion_request_error", "Traceback: secret"),
        EN[Say.PROVIDER_TROUBLE],
    ),
    Order(
        "an error event in the middle",
        EVERY,
        script.say("About 384") + script.error("internal_server_error", "Traceback: secret"),
        f"About 384\n\n> {EN[Say.CUT_SHORT]}",
    ),
    Order(
        "no end at all",
        EVERY,
        script.say("About 384") + script.clean_end(),
        f"About 384\n\n> {EN[Say.INCOMPLETE]}",
    ),
    Order(
        "paused for a person",
        FLOWS,
        script.say("First this.")
        + script.pause("Is **384,400 km** right?\n\n{{#$output.why#}}", form_token=""),
        f"First this.\n\nIs **384,400 km** right?\n\n`why`\n\n> {EN[Say.PAUSED]}",
    ),
    Order(
        "paused for several persons",
        FLOWS,
        script.say("First this.")
        + asked("Is it right?", "Check", "Yes", "No")
        + asked("Is it paid?", "Pay", "OK")
        + script.pause("Is it sent?", "Send", form_token=""),
        "First this.\n\n**Check**\n\nIs it right?\n\n**Yes** · **No**\n\n**Pay**\n\nIs it paid?\n\n"
        f"**Send**\n\nIs it sent?\n\n> {EN[Say.PAUSED]}",
    ),
    Order(
        "gone on after a person's answer",
        FLOWS,
        flow("human_input_form_filled", node_id="human", node_title="Check", action_id="ok")
        + script.say("About 384,400 km."),
        "About 384,400 km.",
    ),
    Order(
        "gone on because nobody answered",
        FLOWS,
        flow("human_input_form_timeout", node_id="human", node_title="Check", expiration_time=0)
        + script.say("About 384,400 km."),
        "About 384,400 km.",
    ),
    Order(
        "paused before a word",
        FLOWS,
        script.pause("Is it right?", form_token=""),
        f"Is it right?\n\n> {EN[Say.PAUSED]}",
    ),
]
CASES = [(order, mode) for order in ORDERS for mode in order.modes]


def use(world: World, mode: str, *, form: list[dict[str, Any]] | None = None, **more: Any) -> str:
    """Make the hook's app one of this kind. Returns the app's id."""
    if form is None:
        form = [variable("query", "paragraph", required=True)] if mode in {"workflow", "completion"} else []
    app = world.dify.app(f"{world.app_id}-{mode}", mode, form=form, **more)
    world.configure(app={"app_id": app, "inputs": {}})
    return app


def runs(world: World) -> list[dict[str, Any]]:
    """The calls that ran, without the call that found out the app's kind."""
    return [one for one in world.dify.invocations() if one["outcome"] != "refused"]


@pytest.mark.both_ways
@pytest.mark.parametrize(("order", "mode"), CASES, ids=[f"{mode}: {order.name}" for order, mode in CASES])
def test_order_of_events_ends_in_its_message_for_each_kind_of_app(
    world: World, order: Order, mode: str
) -> None:
    world.dify.script(order.steps, use(world, mode))
    [answer] = world.answers(world.ask(QUESTION))
    assert answer.text.strip() == order.expected(world.via)
    assert world.slack.open_streams() == []
    assert len(runs(world)) == 1


@pytest.mark.both_ways
@pytest.mark.parametrize("mode", EVERY)
def test_question_reaches_every_kind_of_app(world: World, mode: str) -> None:
    use(world, mode)
    assert world.answer(world.ask(QUESTION)).startswith("You said:")
    [run] = runs(world)
    where = run["inputs"]["query"] if mode == "workflow" else run["query"]
    assert where == QUESTION
    assert run["response_mode"] == "streaming"


@pytest.mark.both_ways
@pytest.mark.parametrize(
    ("form", "name"),
    [
        ([variable("topic", "paragraph")], "topic"),
        ([variable("tone"), variable("question", "paragraph")], "question"),
        ([variable("tone"), variable("topic", required=True)], "topic"),
        ([variable("slack_user_name"), variable("topic")], "topic"),
    ],
)
def test_question_reaches_a_workflow_in_the_suitable_variable(
    world: World, form: list[dict[str, Any]], name: str
) -> None:
    use(world, "workflow", form=form)
    world.answers(world.ask(QUESTION))
    [run] = runs(world)
    assert run["inputs"][name] == QUESTION


@pytest.mark.both_ways
def test_question_too_long_for_its_variable_is_cut_and_said_to_be_cut(world: World) -> None:
    use(world, "workflow", form=[variable("query", max_length=9)])
    note = say("en", Say.QUESTION_CUT, count="9")
    assert world.answer(world.ask(QUESTION)).endswith(f"\n\n> {note}")
    assert runs(world)[0]["inputs"]["query"] == QUESTION[:9]


@pytest.mark.plugin_way
def test_kind_of_an_app_is_found_out_once_and_nothing_runs_twice(world: World) -> None:
    use(world, "workflow")
    root = world.ask("one")
    world.answers(root)
    world.ask("two", thread_ts=root)
    world.answers(root, count=2)
    asked = world.dify.invocations()
    assert [one["outcome"] for one in asked] == ["refused", "done", "done"]
    assert [(one["inputs"]["query"], one["query"]) for one in runs(world)] == [("one", ""), ("two", "")]


@pytest.mark.plugin_way
def test_kind_of_a_chat_app_with_a_form_is_found_out_once(world: World) -> None:
    use(world, "chat", form=[variable("tone")])
    world.answers(world.ask("one"))
    world.answers(world.ask("two"))
    assert [(one["query"], one["inputs"]) for one in runs(world)] == [("one", {}), ("two", {})]
    assert len(world.dify.invocations()) == 3


@pytest.mark.plugin_way
@pytest.mark.parametrize(
    ("mode", "more", "say"),
    [
        ("agent", {}, Say.UNSUPPORTED_APP),
        ("advanced-chat", {"published": False}, Say.UNSUPPORTED_APP),
        ("workflow", {"published": False}, Say.UNSUPPORTED_APP),
    ],
)
@pytest.mark.parametrize("in_band", [True, False])
def test_app_that_plugins_may_not_call_is_said_to_be_unsupported(
    world: World, mode: str, more: dict[str, Any], say: Say, in_band: bool
) -> None:
    world.dify.fetch_errors(in_band=in_band)
    try:
        use(world, mode, **more)
        assert world.answer(world.ask(QUESTION)) == EN[say]
    finally:
        world.dify.fetch_errors(in_band=True)
    assert runs(world) == []


@pytest.mark.plugin_way
def test_completion_app_is_said_to_be_one_that_dify_lets_no_plugin_ask(world: World) -> None:
    """Dify fails at each call of such an app (docs/platform/dify.md#completion-apps)."""
    use(world, "completion")
    assert world.answer(world.ask(QUESTION)) == EN[Say.COMPLETION_APP]
    assert runs(world) == []
    assert "is a completion app" in world.daemon.log()


def test_failing_dify_is_not_taken_for_a_completion_app(world: World) -> None:
    use(world, "workflow")
    world.dify.script(script.refuse(500, "Internal Server Error", "unknown"), times=1)
    assert world.answer(world.ask(QUESTION)) == EN[Say.DIFY_UNAVAILABLE]


@pytest.mark.both_ways
def test_removed_app_is_said_to_be_misconfigured(world: World) -> None:
    world.dify.remove_app(world.app_id)
    assert world.answer(world.ask(QUESTION)) == EN[Say.APP_MISCONFIGURED]


def test_unpublished_app_answers_once_it_is_published(world: World) -> None:
    app = use(world, "advanced-chat", published=False)
    root = world.ask(QUESTION)
    assert world.answer(root) == EN[Say.UNSUPPORTED_APP]
    world.dify.app(app, "advanced-chat")
    world.ask("And now", thread_ts=root)
    assert world.answer(root, count=2).endswith("And now")


@pytest.mark.parametrize("mode", ["agent-chat", "workflow"])
@pytest.mark.parametrize("style", ["edit", "post"])
def test_answer_of_an_app_is_whole_in_the_other_styles(world: World, mode: str, style: str) -> None:
    world.configure(reply_style=style)
    world.dify.script(script.pieces("About ", "384,400", " km."), use(world, mode))
    root = world.slack.dm(ANNA, QUESTION)
    [answer] = world.answers(root, channel=world.slack.dm_channel(ANNA))
    assert answer.text == "About 384,400 km."
