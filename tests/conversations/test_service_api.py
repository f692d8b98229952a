"""The second way to an app, Dify's Service API: who owns a conversation, what goes out, on each version of Dify."""

import pytest

from simulators.dify import script
from simulators.dify.apps import variable
from simulators.dify.versions import VERSIONS
from tests.conversations.world import ANNA, BEN, Via, World
from wording import Say
from wording.en import EN

in_each_version = pytest.mark.parametrize("version", sorted(VERSIONS))


@pytest.fixture
def via() -> Via:
    return "api"


def use(world: World, mode: str, **app: object) -> str:
    """Make the hook's app one of this kind."""
    app_id = world.dify.app(f"{world.app_id}-{mode}", mode, **app)  # type: ignore[arg-type]
    world.configure(app={"app_id": app_id, "inputs": {}})
    return app_id


def user_of(world: World, member: str) -> str:
    return f"slack:{world.slack.team_id}:{member}"


@in_each_version
@pytest.mark.parametrize("mode", ["chat", "agent-chat", "advanced-chat", "workflow", "completion", "agent"])
def test_kind_of_app_answers_over_the_service_api(world: World, mode: str, version: str) -> None:
    form = [variable("query", "paragraph", required=True)] if mode in {"workflow", "completion"} else []
    app_id = use(world, mode, form=form)
    world.dify.script(script.say("About 384,400 km."), app_id)
    text = world.answer(world.ask("How far is the moon?"))
    if mode == "agent" and version < "1.15":
        assert text == EN[Say.UNSUPPORTED_APP]
        return
    assert text == "About 384,400 km."
    [asked] = world.dify.invocations()
    assert (asked["via"], asked["user"], asked["outcome"]) == ("api", user_of(world, ANNA), "done")
    if form:
        assert asked["inputs"]["query"] == "How far is the moon?"


@in_each_version
def test_thread_is_one_conversation_of_the_member_who_opened_it(world: World) -> None:
    app_id = use(world, "advanced-chat", form=[variable("slack_user_id")])
    root = world.ask("one")
    world.answers(root)
    world.ask("two", user=BEN, thread_ts=root)
    world.answers(root, count=2)
    first, second = world.dify.invocations()
    assert first["asked_conversation_id"] == ""
    assert second["asked_conversation_id"] == second["conversation_id"] == first["conversation_id"]
    assert [first["user"], second["user"]] == [user_of(world, ANNA)] * 2
    assert [first["inputs"]["slack_user_id"], second["inputs"]["slack_user_id"]] == [ANNA, BEN]
    assert {row["session_id"] for row in world.dify.end_users() if row["app_id"] == app_id} == {
        user_of(world, ANNA)
    }


def test_record_of_the_conversation_outlives_the_process(world: World) -> None:
    root = world.ask("one")
    world.answers(root)
    world.forget()
    world.ask("two", user=BEN, thread_ts=root)
    world.answers(root, count=2)
    first, second = world.dify.invocations()
    assert second["asked_conversation_id"] == first["conversation_id"]
    assert second["user"] == user_of(world, ANNA)


def test_first_questions_of_a_member_at_once_are_both_remembered(world: World) -> None:
    """Two first calls at the same time would make two end users, and one conversation would be lost."""
    app_id = use(world, "chat")
    roots = [world.ask("one"), world.ask("two")]
    for root in roots:
        world.answers(root)
    for root in roots:
        world.ask("more", thread_ts=root)
    for root in roots:
        world.answers(root, count=2)
    assert [row["session_id"] for row in world.dify.end_users() if row["app_id"] == app_id] == [
        user_of(world, ANNA)
    ]
    more = [one for one in world.dify.invocations() if one["query"] == "more"]
    assert len(more) == 2
    assert all(one["asked_conversation_id"] == one["conversation_id"] for one in more)
    assert len({one["conversation_id"] for one in more}) == 2


