"""Slash commands, shortcuts, words that are no questions, the Home tab and the hello, at the wire."""

import pytest

from simulators.dify import script
from tests.conversations.world import ANNA, BEN, CAROL, World
from wording import Say, say
from wording.en import EN


@pytest.fixture
def commanded(world: World) -> World:
    world.slack.configure(
        commands_url=f"{world.hook}/slack/commands", interactions_url=f"{world.hook}/slack/interactions"
    )
    return world


def told(world: World, count: int = 1) -> str:
    """What the last of `count` ephemeral texts says."""
    world.wait(lambda: len(world.slack.ephemeral()) >= count)
    return world.slack.ephemeral()[count - 1].text


def asked(world: World) -> list[str]:
    return [record["query"] for record in world.dify.invocations()]


def conversations(world: World) -> list[str]:
    return [record["conversation_id"] for record in world.dify.invocations()]


def test_question_by_command_is_answered_in_a_new_thread(commanded: World) -> None:
    world = commanded
    assert world.slack.command(world.channel, ANNA, "/ask", "may I <@U0BEN0000>?").status == 200
    [root] = world.wait(lambda: world.slack.messages(world.channel))[:1]
    assert (root.ours, root.thread_ts) == (True, "")
    assert "anna" in root.seen
    assert "may I" in root.seen
    assert root.live_tokens == []
    assert "may I @ben?" in world.answers(root.ts, count=2)[1].text
    assert asked(world) == ["may I @ben?"]
    world.slack.say(world.channel, ANNA, "and now?", thread_ts=root.ts)
    world.answers(root.ts, count=3)
    assert world.slack.ephemeral() == []


def test_question_by_command_in_a_direct_message_is_answered(commanded: World) -> None:
    world = commanded
    dm = world.slack.dm_channel(ANNA)
    world.slack.command(dm, ANNA, "/ask", "in private")
    [root] = world.wait(lambda: world.slack.messages(dm))[:1]
    assert "in private" in world.answers(root.ts, channel=dm, count=2)[1].text


def test_help_is_told_to_the_member_alone_in_the_members_language(commanded: World) -> None:
    world = commanded
    world.slack.command(world.channel, CAROL, "/ask", "help")
    assert told(world) == say("ja", Say.COMMAND_HELP, command="/ask")
    for words in ("/ask private", "/ask private reset", "reset"):
        assert f"`{words}`" in told(world)
    [seen] = world.slack.ephemeral()
    assert seen.ephemeral_for == CAROL
    assert world.slack.messages(world.channel) == []


def test_reset_by_command_begins_a_new_conversation_in_the_direct_message(commanded: World) -> None:
    world = commanded
    dm = world.slack.dm_channel(ANNA)
    for text in ("first", "second"):
        world.answers(world.slack.dm(ANNA, text), channel=dm)
    world.slack.command(dm, ANNA, "/ask", "reset")
    assert told(world) == EN[Say.RESET_DONE]
    world.answers(world.slack.dm(ANNA, "third"), channel=dm)
    first, second, third = conversations(world)
    assert first == second != third
    world.slack.command(world.channel, ANNA, "/ask", "reset")
    assert told(world, 2) == EN[Say.RESET_ELSEWHERE]


def test_command_of_a_refused_member_posts_nothing(commanded: World) -> None:
    world = commanded
    guest = world.slack.add_user("gil", is_restricted=True)
    channel = world.slack.add_channel("with-a-guest")
    world.configure(guests=False, allowed_channels=channel)
    world.slack.command(channel, guest, "/ask", "may I?")
    assert told(world) == EN[Say.NO_GUESTS]
    world.slack.command(world.channel, ANNA, "/ask", "may I?")
    assert told(world, 2) == EN[Say.NOT_IN_CHANNEL]
    assert world.slack.messages(channel) == world.slack.messages(world.channel) == []
    assert asked(world) == []


def test_command_where_the_bot_is_not_is_told_so(commanded: World) -> None:
    world = commanded
    elsewhere = world.slack.add_channel("elsewhere", kind="group", bot=False)
    world.slack.command(elsewhere, ANNA, "/ask", "may I?")
    assert told(world) == EN[Say.NOT_INVITED]
    assert asked(world) == []


def test_unsigned_command_gets_401_and_the_response_url_is_in_no_log(commanded: World) -> None:
    world = commanded
    assert world.post("/slack/commands", b"command=/ask&text=x") == (401, b"")
    assert world.slack.ssl_check().status == 200
    world.slack.rules(response_url_base="https://elsewhere.example")
    world.slack.command(world.channel, ANNA, "/ask", "help")
    world.settle(5)
    assert world.slack.ephemeral() == []
    assert "elsewhere.example" not in world.daemon.log()


def test_shortcut_asks_about_a_message_in_its_thread(commanded: World) -> None:
    world = commanded
    ts = world.slack.say(world.channel, BEN, "The build is red again.")
    assert world.slack.shortcut(world.channel, ts, ANNA).status == 200
    answers = world.answers(ts, count=2)
    assert "anna" in answers[0].seen
    assert "The build is red again." in answers[1].text
    assert asked(world)[0].endswith("The build is red again.")


