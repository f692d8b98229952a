"""Forms of paused runs: shown, answered from Slack by whoever may ask, and gone on with in the thread."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from simulators.dify import script
from simulators.dify.apps import variable
from simulators.dify.script import Steps
from simulators.dify.versions import VERSIONS
from simulators.slack.seen import SeenMessage
from tests.conversations.world import ANNA, BEN, World
from wording import Say, say
from wording.en import EN

ASKED = "May I send it?"
YES_NO = [
    {"id": "yes", "title": "Send it", "button_style": "primary"},
    {"id": "no", "title": "Keep it", "button_style": "default"},
]
FIELDS = [
    {"type": "paragraph", "output_variable_name": "reason", "default": {"type": "constant", "value": "none"}},
    {
        "type": "select",
        "output_variable_name": "speed",
        "option_source": {"type": "constant", "selector": [], "value": ["slow", "fast"]},
    },
]
IN_DIFY = EN[Say.FORM_SENT]
PAUSE = script.say("Draft.") + script.pause(ASKED, "Mail", actions=YES_NO) + script.say("It is on its way.")


@pytest.fixture
def world(world: World) -> Iterator[World]:
    """The world with interactivity, and a check after each test that no form's token left the store."""
    world.slack.configure(interactions_url=f"{world.hook}/slack/interactions")
    yield world
    told = json.dumps([call.arguments for call in world.slack.calls()]) + world.daemon.log()
    for form in world.dify.forms():
        assert not form["token"] or form["token"] not in told


def asked(
    world: World, steps: Steps = PAUSE, *, channel: str = "", count: int = 2
) -> tuple[str, SeenMessage]:
    """Ask a question that ends in a form. Returns the thread's root and the message with the form's buttons."""
    world.dify.script(steps, world.app_id, times=1)
    root = world.ask("Write a mail.", channel=channel)
    return root, world.answers(root, channel=channel, count=count)[-1]


def buttons_of(message: SeenMessage) -> list[dict[str, Any]]:
    return [one for block in message.blocks if block["type"] == "actions" for one in block["elements"]]


def press(world: World, message: SeenMessage, number: int = 0, user: str = ANNA) -> int:
    return world.slack.press(world.channel, message.ts, user, f"form_{number}").status


def goes_on(world: World) -> bool:
    """Whether the answer goes on in the thread: with a key, where Dify tells the events of a run."""
    return world.via == "api" and VERSIONS[world.version].forms


def done(action: str, title: str = "Mail", name: str = "anna") -> str:
    return say("en", Say.FORM_DONE, title=title, action=action, name=name)


def waits(title: str = "Mail") -> str:
    """Above the buttons, before any press has shown that presses arrive."""
    return f"{say('en', Say.FORM_WAITS, title=title)} {EN[Say.FORM_OR_DIFY]}"


def texts(world: World, root: str, count: int) -> list[str]:
    return [message.text.strip() for message in world.answers(root, count=count)]


def form(world: World, number: int = 0) -> dict[str, Any]:
    return dict(world.dify.forms(world.app_id)[number])


@pytest.mark.both_ways
def test_form_is_shown_with_its_buttons_and_the_answer_goes_on(world: World) -> None:
    root, message = asked(world)
    first, *_ = world.answers(root, count=2)
    assert first.text.strip() == f"Draft.\n\n{ASKED}"
    assert message.text.strip() == waits()
    labels = [(one["text"]["text"], one.get("style")) for one in buttons_of(message)]
    assert labels == [("Send it", "primary"), ("Keep it", None)]
    assert press(world, message) == 200
    rest = "It is on its way." if goes_on(world) else IN_DIFY
    world.wait(lambda: world.slack.answers(world.channel, root)[-1].text.strip() == rest)
    assert texts(world, root, 3)[1:] == [done("Send it"), rest]
    assert buttons_of(world.answers(root, count=3)[1]) == []
    assert form(world)["answer"]["action"] == "yes"
    assert [one["outcome"] for one in world.dify.invocations() if one["outcome"] != "refused"] == ["done"]


