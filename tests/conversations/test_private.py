"""`private QUESTION` at the wire: the author alone sees the answer, and may share it."""

import pytest

from simulators.dify import script
from simulators.slack.seen import SeenMessage
from tests.conversations.answers import flat, long_text
from tests.conversations.world import ANNA, BEN, CAROL, World
from wording import Say, say
from wording.en import EN

WORKING = EN[Say.PRIVATE_WORKING]


@pytest.fixture
def world(world: World) -> World:
    """The world with a slash command and interactivity, of which no press has come yet."""
    world.slack.configure(
        commands_url=f"{world.hook}/slack/commands", interactions_url=f"{world.hook}/slack/interactions"
    )
    return world


@pytest.fixture
def pressing(world: World) -> World:
    """The world once it is known that presses arrive."""
    ts = world.slack.say(world.channel, BEN, "something else")
    assert world.slack.shortcut(world.channel, ts, CAROL).status == 200
    world.answers(ts)
    return world


def privately(world: World, text: str, user: str = ANNA, *, messages: int = 1) -> list[SeenMessage]:
    """Ask, and wait for what the member alone sees behind the note that the bot works."""
    before = len(world.slack.ephemeral())
    assert world.slack.command(world.channel, user, "/ask", f"private {text}").status == 200
    world.wait(lambda: len(world.slack.ephemeral()) > before + messages)
    working, *answers = world.slack.ephemeral()[before:]
    assert working.text == say("ja" if user == CAROL else "en", Say.PRIVATE_WORKING)
    assert {one.ephemeral_for for one in (working, *answers)} == {user}
    return answers


def public(world: World) -> list[SeenMessage]:
    return world.slack.messages(world.channel)


def button(message: SeenMessage) -> list[str]:
    actions = [block for block in message.blocks if block["type"] == "actions"]
    return [element["action_id"] for block in actions for element in block["elements"]]


@pytest.mark.both_ways
def test_answer_is_seen_by_its_author_alone_and_the_conversation_goes_on(world: World) -> None:
    [answer] = privately(world, "how much leave do I have?")
    assert answer.seen == "You said: how much leave do I have?"
    assert button(answer) == []  # no press is known to arrive
    privately(world, "and next year?")
    privately(world, "and mine?", CAROL)
    assert public(world) == []
    calls = [*world.slack.calls("assistant.threads.setStatus"), *world.slack.calls("chat.*")]
    assert [
        call for call in calls if call.outcome != "invalid_auth"
    ] == []  # of the conversation before this one
    first, second, other = [run["conversation_id"] for run in world.dify.invocations()]
    assert first == second != other


def test_reset_begins_a_new_private_conversation(world: World) -> None:
    privately(world, "one")
    [done] = privately(world, "reset")
    assert done.text == EN[Say.RESET_DONE]
    privately(world, "two")
    first, second = [run["conversation_id"] for run in world.dify.invocations()]
    assert first != second


def test_author_shares_the_answer_once(pressing: World) -> None:
    world = pressing
    before = len(public(world))
    [answer] = privately(world, "may I <@U0BEN0000>?")
    assert button(answer) == ["share"]
    assert len(public(world)) == before
    assert world.slack.press(world.channel, answer.ts, ANNA, "share").status == 200
    world.wait(lambda: world.slack.ephemeral()[-1].text == EN[Say.SHARED])
    quoted, shared = public(world)[before:]
    assert quoted.seen == "> **anna:** may I @ben?"
    assert (quoted.thread_ts, shared.thread_ts) == ("", quoted.ts)
    assert shared.seen == "You said: may I @ben?"
    assert quoted.live_tokens == shared.live_tokens == []
    assert answer.ts in {one.ts for one in world.slack.ephemeral()}  # replaced, so that its button is gone
    assert not any(button(one) for one in world.slack.ephemeral())


def test_files_are_named_to_the_author_alone_and_the_note_about_them_is_not_shared(pressing: World) -> None:
    world = pressing
    world.dify.files_url(world.dify.url)
    url = world.dify.add_file("a.txt", "text/plain", b"inside")
    world.dify.script(
        script.say("Here.") + script.end_files({"url": url, "type": "document", "filename": "a.txt"}),
        world.app_id,
    )
    before = len(public(world))
    [answer] = privately(world, "a file?")
    assert EN[Say.PRIVATE_FILES] in answer.text
    world.slack.press(world.channel, answer.ts, ANNA, "share")
    world.wait(lambda: world.slack.ephemeral()[-1].text == EN[Say.SHARED])
    assert public(world)[before + 1].seen == "Here."


