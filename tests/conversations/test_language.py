"""The bot's own words, in the language of the one who asks."""

import pytest

from simulators.dify import script
from tests.conversations.world import ANNA, CAROL, World
from wording import CATALOGUES, Language, Say

PART = "A first paragraph.\n\n"


def words(world: World, user: str) -> list[str]:
    """Everything the bot says of its own in one conversation: status, instead of an answer, under an answer."""
    world.dify.script(script.fail("boom"), world.app_id, times=1)
    root = world.ask("hello", user=user)
    instead = world.answer(root)
    world.dify.script(script.say(PART, seconds=2) + script.drop(), world.app_id, times=1)
    world.ask("again", user=user, thread_ts=root)
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
def test_auto_follows_each_members_slack(world: World, locale: str, language: Language) -> None:
    assert words(world, world.slack.add_user("dana", locale=locale)) == expected(language)


@pytest.mark.parametrize("setting", list(Language))
def test_the_setting_holds_for_everybody(world: World, setting: Language) -> None:
    world.configure(language=str(setting))
    assert words(world, CAROL) == expected(setting)


def test_two_members_of_a_thread_each_read_their_own(world: World) -> None:
    world.dify.script(script.fail("boom"), world.app_id)
    root = world.ask("hello", user=ANNA)
    assert world.answer(root) == CATALOGUES[Language.EN][Say.RUN_FAILED]
    world.ask("hello", user=CAROL, thread_ts=root)
    assert world.answer(root, count=2) == CATALOGUES[Language.JA][Say.RUN_FAILED]


def test_who_cannot_be_looked_up_reads_english(world: World) -> None:
    world.slack.fault("users.info", "error", error="missing_scope", times=None)
    dana = world.slack.add_user("dana", locale="ja-JP")
    assert words(world, dana) == expected(Language.EN)