def test_shortcut_where_the_bot_is_not_is_told_so(commanded: World) -> None:
    world = commanded
    elsewhere = world.slack.add_channel("elsewhere", bot=False)
    ts = world.slack.say(elsewhere, BEN, "The build is red again.")
    world.slack.shortcut(elsewhere, ts, ANNA)
    assert told(world) == EN[Say.NOT_INVITED]
    assert asked(world) == []


def test_reset_in_a_thread_begins_a_new_conversation_there(world: World) -> None:
    root = world.ask("first")
    world.answers(root)
    world.slack.say(world.channel, ANNA, "Reset", thread_ts=root)
    assert world.answer(root, count=2) == EN[Say.RESET_DONE]
    world.slack.say(world.channel, ANNA, "second", thread_ts=root)
    world.answers(root, count=3)
    first, second = conversations(world)
    assert first != second


def test_replies_of_a_member_who_said_stop_following_are_no_questions(world: World) -> None:
    root = world.ask("first")
    world.answers(root)
    world.ask("me too", user=BEN, thread_ts=root)
    world.answers(root, count=2)
    world.slack.say(world.channel, ANNA, "stop following", thread_ts=root)
    assert world.answer(root, count=3) == EN[Say.UNFOLLOWED]
    world.slack.say(world.channel, ANNA, "just a remark", thread_ts=root)
    world.slack.say(world.channel, BEN, "still a question", thread_ts=root)
    world.answers(root, count=4)
    assert len(asked(world)) == 3
    world.ask("a question again", thread_ts=root)
    world.answers(root, count=5)
    world.slack.say(world.channel, ANNA, "and one more", thread_ts=root)
    world.answers(root, count=6)


def shown(world: World, user: str = ANNA) -> str:
    """All texts of the member's Home tab."""
    blocks = world.wait(lambda: world.slack.home(user))["blocks"]
    return "\n".join(block["text"]["text"] for block in blocks)


def test_home_tab_shows_what_the_app_offers_and_is_published_only_when_it_changed(world: World) -> None:
    world.dify.app(
        world.app_id,
        "advanced-chat",
        opening_statement="I know <!channel> rules.",
        suggested_questions=["Travel?"],
    )
    world.slack.open_home()
    text = shown(world)
    for part in ("I know <!channel> rules.", "• Travel?", EN[Say.HOME_START], EN[Say.HOME_PRIVACY]):
        assert part in text
    types = [block["text"]["type"] for block in world.slack.home()["blocks"]]
    assert set(types) == {"plain_text"}
    assert EN[Say.HOME_OPEN] not in text
    world.slack.open_home()
    world.slack.open_home(tab="messages")
    world.settle(10)
    assert len(world.slack.calls("views.publish")) == 1
    world.configure(direct_messages=False)
    world.slack.open_home()
    world.wait(lambda: len(world.slack.calls("views.publish")) == 2)
    world.wait(lambda: EN[Say.HOME_START_DIRECT] not in shown(world))
    world.slack.open_home(CAROL)
    assert say("ja", Say.HOME_PRIVACY) in shown(world, CAROL)


def test_home_tab_shows_the_members_own_open_questions(world: World) -> None:
    world.dify.script(script.wait(60) + script.say("At last."), world.app_id)
    root = world.ask("a long one")
    world.wait(lambda: world.slack.status(world.channel, root).current)
    world.slack.open_home()
    assert f"• <#{world.channel}>, <!date^{root.partition('.')[0]}^" in shown(world)
    world.slack.open_home(BEN)
    assert EN[Say.HOME_OPEN] not in shown(world, BEN)
    world.slack.delete(world.channel, root)


def test_home_tab_of_a_refused_member_tells_nothing_of_the_app(world: World) -> None:
    world.dify.app(world.app_id, "advanced-chat", opening_statement="For staff only.")
    world.configure(allowed_users=BEN)
    world.slack.open_home(ANNA)
    assert shown(world, ANNA) == EN[Say.NOT_ALLOWED]
    world.slack.open_home(BEN)
    assert "For staff only." in shown(world, BEN)


def test_inviter_gets_a_hello_once_per_channel(world: World) -> None:
    channel = world.slack.add_channel("new", bot=False)
    world.slack.invite(channel, BEN)
    assert told(world) == EN[Say.HELLO]
    [seen] = world.slack.ephemeral()
    assert (seen.channel, seen.ephemeral_for, seen.thread_ts) == (channel, BEN, "")
    world.slack.leave(channel, world.slack.bot_user)
    world.slack.invite(channel, ANNA)
    world.slack.invite(world.channel, "")
    world.settle(10)
    assert len(world.slack.ephemeral()) == 1
    assert world.slack.messages(channel) == []


def test_hello_says_what_the_rules_say_of_the_channel(world: World) -> None:
    closed, opened = (world.slack.add_channel(name, bot=False) for name in ("closed", "opened"))
    world.configure(allowed_channels=opened, open_channels=opened)
    world.slack.invite(closed, ANNA)
    assert told(world) == EN[Say.NOT_IN_CHANNEL]
    world.slack.invite(opened, ANNA)
    assert told(world, 2) == EN[Say.HELLO_OPEN]