@pytest.mark.parametrize("via", ["api"])
@pytest.mark.parametrize("version", sorted(VERSIONS))
@pytest.mark.parametrize("mode", ["advanced-chat", "workflow"])
def test_answer_goes_on_with_each_version_that_tells_its_events(
    world: World, mode: str, version: str
) -> None:
    query = [variable("query", "paragraph", required=True)] if mode == "workflow" else []
    world.app_id = world.dify.app(f"{world.app_id}-{mode}", mode, form=query)
    world.configure(app={"app_id": world.app_id, "inputs": {}})
    root, message = asked(world)
    press(world, message, user=BEN)
    rest = "It is on its way." if VERSIONS[version].forms else IN_DIFY
    world.wait(lambda: rest in world.slack.answers(world.channel, root)[-1].text)
    answer = form(world)["answer"]
    assert answer["by"] == (f"slack:{world.slack.team_id}:{BEN}" if VERSIONS[version].forms else "")


@pytest.mark.parametrize("via", ["api"])
def test_conversation_goes_on_after_a_form(world: World) -> None:
    root, message = asked(world)
    press(world, message)
    world.answers(root, count=3)
    world.ask("And now?", thread_ts=root)
    world.answers(root, count=4)
    first, second = world.dify.invocations()
    assert second["asked_conversation_id"] == first["conversation_id"]


@pytest.mark.both_ways
def test_inputs_are_filled_in_in_a_modal(world: World) -> None:
    root, message = asked(
        world, script.pause(ASKED, "Mail", actions=YES_NO, inputs=FIELDS) + script.say("Ok.")
    )
    assert press(world, message, user=BEN) == 200
    [view] = world.slack.modals(BEN)
    reason, speed = view["blocks"]
    assert reason["element"]["initial_value"] == "none"
    assert [one["value"] for one in speed["element"]["options"]] == ["slow", "fast"]
    assert form(world)["token"] not in json.dumps(view)
    chosen = {"type": "static_select", "selected_option": {"value": "fast"}}
    sent = {"input_0": {"input_0": "It <is> & late"}, "input_1": {"input_1": chosen}}
    assert world.slack.submit(view["id"], BEN, sent).status == 200
    assert world.slack.modals(BEN) == []
    world.answers(root, count=3)
    answer = form(world)["answer"]
    assert (answer["action"], answer["inputs"]) == ("yes", {"reason": "It <is> & late", "speed": "fast"})


@pytest.mark.parametrize("via", ["api"])
def test_field_left_empty_is_sent_empty(world: World) -> None:
    root, message = asked(world, script.pause(ASKED, "Mail", inputs=FIELDS[:1]))
    press(world, message)
    [view] = world.slack.modals(ANNA)
    world.slack.submit(view["id"], ANNA, {})
    world.wait(lambda: form(world)["answer"])
    assert form(world)["answer"]["inputs"] == {"reason": ""}
    world.wait(lambda: not buttons_of(world.slack.answers(world.channel, root)[-1]))


@pytest.mark.both_ways
def test_form_before_a_word_is_shown(world: World) -> None:
    root, message = asked(world, script.pause(ASKED, "Mail"))
    assert texts(world, root, 2) == [ASKED, waits()]
    assert [one["text"]["text"] for one in buttons_of(message)] == ["OK"]


@pytest.mark.parametrize("via", ["api"])
def test_second_pause_brings_a_form_of_its_own(world: World) -> None:
    steps = PAUSE + script.pause("And paid?", "Bill") + script.say("Done.")
    root, message = asked(world, steps)
    press(world, message)
    bill = world.answers(root, count=4)[-1]
    assert texts(world, root, 4)[2:] == [
        "It is on its way.\n\nAnd paid?",
        say("en", Say.FORM_WAITS, title="Bill"),
    ]
    press(world, bill, user=BEN)
    assert texts(world, root, 5)[-2:] == [done("OK", "Bill", "ben"), "Done."]


