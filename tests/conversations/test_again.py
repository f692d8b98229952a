"""A question asked once more: by a word, and by a message shortcut on the question or on its answer."""

import pytest

from simulators.dify import script
from simulators.dify.apps import variable
from tests.conversations.world import ANNA, BEN, CAROL, World
from wording import Say
from wording.en import EN
from wording.ja import JA

AGAIN = "ask_dify_again"


@pytest.fixture
def shortcuts(world: World) -> World:
    world.slack.configure(interactions_url=f"{world.hook}/slack/interactions")
    return world


def queries(world: World) -> list[str]:
    return [record["query"] for record in world.dify.invocations()]


def conversations(world: World) -> set[str]:
    return {record["conversation_id"] for record in world.dify.invocations()}


def told(world: World, count: int = 1) -> str:
    world.wait(lambda: len(world.slack.ephemeral()) >= count)
    return world.slack.ephemeral()[count - 1].text


@pytest.mark.both_ways
@pytest.mark.parametrize("word", ["again", "Again!", "de novo"])
def test_word_asks_the_members_last_question_in_the_same_conversation(world: World, word: str) -> None:
    root = world.ask("How far is the moon?")
    world.answers(root)
    world.slack.say(world.channel, ANNA, word, thread_ts=root)
    first, second = world.answers(root, count=2)
    assert first.text == second.text == "You said: How far is the moon?"
    assert queries(world) == ["How far is the moon?"] * 2
    assert len(conversations(world)) == 1


def test_word_asks_the_own_question_and_not_that_of_another_member(world: World) -> None:
    root = world.ask("from anna")
    world.answers(root)
    world.ask("from ben", user=BEN, thread_ts=root)
    world.answers(root, count=2)
    world.slack.say(world.channel, ANNA, "again", thread_ts=root)
    assert world.answers(root, count=3)[2].text.endswith("from anna")
    world.ask("もう一度", user=CAROL, thread_ts=root)
    assert world.answer(root, count=4) == JA[Say.AGAIN_NOTHING]
    assert len(queries(world)) == 3


def test_word_asks_the_same_question_each_time_and_after_a_restart(world: World) -> None:
    root = world.ask("How far?")
    world.answers(root)
    for count in (2, 3):
        world.slack.say(world.channel, ANNA, "again", thread_ts=root)
        world.answers(root, count=count)
        world.forget()
    assert queries(world) == ["How far?"] * 3
    assert len(conversations(world)) == 1


def test_word_in_a_direct_message_asks_again_even_after_a_restart(world: World) -> None:
    channel = world.slack.dm_channel(ANNA)
    world.answers(world.slack.dm(ANNA, "privately"), channel=channel)
    assert "privately" in world.answer(world.slack.dm(ANNA, "again"), channel=channel)
    world.forget()
    assert "privately" in world.answer(world.slack.dm(ANNA, "again"), channel=channel)
    assert queries(world) == ["privately"] * 3
    assert len(conversations(world)) == 1


def test_word_without_a_question_before_is_told_so(world: World) -> None:
    channel = world.slack.dm_channel(BEN)
    assert world.answer(world.slack.dm(BEN, "again"), channel=channel) == EN[Say.AGAIN_NOTHING]
    assert queries(world) == []


def test_question_that_was_changed_or_deleted_since_is_read_anew(world: World) -> None:
    root = world.ask("first words")
    world.answers(root)
    world.slack.edit(world.channel, root, f"<@{world.slack.bot_user}> better words")
    world.slack.say(world.channel, ANNA, "again", thread_ts=root)
    assert world.answer(root, count=2).endswith("better words")
    reply = world.slack.say(world.channel, ANNA, "a slip", thread_ts=root)
    world.answers(root, count=3)
    world.slack.delete(world.channel, reply)
    world.slack.say(world.channel, ANNA, "again", thread_ts=root)
    assert world.answers(root, count=4)[3].text.endswith("better words")


def test_word_asks_again_where_history_is_not_granted(world: World) -> None:
    root = world.ask("How far?")
    world.answers(root)
    world.slack.fault("conversations.replies", "error", error="missing_scope", times=None)
    world.ask("again", thread_ts=root)
    world.answers(root, count=2)
    assert queries(world)[1].endswith("How far?")


def test_files_of_the_question_are_passed_on_again(world: World) -> None:
    world.dify.app(
        world.app_id,
        "advanced-chat",
        form=[variable("document", "file", allowed_file_types=["document"])],
    )
    file = world.slack.add_file("a.txt", b"content")
    root = world.ask("Read this.", files=[file])
    world.answers(root)
    world.slack.say(world.channel, ANNA, "again", thread_ts=root)
    world.answers(root, count=2)
    documents = [record["inputs"].get("document") for record in world.dify.invocations()]
    assert len(documents) == 2
    assert all(documents)


