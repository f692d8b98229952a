from dataclasses import fields, replace

import pytest

from message import Message
from provider import Fact, Ruling, Settings
from simulators.slack.workspace import ANNA, BEN, CAROL, GENERAL
from tests.turns.notices.conftest import Around
from turns.notices import RefusalNotice
from turns.notices.refusal_notice import refusal_of
from turns.services import DAY
from wording import CATALOGUES, Language, Say, say
from wording.en import EN

NO = Ruling(False, ("allowed_users",))


def message(around: Around, user: str = ANNA) -> Message:
    return Message(around.slack.team_id, GENERAL, "1700000000.000001", "app_mention", user=user)


def test_refused_member_is_told_once_a_day(around: Around) -> None:
    notice = RefusalNotice(around.services, around.endpoint())
    for user in (ANNA, ANNA, BEN):
        notice.refused(message(around, user), NO)
    told = around.slack.wait_for(lambda: around.slack.ephemeral()[1:] and around.slack.ephemeral())
    assert {one.ephemeral_for for one in told} == {ANNA, BEN}  # side by side, so in any order
    around.services.clock.advance(DAY)  # type: ignore[attr-defined]  # the clock of tests
    notice.refused(message(around), NO)
    around.slack.wait_for(lambda: len(around.slack.ephemeral()) == 3)
    assert around.slack.ephemeral()[-1].ephemeral_for == ANNA
    assert around.slack.messages(GENERAL) == []


def test_refused_member_is_told_in_the_thread_and_in_the_members_language(around: Around) -> None:
    root = around.slack.say(GENERAL, BEN, "root")
    reply = replace(message(around, CAROL), thread_ts=root)
    RefusalNotice(around.services, around.endpoint()).refused(reply, NO)
    [told] = around.slack.wait_for(around.slack.ephemeral)
    assert (told.thread_ts, told.text) == (root, say("ja", Say.NOT_ALLOWED))


@pytest.mark.parametrize(
    ("ruling", "key"),
    [
        (Ruling(False, ("guests",)), Say.NO_GUESTS),
        (Ruling(False, ("slack_connect",)), Say.NO_OUTSIDERS),
        (Ruling(False, ("allowed_channels",)), Say.NOT_IN_CHANNEL),
        (Ruling(False, ("direct_messages",)), Say.NO_DIRECT_MESSAGES),
        (Ruling(False, ("guests",), Fact.GUEST), Say.RULE_UNKNOWN),
    ],
)
def test_each_rule_has_its_sentence(around: Around, ruling: Ruling, key: Say) -> None:
    RefusalNotice(around.services, around.endpoint()).refused(message(around), ruling)
    [told] = around.slack.wait_for(around.slack.ephemeral)
    assert told.text == EN[key]


@pytest.mark.parametrize("language", Language)
def test_refusal_names_no_setting_and_nothing_of_the_workspace(language: Language) -> None:
    settings = [field.name for field in fields(Settings)]
    for ruling in (*(Ruling(False, (name,)) for name in settings), Ruling(False, ("guests",), Fact.GUEST)):
        text = CATALOGUES[language][refusal_of(ruling)]
        assert [name for name in settings if "_" in name and name in text] == []
        assert not set("{}`<@#") & set(text)
        assert "Connect" not in text


def test_author_of_a_question_that_is_left_is_told_alone(around: Around) -> None:
    notice = RefusalNotice(around.services, around.endpoint())
    notice.not_taken(replace(message(around), bot_id="B1"))
    notice.not_taken(message(around, CAROL))
    [told] = around.slack.wait_for(around.slack.ephemeral)
    assert (told.text, told.ephemeral_for) == (say("ja", Say.NOT_TAKEN), CAROL)


def test_apps_and_workflows_are_told_nothing(around: Around) -> None:
    notice = RefusalNotice(around.services, around.endpoint())
    notice.refused(replace(message(around), bot_id="B1"), NO)
    notice.refused(replace(message(around), user=""), NO)
    notice.refused(message(around), Ruling(False, ("app",)))
    notice.refused(message(around, BEN), NO)
    [told] = around.slack.wait_for(around.slack.ephemeral)
    assert told.ephemeral_for == BEN