def test_direct_message_is_a_conversation_of_its_member(world: World) -> None:
    channel = world.slack.dm_channel(BEN)
    world.answers(world.slack.dm(BEN, "one"), channel=channel)
    world.answers(world.slack.dm(BEN, "two"), channel=channel)
    first, second = world.dify.invocations()
    assert second["asked_conversation_id"] == first["conversation_id"]
    assert {first["user"], second["user"]} == {user_of(world, BEN)}


def test_conversation_of_one_way_is_never_sent_on_the_other(world: World) -> None:
    root = world.ask("one")
    world.answers(root)
    world.configure(dify_api_key="")
    world.ask("two", thread_ts=root)
    world.answers(root, count=2)
    del world.settings["dify_api_key"]
    world.configure()
    world.ask("three", thread_ts=root)
    world.answers(root, count=3)
    asked = world.dify.invocations()
    assert [one["via"] for one in asked] == ["api", "plugin", "api"]
    assert [one["asked_conversation_id"] for one in asked] == ["", "", ""]
    assert "You said: one" in asked[1]["query"]  # the app of a new conversation is told the thread


@in_each_version
def test_conversation_that_was_deleted_is_begun_anew(world: World) -> None:
    root = world.ask("one")
    world.answers(root)
    [first] = world.dify.invocations()
    world.dify.forget_conversation(first["conversation_id"])
    world.ask("two", thread_ts=root)
    assert "two" in world.answer(root, count=2)
    ran = [one for one in world.dify.invocations() if one["outcome"] == "done"]
    assert len(ran) == 2
    assert ran[1]["conversation_id"] != first["conversation_id"]


@in_each_version
def test_answer_of_the_annotations_ends_the_turn_in_each_version(world: World) -> None:
    app_id = use(world, "advanced-chat")
    world.dify.script(script.preempt("Known answer."), app_id)
    assert world.answer(world.ask("hello")) == "Known answer."


@in_each_version
def test_answer_of_the_annotations_in_a_run_that_had_begun_ends_the_turn(world: World) -> None:
    app_id = use(world, "advanced-chat")
    world.dify.script(script.own_nodes() + script.preempt("Known answer."), app_id)
    assert world.answer(world.ask("hello"), timeout=30) == "Known answer."


@in_each_version
def test_required_input_is_checked_before_the_app_is_asked(world: World) -> None:
    use(world, "advanced-chat", form=[variable("plan", "select", required=True, options=["a"])])
    assert "`plan`" in world.answer(world.ask("hello"))
    assert world.dify.invocations() == []


@in_each_version
def test_file_reaches_the_app_as_the_conversations_user(world: World) -> None:
    app_id = use(
        world, "chat", form=[variable("doc", "file")], file_upload={"enabled": True, "number_limits": 3}
    )
    root = world.ask("one")
    world.answers(root)
    files = [world.slack.add_file(f"{name}.txt", name.encode()) for name in ("a", "b")]
    world.ask("two", user=BEN, thread_ts=root, files=files)
    world.answers(root, count=2)
    asked = world.dify.invocations()[-1]
    names = {one["id"]: (one["name"], one["owner"]) for one in world.dify.service_uploads()}
    [owner] = [row["row_id"] for row in world.dify.end_users() if row["app_id"] == app_id]
    assert names[asked["inputs"]["doc"]["upload_file_id"]] == ("a.txt", owner)
    assert [names[file["upload_file_id"]] for file in asked["files"]] == [("b.txt", owner)]
    assert asked["outcome"] == "done"


def test_each_app_of_a_channel_is_asked_with_its_own_key(world: World) -> None:
    other = world.dify.app(f"{world.app_id}-other", "chat")
    channel = world.slack.add_channel("other")
    world.configure(channel_apps=f"{channel}={other}")
    world.answers(world.ask("one"))
    world.answers(world.ask("two", channel=channel), channel=channel)
    assert [(one["app_id"], one["via"]) for one in world.dify.invocations()] == [
        (world.app_id, "api"),
        (other, "api"),
    ]