def test_second_press_of_share_shares_nothing(pressing: World) -> None:
    world = pressing
    [answer] = privately(world, "twice?")
    world.slack.rules(latency=2 * 0.05)
    for _ in range(2):
        world.slack.press(world.channel, answer.ts, ANNA, "share")
    world.wait(lambda: EN[Say.SHARED] in [one.text for one in world.slack.ephemeral()])
    world.settle(10)
    assert EN[Say.PRIVATE_GONE] not in [one.text for one in world.slack.ephemeral()]
    assert [one.seen for one in public(world)].count("> **anna:** twice?") == 1


def test_answer_of_another_process_is_not_shared(pressing: World) -> None:
    world = pressing
    [answer] = privately(world, "before the restart?")
    before = len(public(world))
    world.forget()
    world.slack.press(world.channel, answer.ts, ANNA, "share")
    world.wait(lambda: world.slack.ephemeral()[-1].text == EN[Say.PRIVATE_GONE])
    assert len(public(world)) == before


def test_share_where_the_bot_is_not_is_told_and_can_be_tried_again(pressing: World) -> None:
    world = pressing
    here, world.channel = world.channel, world.slack.add_channel("elsewhere", kind="group", bot=False)
    [answer] = privately(world, "far away?")
    assert answer.seen == "You said: far away?"
    world.slack.press(world.channel, answer.ts, ANNA, "share")
    world.wait(lambda: world.slack.ephemeral()[-1].text == EN[Say.NOT_INVITED])
    assert public(world) == []
    world.slack.invite(world.channel)
    world.slack.press(world.channel, answer.ts, ANNA, "share")
    world.wait(lambda: EN[Say.SHARED] in [one.text for one in world.slack.ephemeral()])
    world.channel = here


def test_long_answer_is_cut_and_says_so(world: World) -> None:
    world.dify.script(script.say(long_text(20_000)), world.app_id)
    pages = privately(world, "everything?", messages=3)
    told = " ".join(page.text for page in pages).removesuffix(EN[Say.PRIVATE_CUT])
    assert flat(long_text(20_000)).startswith(flat(told))
    assert len(told) > 8_000
    assert EN[Say.PRIVATE_CUT] in str(pages[-1].blocks[-1])
    assert public(world) == []


def test_answer_is_shown_as_plain_text_to_its_end_where_slack_refuses_the_blocks(world: World) -> None:
    world.slack.rules(response_url_refuses_blocks=True)
    world.dify.script(script.say(long_text(20_000)), world.app_id)
    pages = privately(world, "everything?", messages=3)
    assert [page.blocks for page in pages] == [[], [], []]
    assert pages[-1].text.endswith(EN[Say.PRIVATE_CUT])
    assert public(world) == []


def test_failing_app_is_told_to_the_author_alone(world: World) -> None:
    world.dify.script(script.say("So far") + script.fail("secret"), world.app_id)
    [answer] = privately(world, "break")
    assert answer.text.startswith("So far")
    assert EN[Say.CUT_SHORT] in answer.text
    assert "secret" not in answer.text
    assert public(world) == []


def test_refused_member_gets_no_private_answer(world: World) -> None:
    guest = world.slack.add_user("gil", is_restricted=True)
    world.slack.join(world.channel, guest)
    world.configure(guests=False)
    world.slack.command(world.channel, guest, "/ask", "private may I?")
    world.wait(world.slack.ephemeral)
    assert [one.text for one in world.slack.ephemeral()] == [EN[Say.NO_GUESTS]]
    assert world.dify.invocations() == []


def test_question_on_the_line_below_the_word_is_private(world: World) -> None:
    before = len(world.slack.ephemeral())
    world.slack.command(world.channel, ANNA, "/ask", "private:\nhow much leave do I have?")
    world.wait(lambda: len(world.slack.ephemeral()) > before + 1)
    assert world.slack.ephemeral()[-1].seen == "You said: how much leave do I have?"
    assert public(world) == []


def test_word_alone_gets_the_help(world: World) -> None:
    world.slack.command(world.channel, ANNA, "/ask", "private")
    world.wait(world.slack.ephemeral)
    assert [one.text for one in world.slack.ephemeral()] == [say("en", Say.COMMAND_HELP, command="/ask")]


def test_response_url_is_in_no_log(world: World) -> None:
    privately(world, "quietly")
    assert "/actions/" not in world.daemon.log()
    assert '"method\\":\\"private' in world.daemon.log()
