from dataclasses import replace
from typing import Any

import pytest

from errors import SlackRefused, SlackUnreachable
from message import Message
from simulators.slack.workspace import ANNA, BEN, CAROL, GENERAL
from tests.turns.notices.conftest import Around
from turns.notices import QuestionPlace, why_not
from wording import Say, say
from wording.en import EN


def asked(
    around: Around, text: str = "may I?", channel: str = GENERAL, user: str = ANNA, **more: Any
) -> Message:
    team = around.slack.team_id
    return Message(team, channel, "1.000001", "command", user=user, user_team=team, text=text, **more)


def place(around: Around, **settings: Any) -> QuestionPlace:
    return QuestionPlace(around.services, around.endpoint(**settings))


def test_question_gets_a_place_of_its_own(around: Around) -> None:
    opened = place(around).open(asked(around, "may <@U0BEN0000> see <!channel> **this**?"))
    [posted] = around.slack.messages(GENERAL)
    assert (posted.ts, posted.thread_ts, posted.ours) == (opened.ts, "", True)
    assert "anna" in posted.seen
    assert "@ben" in posted.seen
    assert posted.live_tokens == []
    assert (opened.root_ts, opened.is_reply, opened.bot_user_id) == (opened.ts, False, around.slack.bot_user)


def test_question_about_a_message_gets_its_place_in_the_thread(around: Around) -> None:
    root = around.slack.say(GENERAL, BEN, "The build is red.")
    opened = place(around).open(asked(around, "The build is red.", thread_ts=root))
    assert (opened.thread_ts, opened.is_reply) == (root, True)
    assert [one.ts for one in around.slack.answers(GENERAL, root)] == [opened.ts]


def test_place_can_be_taken_away(around: Around) -> None:
    here = place(around)
    here.close(here.open(asked(around)))
    assert around.slack.messages(GENERAL) == []


def test_question_has_no_place_where_the_bot_is_not(around: Around) -> None:
    elsewhere = around.slack.add_channel("elsewhere", bot=False)
    with pytest.raises(SlackRefused) as refused:
        place(around).open(asked(around, channel=elsewhere))
    assert why_not(refused.value) is Say.NOT_INVITED
    assert why_not(SlackUnreachable("chat.postMessage")) is Say.UNEXPECTED


def test_rules_are_checked_before_anything_is_posted(around: Around) -> None:
    guest = around.slack.add_user("gil", is_ultra_restricted=True)
    here = place(around, guests=False, allowed_channels=frozenset({GENERAL}))
    assert here.refusal(asked(around)) is None
    assert here.refusal(asked(around, user=guest)) is Say.NO_GUESTS
    other = around.slack.add_channel("other")
    assert here.refusal(asked(around, channel=other)) is Say.NOT_IN_CHANNEL
    around.slack.fault("users.info", "error", error="missing_scope", times=None)
    assert here.refusal(asked(around, user=BEN)) is Say.RULE_UNKNOWN


def test_author_is_told_in_the_authors_language_and_only_through_slack(around: Around) -> None:
    around.slack.configure(commands_url=f"{around.slack.url}/nowhere")
    around.slack.command(GENERAL, CAROL, "/ask")
    url = f"{around.slack.url}/actions/{around.slack.team_id}/{_key(around)}"
    here = place(around)
    here.tell(asked(around, user=CAROL), "https://elsewhere.example/x", Say.BUSY)
    here.tell(asked(around, user=CAROL), url, Say.BUSY)
    [told] = around.slack.ephemeral()
    assert (told.text, told.ephemeral_for) == (say("ja", Say.BUSY), CAROL)
    place(around, language="en").tell(asked(around, user=CAROL), url, Say.BUSY)
    assert around.slack.ephemeral()[1].text == EN[Say.BUSY]
    endpoint = around.endpoint()
    mute = replace(endpoint, settings=replace(endpoint.settings, bot_token=None))
    QuestionPlace(around.services, mute).tell(asked(around, user=CAROL), url, Say.NOT_SET_UP)
    assert around.slack.ephemeral()[2].text == EN[Say.NOT_SET_UP]


def _key(around: Around) -> str:
    """The name of the only response URL there is: its number is the last that the workspace gave away but one."""
    trigger = str(around.slack._do("add_user", name="probe")["user"])
    return f"R{int(trigger[1:]) - 2:08d}"
