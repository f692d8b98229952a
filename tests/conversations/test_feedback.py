"""Thumbs under an answer, over the Service API: votes and reasons on their way to Dify, from both sides."""

from typing import Any

import pytest

from simulators.dify import script
from simulators.dify.apps import variable
from simulators.slack.seen import SeenMessage
from tests.conversations.world import ANNA, BEN, CAROL, Via, World
from wording import Say, say
from wording.en import EN

# The endpoint cannot tell the relay and Slack apart.
pytestmark = pytest.mark.usefixtures("over")


@pytest.fixture
def via() -> Via:
    return "api"


@pytest.fixture
def rated(world: World) -> World:
    """A workspace from which one interaction has come, so that presses are known to arrive."""
    world.slack.configure(interactions_url=f"{world.hook}/slack/interactions")
    arrive(world)
    return world


def arrive(world: World) -> None:
    ts = world.slack.say(world.channel, ANNA, "something else")
    assert world.slack.shortcut(world.channel, ts, CAROL).status == 200
    world.answers(ts, count=2)


def answered(world: World, text: str = "How far?", **more: Any) -> SeenMessage:
    root = world.ask(text, **more)
    return world.answers(root)[-1]


def thumbs(message: SeenMessage) -> list[str]:
    return [block["type"] for block in message.blocks if block["type"] in {"context_actions", "actions"}]


def told(world: World, count: int = 1) -> str:
    world.wait(lambda: len(world.slack.ephemeral()) >= count)
    return world.slack.ephemeral()[count - 1].text


def vote(world: World, message: SeenMessage, member: str, *, good: bool) -> None:
    attempt = world.slack.vote(message.channel, message.ts, member, positive=good)
    assert (attempt.status, attempt.body) == (200, "")


def kept(world: World) -> tuple[str, str]:
    [found] = votes(world)
    return found["rating"], found["content"]


def votes(world: World) -> list[dict[str, Any]]:
    return [found for found in world.dify.feedbacks() if found["app_id"] == world.app_id]


def user_of(world: World, member: str) -> str:
    return f"slack:{world.slack.team_id}:{member}"


@pytest.mark.parametrize("style", ["stream", "edit", "post"])
def test_vote_reaches_dify_as_the_conversations_user_and_the_voter_is_told(rated: World, style: str) -> None:
    rated.configure(reply_style=style)
    answer = answered(rated)
    assert answer.text == "You said: How far?"
    assert thumbs(answer) == ["context_actions"]
    states = answer.states
    vote(rated, answer, BEN, good=True)
    assert told(rated) == EN[Say.FEEDBACK_ARRIVED]
    [shown] = rated.slack.ephemeral()
    assert (shown.ephemeral_for, shown.thread_ts) == (BEN, answer.thread_ts)
    assert kept(rated) == ("like", f"ben ({BEN})")
    [call] = rated.dify.ratings()
    asked = rated.dify.invocations()[-1]
    assert (call["message_id"], call["user"]) == (asked["message_id"], user_of(rated, ANNA))
    [again] = [one for one in rated.slack.answers(rated.channel, answer.thread_ts) if one.ts == answer.ts]
    assert again.states == states  # the answer is not touched


def test_bad_vote_opens_a_form_and_its_reason_reaches_dify(rated: World) -> None:
    answer = answered(rated)
    vote(rated, answer, CAROL, good=False)
    [view] = rated.wait(lambda: rated.slack.modals(CAROL))
    assert view["title"]["text"] == say("ja", Say.REASON_TITLE)
    assert told(rated) == say("ja", Say.FEEDBACK_ARRIVED)
    assert kept(rated) == ("dislike", f"carol ({CAROL})")
    sent = rated.slack.submit(view["id"], CAROL, {"reason": {"text": "The date\nis <wrong>."}})
    assert (sent.status, sent.body) == (200, "")
    assert told(rated, 2) == say("ja", Say.REASON_ARRIVED)
    assert kept(rated) == ("dislike", f"carol ({CAROL}): The date is <wrong>.")
    assert rated.slack.modals(CAROL) == []
    [opened] = rated.slack.calls("views.open")
    assert opened.outcome == "ok"
    # The form waits for nothing that the vote itself takes; both calls may leave at the same moment
    assert opened.at < rated.slack.calls("chat.postEphemeral")[0].at + 0.1


def test_last_vote_of_a_member_counts_and_the_same_vote_twice_counts_once(rated: World) -> None:
    answer = answered(rated)
    for _ in range(3):
        vote(rated, answer, ANNA, good=True)
    assert told(rated) == EN[Say.FEEDBACK_ARRIVED]
    rated.settle(5)
    assert len(rated.dify.ratings()) == len(rated.slack.ephemeral()) == 1
    vote(rated, answer, ANNA, good=False)
    told(rated, 2)
    assert kept(rated) == ("dislike", f"anna ({ANNA})")
    vote(rated, answer, ANNA, good=True)
    told(rated, 3)
    assert kept(rated) == ("like", f"anna ({ANNA})")