@pytest.mark.parametrize("via", ["api"])
def test_run_that_waits_for_two_forms_goes_on_after_both(world: World) -> None:
    also = [{"form": "And paid?", "title": "Bill"}]
    root, bill = asked(
        world, script.pause(ASKED, "Mail", actions=YES_NO, also=also) + script.say("Done."), count=3
    )
    mail = world.answers(root, count=3)[1]
    assert press(world, mail) == 200
    world.wait(lambda: form(world)["answer"])
    assert texts(world, root, 3)[1:] == [done("Send it"), waits("Bill")]
    assert press(world, bill, user=BEN) == 200
    assert texts(world, root, 4)[2:] == [done("OK", "Bill", "ben"), "Done."]


@pytest.mark.both_ways
def test_double_press_answers_once_and_says_nothing_more(world: World) -> None:
    root, message = asked(world)
    assert [press(world, message), press(world, message)] == [200, 200]
    world.answers(root, count=3)
    world.settle(10)
    assert len(world.answers(root, count=3)) == 3
    assert world.slack.ephemeral() == []


@pytest.mark.both_ways
def test_second_member_is_told_alone_that_somebody_answered(world: World) -> None:
    root, message = asked(world)
    assert [press(world, message), press(world, message, 1, BEN)] == [200, 200]
    [told] = world.wait(world.slack.ephemeral)
    assert (told.ephemeral_for, told.thread_ts) == (BEN, root)
    assert told.text == say("en", Say.FORM_ANSWERED, title="Mail")
    assert len(world.answers(root, count=3)) == 3
    assert form(world)["answer"]["action"] == "yes"


@pytest.mark.both_ways
@pytest.mark.parametrize("ends", ["answered elsewhere", "expired"])
def test_late_press_is_told_alone_and_takes_the_buttons_away(world: World, ends: str) -> None:
    root, message = asked(world)
    if ends == "expired":
        world.dify.expire_form(form(world)["form_id"])
    else:
        world.dify.answer_form(form(world)["form_id"], "no")
    world.settle(20)
    press(world, message)
    told = say("en", Say.FORM_EXPIRED if ends == "expired" else Say.FORM_ANSWERED, title="Mail")
    if goes_on(world):  # the run has ended, so Dify does not say how
        told = say("en", Say.FORM_GONE, title="Mail")
    [note] = world.wait(world.slack.ephemeral)
    assert (note.text, note.ephemeral_for) == (told, ANNA)
    after = world.wait(
        lambda: [one for one in world.slack.answers(world.channel, root) if one.text.strip() == told]
    )
    assert buttons_of(after[0]) == []


@pytest.mark.both_ways
def test_form_outlives_the_process(world: World) -> None:
    root, message = asked(world)
    world.forget()
    assert press(world, message) == 200
    world.answers(root, count=3)
    assert form(world)["answer"]["action"] == "yes"


@pytest.mark.both_ways
def test_answer_that_dify_could_not_take_can_be_sent_again(world: World) -> None:
    root, message = asked(world)
    world.dify.deaf_to_forms(deaf=True)
    press(world, message)
    assert texts(world, root, 3)[-1] == EN[Say.DIFY_UNAVAILABLE]
    assert buttons_of(world.answers(root, count=3)[1])
    world.dify.deaf_to_forms(deaf=False)
    press(world, message)
    assert texts(world, root, 4)[1] == done("Send it")
    assert form(world)["answer"]["action"] == "yes"


@pytest.mark.parametrize("via", ["api"])
def test_key_that_died_meanwhile_costs_only_the_rest(world: World) -> None:
    root, message = asked(world)
    world.dify.revoke_keys(world.app_id)
    press(world, message)
    assert texts(world, root, 3)[1:] == [done("Send it"), IN_DIFY]