def test_word_while_an_answer_runs_waits_for_its_turn(world: World) -> None:
    world.dify.script(script.wait(10) + script.say("slow"), world.app_id, when="slowly", times=1)
    root = world.ask("slowly")
    world.dify.wait_invocations(1)
    world.slack.say(world.channel, ANNA, "again", thread_ts=root)
    assert [one.text for one in world.answers(root, count=2)] == ["slow", "You said: slowly"]


def test_shortcut_on_the_question_or_on_the_answer_asks_again(shortcuts: World) -> None:
    world = shortcuts
    root = world.ask("How far?")
    [answer] = world.answers(root)
    assert world.slack.shortcut(world.channel, root, ANNA, AGAIN).status == 200
    quoted, second = world.answers(root, count=3)[1:]
    assert "anna" in quoted.seen
    assert second.text == "You said: How far?"
    world.settle(40)
    assert world.slack.shortcut(world.channel, answer.ts, ANNA, AGAIN).status == 200
    assert world.answers(root, count=5)[4].text == "You said: How far?"
    assert world.slack.answers(world.channel, root)[0].text == answer.text
    assert len(queries(world)) == 3
    assert len(conversations(world)) == 1


def test_shortcut_on_an_answer_finds_the_question_after_a_restart(shortcuts: World) -> None:
    world = shortcuts
    root = world.ask("How far?")
    [answer] = world.answers(root)
    world.slack.say(world.channel, ANNA, "And back?", thread_ts=root)
    world.answers(root, count=2)
    world.forget()
    world.slack.shortcut(world.channel, answer.ts, ANNA, AGAIN)
    assert world.answers(root, count=4)[3].text.endswith("How far?")


def test_shortcut_twice_asks_once(shortcuts: World) -> None:
    world = shortcuts
    root = world.ask("How far?")
    world.answers(root)
    for _ in range(2):
        assert world.slack.shortcut(world.channel, root, ANNA, AGAIN).status == 200
    world.answers(root, count=3)
    world.settle(5)
    assert len(queries(world)) == 2


def test_shortcut_of_another_member_is_refused_to_that_member_alone(shortcuts: World) -> None:
    world = shortcuts
    root = world.ask("How far?")
    [answer] = world.answers(root)
    for count, ts in enumerate((root, answer.ts), 1):
        assert world.slack.shortcut(world.channel, ts, BEN, AGAIN).status == 200
        assert told(world, count) == EN[Say.AGAIN_NOT_YOURS]
    assert {one.ephemeral_for for one in world.slack.ephemeral()} == {BEN}
    assert len(queries(world)) == 1


def test_shortcut_of_a_member_who_may_not_ask_any_more_is_refused(shortcuts: World) -> None:
    world = shortcuts
    root = world.ask("How far?")
    world.answers(root)
    world.configure(allowed_users=BEN)
    world.slack.shortcut(world.channel, root, ANNA, AGAIN)
    assert told(world) == EN[Say.NOT_ALLOWED]
    guest = world.slack.add_user("gil", is_restricted=True)
    world.configure(allowed_users="", guests=False)
    mine = world.slack.say(world.channel, guest, "my own words")
    world.slack.shortcut(world.channel, mine, guest, AGAIN)
    assert told(world, 2) == EN[Say.NO_GUESTS]
    assert len(queries(world)) == 1


@pytest.mark.parametrize(
    ("profile", "setting", "no"),
    [
        ({"is_restricted": True}, "guests", Say.NO_GUESTS),
        ({"foreign": True}, "slack_connect", Say.NO_OUTSIDERS),
    ],
    ids=["guest", "Connect member"],
)
def test_word_of_a_guest_or_of_a_connect_member_counts_as_the_rule_says(
    world: World, profile: dict[str, bool], setting: str, no: Say
) -> None:
    user = world.slack.add_user("gil", **profile)
    world.channel = world.slack.add_channel("shared", ext_shared=True)  # everybody is in a new channel
    world.configure(**{setting: True})
    root = world.ask("How far?", user=user)
    world.answers(root)
    world.slack.say(world.channel, user, "again", thread_ts=root)
    world.answers(root, count=2)
    assert len(queries(world)) == 2
    world.configure(**{setting: False})
    world.ask("again", user=user, thread_ts=root)
    assert told(world) == EN[no]
    assert [one.ephemeral_for for one in world.slack.ephemeral()] == [user]
    assert len(queries(world)) == 2


def test_shortcut_asks_a_question_by_command_again(shortcuts: World) -> None:
    world = shortcuts
    world.slack.configure(commands_url=f"{world.hook}/slack/commands")
    world.slack.command(world.channel, ANNA, "/ask", "by command")
    [root] = world.wait(lambda: world.slack.messages(world.channel))[:1]
    world.answers(root.ts, count=2)
    world.slack.shortcut(world.channel, root.ts, ANNA, AGAIN)
    assert world.answers(root.ts, count=4)[3].text == "You said: by command"
    world.slack.say(world.channel, ANNA, "again", thread_ts=root.ts)
    assert world.answers(root.ts, count=5)[4].text == "You said: by command"