def test_votes_of_several_members_reach_dify_together(rated: World) -> None:
    answer = answered(rated)
    vote(rated, answer, ANNA, good=True)
    told(rated)
    vote(rated, answer, BEN, good=False)
    [view] = rated.wait(lambda: rated.slack.modals(BEN))
    rated.slack.submit(view["id"], BEN, {"reason": {"text": "too long"}})
    told(rated, 3)
    assert kept(rated) == ("dislike", f"👍 anna ({ANNA})\n👎 ben ({BEN}): too long")


def test_thumbs_are_plain_buttons_where_slack_refuses_its_own_and_that_is_remembered(rated: World) -> None:
    rated.slack.rules(feedback_buttons=False)
    for style in ("edit", "stream", "post"):
        rated.configure(reply_style=style)
        before = len([call for call in rated.slack.calls("chat.*") if call.outcome == "invalid_blocks"])
        answer = answered(rated)
        assert thumbs(answer) == ["actions"]
        refused = len([call for call in rated.slack.calls("chat.*") if call.outcome == "invalid_blocks"])
        assert refused - before == (1 if style == "edit" else 0)
    assert answer.text == "You said: How far?"
    rated.slack.press(answer.channel, answer.ts, ANNA, "vote_good")
    assert told(rated) == EN[Say.FEEDBACK_ARRIVED]
    rated.slack.press(answer.channel, answer.ts, ANNA, "vote_bad")
    [view] = rated.wait(lambda: rated.slack.modals(ANNA))
    rated.slack.submit(view["id"], ANNA, {"reason": {"text": "no"}})
    told(rated, 3)
    assert kept(rated) == ("dislike", f"anna ({ANNA}): no")


def test_answer_that_grew_by_edits_gets_plain_thumbs_with_its_last_edit(rated: World) -> None:
    rated.slack.rules(feedback_buttons=False)
    rated.dify.script(script.say("word " * 60, seconds=12), rated.app_id)
    answer = answered(rated)
    assert thumbs(answer) == ["actions"]
    shown = [
        any(
            element["action_id"] == "vote_good"
            for block in state.blocks
            for element in block.get("elements") or ()
        )
        for state in rated.states(answer.ts)
    ]
    assert shown.count(True) == 1
    assert shown[-1]
    assert len(shown) > 2


@pytest.mark.parametrize("style", ["stream", "edit", "post"])
def test_answer_stands_without_thumbs_where_slack_refuses_every_form(rated: World, style: str) -> None:
    rated.configure(reply_style=style)
    method = "chat.stopStream" if style == "stream" else "chat.postMessage"
    for form in ("feedback_buttons", "vote_good"):
        for one in {method, "chat.update"}:
            rated.slack.fault(one, "error", error="invalid_blocks", holding=form, times=None)
    answer = answered(rated)
    assert answer.text == "You said: How far?"
    assert thumbs(answer) == []
    assert not answer.streaming


def test_nothing_is_shown_where_it_would_go_nowhere(world: World) -> None:
    world.slack.configure(interactions_url=f"{world.hook}/slack/interactions")
    assert thumbs(answered(world)) == []  # no interaction has ever come
    arrive(world)
    assert thumbs(answered(world)) == ["context_actions"]
    world.dify.script(script.say("So far") + script.error(), world.app_id, times=1)
    assert thumbs(answered(world)) == []
    world.configure(dify_api_key="")
    assert thumbs(answered(world)) == []
    del world.settings["dify_api_key"]
    app_id = world.dify.app("a-workflow", "workflow", form=[variable("query", "paragraph", required=True)])
    world.configure(app={"app_id": app_id, "inputs": {}})
    assert thumbs(answered(world)) == []


def test_thumbs_are_shown_again_after_a_restart(rated: World) -> None:
    answered(rated)
    rated.forget()
    rated.dify.script(script.say("Some words that take a while.", seconds=5), rated.app_id)
    assert thumbs(answered(rated)) == ["context_actions"]  # the new process has read that presses arrive


def test_late_vote_after_a_restart_arrives(rated: World) -> None:
    answer = answered(rated)
    rated.forget()
    vote(rated, answer, BEN, good=True)
    assert told(rated) == EN[Say.FEEDBACK_ARRIVED]
    assert kept(rated) == ("like", f"ben ({BEN})")


@pytest.mark.parametrize("why", ["no key", "key refused", "api off", "dify away", "odd", "message gone"])
def test_vote_that_does_not_arrive_is_told_to_the_voter(rated: World, why: str) -> None:
    answer = answered(rated)
    if why == "no key":
        rated.configure(dify_api_key="")
    elif why == "key refused":
        rated.dify.revoke_keys(rated.app_id)
    elif why == "api off":
        rated.dify.switch_api_off(rated.app_id)
    elif why == "dify away":
        rated.configure(dify_api_url="http://127.0.0.1:9/v1", dify_api_key=rated.dify.api_key(rated.app_id))
    elif why == "odd":
        rated.dify.answer_oddly(502, "<html>bad gateway</html>")
    else:
        rated.dify.remove_app(rated.app_id)
    vote(rated, answer, BEN, good=True)
    assert told(rated) == EN[Say.FEEDBACK_LOST]
    assert votes(rated) == []
    assert len(rated.slack.ephemeral()) == 1