@pytest.mark.both_ways
def test_guest_and_stranger_may_answer_no_form_where_they_may_not_ask(world: World) -> None:
    root, message = asked(world, script.pause(ASKED, "Mail", inputs=FIELDS))
    guest = world.slack.add_user("gus", is_restricted=True)
    stranger = world.slack.add_user("zoe", team_id="T0FOREIGN", enterprise_id="E0FOREIGN")
    world.configure(guests=False, allowed_users="")
    sent = {"input_0": {"input_0": "x"}, "input_1": {"input_1": {"selected_option": {"value": "slow"}}}}
    for user in (guest, stranger):
        assert press(world, message, user=user) == 200
        for view in world.slack.modals(user):
            world.slack.submit(view["id"], user, sent)
    world.settle(20)
    assert form(world)["answer"] is None
    assert len(world.answers(root, count=2)) == 2


@pytest.mark.both_ways
@pytest.mark.parametrize("fields", [[], FIELDS], ids=["at once", "in a modal"])
def test_connect_member_who_may_ask_answers_a_form(world: World, fields: list[dict[str, Any]]) -> None:
    world.channel = world.slack.add_channel("shared", ext_shared=True)  # everybody is in a new channel
    zoe = world.slack.add_user("zoe", foreign=True)
    world.slack.join(world.channel, zoe)
    steps = script.pause(ASKED, "Mail", actions=YES_NO, inputs=fields) + script.say("Ok.")
    root, message = asked(world, steps)
    assert press(world, message, user=zoe) == 200
    world.wait(world.slack.ephemeral)
    assert [(one.text, one.ephemeral_for) for one in world.slack.ephemeral()] == [(EN[Say.NO_OUTSIDERS], zoe)]
    assert (world.slack.modals(zoe), form(world)["answer"]) == ([], None)
    world.configure(slack_connect=True)
    assert press(world, message, user=zoe) == 200
    if fields:
        [view] = world.slack.modals(zoe)
        chosen = {"type": "static_select", "selected_option": {"value": "fast"}}
        sent = {"input_0": {"input_0": "late"}, "input_1": {"input_1": chosen}}
        assert world.slack.submit(view["id"], zoe, sent).status == 200
    assert texts(world, root, 3)[1:] == [
        done("Send it", name="zoe"),
        "Ok." if goes_on(world) else IN_DIFY,
    ]
    answer = form(world)["answer"]
    assert answer["action"] == "yes"
    assert answer["inputs"] == ({"reason": "late", "speed": "fast"} if fields else {})


@pytest.mark.both_ways
def test_member_who_is_not_allowed_gets_no_modal(world: World) -> None:
    _, message = asked(world, script.pause(ASKED, "Mail", inputs=FIELDS))
    world.configure(allowed_users=ANNA)
    assert press(world, message, user=BEN) == 200
    assert world.slack.modals(BEN) == []
    assert press(world, message, user=ANNA) == 200
    assert len(world.slack.modals(ANNA)) == 1


@pytest.mark.both_ways
@pytest.mark.parametrize(
    "more",
    [
        {"form_token": ""},
        {"inputs": [{"type": "file", "output_variable_name": "paper"}]},
        {"inputs": [{"type": "select", "output_variable_name": "x", "option_source": {"type": "variable"}}]},
        {"actions": [{"id": str(n), "title": "x"} for n in range(30)]},
    ],
)
def test_form_that_slack_cannot_answer_says_that_dify_can(world: World, more: dict[str, Any]) -> None:
    root, message = asked(world, script.pause(ASKED, "Mail", **more), count=1)
    assert message.text.strip().endswith(f"> {EN[Say.PAUSED]}")
    assert buttons_of(message) == []
    assert len(world.answers(root)) == 1


@pytest.mark.both_ways
def test_form_in_a_direct_message_is_answered_there(world: World) -> None:
    world.dify.script(PAUSE, world.app_id, times=1)
    channel = world.slack.dm_channel(ANNA)
    root = world.slack.dm(ANNA, "Write a mail.")
    message = world.answers(root, channel=channel, count=2)[-1]
    assert world.slack.press(channel, message.ts, ANNA, "form_1").status == 200
    world.answers(root, channel=channel, count=3)
    assert form(world)["answer"]["action"] == "no"
