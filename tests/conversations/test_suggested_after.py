"""The questions that Dify suggests after an answer, as buttons under the answer until the next question comes."""

import pytest

from simulators.dify import script
from simulators.slack.seen import SeenMessage
from tests.conversations.world import ANNA, BEN, CAROL, Via, World
from wording import Say
from wording.en import EN

QUESTIONS = ("And by train?", "How much is it?")
LONG = f"How {'very ' * 20}long may a question be?"


@pytest.fixture
def via() -> Via:
    return "api"


@pytest.fixture
def suggesting(world: World) -> World:
    """An app that has suggestions on, in a workspace from which one interaction has come."""
    world.slack.configure(interactions_url=f"{world.hook}/slack/interactions")
    world.dify.app(world.app_id, "advanced-chat", suggested_questions_after_answer={"enabled": True})
    ts = world.slack.say(world.channel, ANNA, "something else")
    assert world.slack.shortcut(world.channel, ts, CAROL).status == 200
    world.answers(ts, count=2)
    world.wait(lambda: suggested_calls(world) == 0)  # after the fixture's own answer nothing is suggested
    world.dify.suggest(*QUESTIONS)
    return world


def labels(message: SeenMessage) -> list[str]:
    actions = [block for block in message.blocks if block["type"] == "actions"]
    return [element["text"]["text"] for block in actions for element in block["elements"]]


def queries(world: World) -> list[str]:
    return [record["query"] for record in world.dify.invocations()][1:]


def suggested_calls(world: World) -> int:
    """The calls for this app since the fixture's own one; a late call for the app of the test before is none."""
    key = f"Bearer {world.dify.api_key(world.app_id)}"
    calls = [call for call in world.dify.service_calls() if call["path"].endswith("/suggested")]
    return len([call for call in calls if call["authorization"] == key]) - 1


def test_suggestions_stand_under_the_answer_and_a_press_asks_in_the_pressers_name(suggesting: World) -> None:
    root = suggesting.ask("How far?")
    answer, offer = suggesting.answers(root, count=2)
    assert labels(answer) == []
    assert labels(offer) == list(QUESTIONS)
    assert offer.seen.startswith(EN[Say.SUGGESTIONS])
    attempt = suggesting.slack.press(suggesting.channel, offer.ts, BEN, "ask_0")
    assert (attempt.status, attempt.body) == (200, "")
    first, quoted, second, more = suggesting.answers(root, count=4)
    assert first.text == "You said: How far?"
    assert quoted.text == f"> **ben:** {QUESTIONS[0]}"
    assert second.text == f"You said: {QUESTIONS[0]}"
    assert labels(more) == list(QUESTIONS)
    assert more.ts != offer.ts
    assert queries(suggesting) == ["How far?", QUESTIONS[0]]


def test_suggestions_go_when_the_next_question_comes_even_after_a_restart(suggesting: World) -> None:
    root = suggesting.ask("one")
    _, offer = suggesting.answers(root, count=2)
    suggesting.forget()
    suggesting.slack.say(suggesting.channel, ANNA, "two", thread_ts=root)
    suggesting.wait(
        lambda: offer.ts not in {one.ts for one in suggesting.slack.answers(suggesting.channel, root)}
    )
    answers = suggesting.answers(root, count=3)
    assert [one.text for one in answers[:2]] == ["You said: one", "You said: two"]
    assert labels(answers[2]) == list(QUESTIONS)


def test_question_before_the_suggestions_are_there_keeps_them_away(suggesting: World) -> None:
    suggesting.dify.suggest(*QUESTIONS, seconds=12)
    root = suggesting.ask("one")
    suggesting.wait(lambda: suggested_calls(suggesting) == 1)
    suggesting.slack.say(suggesting.channel, ANNA, "two", thread_ts=root)
    answers = suggesting.answers(root, count=3)
    assert [one.text for one in answers[:2]] == ["You said: one", "You said: two"]
    assert labels(answers[2]) == list(QUESTIONS)
    suggesting.settle(20)
    assert len(suggesting.slack.answers(suggesting.channel, root)) == 3


def test_answer_and_the_next_question_do_not_wait_for_the_suggestions(suggesting: World) -> None:
    suggesting.dify.suggest(*QUESTIONS, seconds=15)
    root = suggesting.ask("one")
    suggesting.wait(lambda: suggested_calls(suggesting) == 1)
    [answer] = suggesting.slack.answers(suggesting.channel, root)
    assert answer.text == "You said: one"
    suggesting.slack.say(suggesting.channel, ANNA, "two", thread_ts=root)
    suggesting.wait(
        lambda: any("two" in one.text for one in suggesting.slack.answers(suggesting.channel, root)),
        timeout=10 * 0.05 + 5,
    )


