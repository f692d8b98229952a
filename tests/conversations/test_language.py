"""The bot's own sentences are in the language of the member who asks."""

import pytest

from simulators.dify import script
from tests.conversations.world import ANNA, CAROL, World
from wording import CATALOGUES, Language, Say

PART = "A first paragraph.\n\n"


def words(world: World, user: str) -> list[str]:
    """The bot's own sentences in one conversation: status line, instead of an answer, under an answer, greeting."""
    world.dify.script(script.fail("boom"), world.app_id, times=1)
    root = world.ask("hello", user=user)
    instead = world.answer(root)
    world.dify.script(script.say(PART, seconds=2) + script.drop(), world.app_id, times=1)
    world.ask("and now", user=user, thread_ts=root)
    under = world.answer(root, count=2)
    greeting = world.answer(world.ask("", user=user))
    return [world.slack.status(world.channel, root).texts()[0], instead, under, greeting]


def expected(language: Language) -> list[str]:
    say = CATALOGUES[language]
    return [say[Say.THINKING], say[Say.RUN_FAILED], f"{PART}> {say[Say.INCOMPLETE]}", say[Say.GREETING]]


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("ja-JP", Language.JA),
        ("zh-CN", Language.ZH_HANS),
        ("pt-BR", Language.PT_BR),
        ("en-GB", Language.EN),
        ("de-DE", Language.EN),
    ],
)
def test_language_follows_the_members_slack_when_it_is_auto(
    world: World, locale: str, language: Language
) -> None:
    assert words(world, world.slack.add_user("dana", locale=locale)) == expected(language)


@pytest.mark.parametrize("setting", list(Language))
def test_language_setting_holds_for_every_member(world: World, setting: Language) -> None:
    world.configure(language=str(setting))
    assert words(world, CAROL) == expected(setting)


def test_language_is_that_of_each_member_in_one_thread(world: World) -> None:
    world.dify.script(script.fail("boom"), world.app_id)
    root = world.ask("hello", user=ANNA)
    assert world.answer(root) == CATALOGUES[Language.EN][Say.RUN_FAILED]
    world.ask("hello", user=CAROL, thread_ts=root)
    assert world.answer(root, count=2) == CATALOGUES[Language.JA][Say.RUN_FAILED]


def test_language_is_english_for_a_member_who_cannot_be_looked_up(world: World) -> None:
    world.slack.fault("users.info", "error", error="missing_scope", times=None)
    dana = world.slack.add_user("dana", locale="ja-JP")
    assert words(world, dana) == expected(Language.EN)
