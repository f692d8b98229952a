from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from message import Message
from slack_api.identity import UserInfo
from turns.prompt.author import Author
from wording import Language, Say
from wording.en import EN

ANN = UserInfo("U1", "Ann", locale="ja-JP")


def author(text: str = "", language: str = "auto", **more: Any) -> tuple[Author, list[list[str]]]:
    """An author where only U1 and U2 are known, and the user ids of each lookup."""
    asked: list[list[str]] = []

    def people(ids: Iterable[str]) -> Mapping[str, UserInfo]:
        asked.append(list(ids))
        known = {"U1": ANN, "U2": UserInfo("U2", "Ben")}
        return {user: known.get(user, UserInfo(user, user, known=False)) for user in asked[-1]}

    facts = {"user": "U1", "text": text, "bot_user_id": "UBOT"} | more
    message = Message("T1", "C1", "2.000000", "app_mention", **facts)
    return Author(message, people, language), asked


@pytest.mark.parametrize(
    ("text", "query", "names"),
    [
        ("<@UBOT> why?", "why?", []),
        ("<@UBOT>", "", []),
        ("<@UBOT> ask <@U2> or <@U2|benny>", "ask @Ben or @Ben", ["U2"]),
        ("<@U9|zoe> and <@U8>", "@zoe and @U8", ["U9", "U8"]),
        ("<@U2\x00> <@>", "@U2 @", ["U2\x00", ""]),
    ],
)
def test_users_of_a_message_are_looked_up_in_one_call(text: str, query: str, names: list[str]) -> None:
    who, asked = author(text)
    assert who.query == query
    assert who.query == query
    assert asked == [names]


def test_sentences_are_in_the_language_of_the_author_or_of_the_settings() -> None:
    who, _ = author()
    assert (who.language, who.locale) == (Language.JA, "ja_JP")
    who, asked = author(language="en")
    assert who.say(Say.THINKING) == EN[Say.THINKING]
    assert asked == []


def test_context_says_who_asks_and_where() -> None:
    who, _ = author(thread_ts="1.000000")
    assert who.name == "Ann"
    assert who.context() == {
        "slack_user_id": "U1",
        "slack_user_name": "Ann",
        "slack_channel_id": "C1",
        "slack_thread_ts": "1.000000",
        "slack_team_id": "T1",
    }


def test_workflow_without_a_name_is_named_by_its_id() -> None:
    assert author("hi", user="", bot_id="B2")[0].name == "B2"


@pytest.mark.parametrize(
    ("text", "user", "named"),
    [
        ("why?", "U1", ["U1"]),
        ("<@UBOT> ask <@U2> and <@U1>", "U1", ["U1", "U2"]),
        ("<@U2|ben>", "", ["U2"]),
    ],
)
def test_people_named_are_the_author_and_whom_the_message_mentions(
    text: str, user: str, named: list[str]
) -> None:
    assert author(text, user=user)[0].people_named == named