def test_long_suggestions_stand_as_text_too_and_are_asked_whole(suggesting: World) -> None:
    suggesting.dify.suggest(LONG, "", "<!channel>  is   that so?")
    root = suggesting.ask("one")
    _, offer = suggesting.answers(root, count=2)
    assert offer.seen.startswith(f"{EN[Say.SUGGESTIONS]}\n\n- {LONG}")
    assert offer.live_tokens == []
    assert len(labels(offer)) == 2
    suggesting.slack.press(suggesting.channel, offer.ts, ANNA, "ask_0")
    suggesting.answers(root, count=4)
    assert queries(suggesting)[-1] == LONG


@pytest.mark.parametrize("why", ["off", "none", "failed", "no key", "paused"])
def test_nothing_is_offered_where_there_is_nothing_to_offer(suggesting: World, why: str) -> None:
    if why == "off":
        suggesting.dify.app(suggesting.app_id, "advanced-chat")
        suggesting.forget()
    elif why == "none":
        suggesting.dify.suggest()
    elif why == "failed":
        suggesting.dify.script(script.say("So far") + script.error(), suggesting.app_id)
    elif why == "no key":
        suggesting.configure(dify_api_key="")
    else:
        suggesting.dify.script(script.say("So far") + script.pause(), suggesting.app_id)
    root = suggesting.ask("one")
    suggesting.answers(root)
    suggesting.settle(10)
    waiting = [EN[Say.FORM_WAITS].format(title="Confirm")] if why == "paused" else []
    _, *others = suggesting.slack.answers(suggesting.channel, root)
    assert [one.seen for one in others] == waiting
    assert suggested_calls(suggesting) == (1 if why == "none" else 0)


def test_nothing_is_offered_before_any_interaction_has_come(world: World) -> None:
    world.dify.app(world.app_id, "advanced-chat", suggested_questions_after_answer={"enabled": True})
    world.dify.suggest(*QUESTIONS)
    root = world.ask("one")
    world.answers(root)
    world.settle(10)
    assert len(world.slack.answers(world.channel, root)) == 1
    assert [call for call in world.dify.service_calls() if call["path"].endswith("/suggested")] == []


def test_suggestions_that_dify_does_not_give_leave_the_answer_as_it_is(suggesting: World) -> None:
    root = suggesting.ask("one")
    suggesting.answers(root, count=2)
    suggesting.dify.script(script.say("slow", seconds=5), suggesting.app_id)
    second = suggesting.ask("two")
    suggesting.dify.wait_invocations(3)
    suggesting.dify.revoke_keys(suggesting.app_id)
    assert suggesting.answer(second) == "slow"
    suggesting.settle(10)
    assert len(suggesting.slack.answers(suggesting.channel, second)) == 1


def test_press_of_a_member_who_may_not_ask_is_refused(suggesting: World) -> None:
    root = suggesting.ask("one")
    _, offer = suggesting.answers(root, count=2)
    suggesting.configure(allowed_users=ANNA)
    assert suggesting.slack.press(suggesting.channel, offer.ts, BEN, "ask_0").status == 200
    suggesting.wait(suggesting.slack.ephemeral)
    assert suggesting.slack.ephemeral()[0].text == EN[Say.NOT_ALLOWED]
    zoe = suggesting.slack.add_user("zoe", foreign=True)
    suggesting.configure(allowed_users="")
    assert suggesting.slack.press(suggesting.channel, offer.ts, zoe, "ask_0").status == 200
    suggesting.settle(10)
    assert queries(suggesting) == ["one"]
    assert [one.ts for one in suggesting.slack.answers(suggesting.channel, root)][-1] == offer.ts


@pytest.mark.parametrize(
    ("profile", "setting", "no"),
    [
        ({"is_restricted": True}, "guests", Say.NO_GUESTS),
        ({"foreign": True}, "slack_connect", Say.NO_OUTSIDERS),
    ],
    ids=["guest", "Connect member"],
)
def test_press_of_a_guest_or_of_a_connect_member_counts_as_the_rule_says(
    suggesting: World, profile: dict[str, bool], setting: str, no: Say
) -> None:
    world = suggesting
    user = world.slack.add_user("gil", **profile)
    world.slack.join(world.channel, user)
    world.configure(**{setting: False})
    root = world.ask("one")
    _, offer = world.answers(root, count=2)
    assert world.slack.press(world.channel, offer.ts, user, "ask_0").status == 200
    world.wait(world.slack.ephemeral)
    assert [(one.text, one.ephemeral_for) for one in world.slack.ephemeral()] == [(EN[no], user)]
    assert queries(world) == ["one"]
    world.configure(**{setting: True})
    assert world.slack.press(world.channel, offer.ts, user, "ask_1").status == 200
    world.wait(lambda: queries(world) == ["one", QUESTIONS[1]])


def test_suggestions_in_a_direct_message_go_with_the_next_message(suggesting: World) -> None:
    channel = suggesting.slack.dm_channel(BEN)
    first = suggesting.slack.dm(BEN, "one")
    _, offer = suggesting.answers(first, channel=channel, count=2)
    assert labels(offer) == list(QUESTIONS)
    second = suggesting.slack.dm(BEN, "two")
    suggesting.answers(second, channel=channel, count=2)
    assert [one.text for one in suggesting.slack.answers(channel, first)] == ["You said: one"]