def test_vote_arrives_when_it_is_repeated_after_dify_was_away(rated: World) -> None:
    answer = answered(rated)
    rated.dify.answer_oddly(503, "")
    vote(rated, answer, BEN, good=True)
    assert told(rated) == EN[Say.FEEDBACK_LOST]
    rated.dify.answer_oddly()
    vote(rated, answer, BEN, good=True)
    assert told(rated, 2) == EN[Say.FEEDBACK_ARRIVED]
    assert kept(rated) == ("like", f"ben ({BEN})")


def test_vote_by_somebody_who_may_not_ask_is_refused(rated: World) -> None:
    answer = answered(rated)
    rated.configure(allowed_users=ANNA)
    vote(rated, answer, BEN, good=False)
    assert told(rated) == EN[Say.NOT_ALLOWED]
    rated.configure(allowed_users="", guests=False)
    guest = rated.slack.add_user("gil", is_restricted=True)
    rated.slack.join(rated.channel, guest)
    vote(rated, answer, guest, good=False)
    assert told(rated, 2) == EN[Say.NO_GUESTS]
    rated.settle(5)
    assert rated.slack.modals(BEN) == []
    assert rated.slack.modals(BEN) == rated.slack.modals(guest) == []


def test_vote_of_a_member_of_another_organisation_counts_only_with_slack_connect(rated: World) -> None:
    answer = answered(rated)
    zoe = rated.slack.add_user("zoe", foreign=True)
    rated.slack.join(rated.channel, zoe)
    vote(rated, answer, zoe, good=True)
    assert told(rated) == EN[Say.NO_OUTSIDERS]
    rated.configure(slack_connect=True)
    vote(rated, answer, zoe, good=True)
    assert told(rated, 2) == EN[Say.FEEDBACK_ARRIVED]
    assert kept(rated) == ("like", f"zoe ({zoe})")


def test_reason_of_a_member_who_may_not_ask_any_more_is_refused(rated: World) -> None:
    answer = answered(rated)
    vote(rated, answer, BEN, good=False)
    [view] = rated.wait(lambda: rated.slack.modals(BEN))
    told(rated)
    rated.configure(allowed_users=ANNA)
    assert rated.slack.submit(view["id"], BEN, {"reason": {"text": "no"}}).status == 200
    assert told(rated, 2) == EN[Say.NOT_ALLOWED]
    assert kept(rated) == ("dislike", f"ben ({BEN})")


def test_vote_counts_where_the_form_cannot_be_opened_or_names_may_not_be_read(rated: World) -> None:
    answer = answered(rated)
    rated.forget()
    rated.slack.fault("views.open", "error", error="expired_trigger_id", times=None)
    rated.slack.fault("users.info", "error", error="missing_scope", times=None)
    vote(rated, answer, BEN, good=False)
    assert told(rated) == EN[Say.FEEDBACK_ARRIVED]
    assert kept(rated) == ("dislike", f"{BEN} ({BEN})")
    assert rated.slack.modals(BEN) == []


@pytest.mark.parametrize("value", ["", "+", "? a b c", "+ app slack:T1:U1 ../../x", "+ app DEFAULT-USER 1"])
def test_press_whose_value_is_not_ours_does_nothing(rated: World, value: str) -> None:
    answer = answered(rated)
    attempt = rated.slack.press(answer.channel, answer.ts, BEN, "vote", value=value)
    assert attempt.status == 200
    rated.settle(5)
    assert rated.dify.ratings() == []
    assert rated.slack.ephemeral() == []


def test_vote_in_a_direct_message_arrives(rated: World) -> None:
    channel = rated.slack.dm_channel(BEN)
    root = rated.slack.dm(BEN, "privately")
    answer = rated.answers(root, channel=channel)[-1]
    assert thumbs(answer) == ["context_actions"]
    vote(rated, answer, BEN, good=True)
    assert told(rated) == EN[Say.FEEDBACK_ARRIVED]
    assert kept(rated) == ("like", f"ben ({BEN})")


def test_thumbs_stand_only_under_the_last_message_of_a_long_answer(rated: World) -> None:
    text = "\n\n".join(f"Paragraph {number}. {'word ' * 100}" for number in range(60))
    rated.dify.script(script.say(text), rated.app_id, times=1)
    root = rated.ask("a lot")
    *earlier, last = rated.answers(root, count=3)
    assert [thumbs(one) for one in earlier] == [[] for _ in earlier]
    assert thumbs(last) == ["context_actions"]


@pytest.mark.parametrize("style", ["stream", "edit", "post"])
def test_thumbs_stand_under_an_answer_with_files(rated: World, style: str) -> None:
    rated.configure(reply_style=style)
    rated.dify.files_url(rated.dify.url)
    url = rated.dify.add_file("a.txt", "text/plain", b"made")
    rated.dify.script(
        script.say("Here.") + script.end_files({"url": url, "type": "document", "filename": "a.txt"})
    )
    root = rated.ask("a file")
    answers = rated.answers(root)
    assert [thumbs(one) for one in answers if one.text.startswith("Here.")] == [["context_actions"]]
