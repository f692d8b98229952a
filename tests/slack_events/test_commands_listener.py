from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import StoreError
from handoff.claims import Claims
from message import Message
from provider import Settings
from simulators.slack.signing import signed_headers
from slack_events.commands_listener import REPLAY_SECONDS, CommandsListener
from slack_events.seen_requests import SeenRequests
from slack_events.signed_request import Refusals
from tests.fake_clock import FakeClock
from tests.support.slash_command import FIELDS
from wording import Say

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class CommandProcess:
    """One process, which gets one command after the other; keeps what it was asked, told and reset."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.asked: list[str] = []
        self.asked_privately: list[str] = []
        self.told: list[Say] = []
        self.fails: Exception | None = None
        self.resets: list[str] = []
        settings = Settings(app_id="app", signing_secrets=(SECRET,))
        self.listener = CommandsListener(
            endpoint=cast("Any", SimpleNamespace(id="hook", url="http://h", settings=settings)),
            clock=self.clock,
            taken=Claims(self.clock, REPLAY_SECONDS),
            asked=cast("Any", self),
            conversation=cast("Any", self),
            refusals=Refusals(self.clock),
            seen=SeenRequests(self.clock),
        )

    def command(self, text: str, secret: str = SECRET, **changes: str) -> int:
        body = urlencode(FIELDS | {"text": text, "trigger_id": text} | changes).encode()
        return self.listener.receive(body, signed_headers(body, secret)).status

    def ask(self, message: Message, _url: str, _received: float) -> None:
        self.asked.append(message.text)

    def ask_privately(self, message: Message, _url: str, _received: float) -> None:
        self.asked_privately.append(message.text)

    def tell(self, _message: Message, _url: str, key: Say, **_: str) -> None:
        self.told.append(key)

    def reset(self, message: Message) -> None:
        if self.fails:
            raise self.fails
        self.resets.append(message.channel)


def test_question_is_asked() -> None:
    process = CommandProcess()
    assert process.command("may I?") == 200
    assert (process.asked, process.told) == (["may I?"], [])


@pytest.mark.parametrize("text", ["private may I?", "Private   may I?", "内緒 may I?", "非公開 may I?"])
def test_question_behind_private_is_asked_privately(text: str) -> None:
    process = CommandProcess()
    process.command(text)
    assert (process.asked, process.asked_privately) == ([], ["may I?"])


def test_word_that_only_begins_like_private_is_part_of_the_question() -> None:
    process = CommandProcess()
    process.command("privately-owned firms?")
    assert (process.asked, process.asked_privately) == (["privately-owned firms?"], [])


@pytest.mark.parametrize("text", ["", "help", "private", "private ", " HELP ", "?", "帮助"])
def test_help_is_told(text: str) -> None:
    process = CommandProcess()
    assert process.command(text) == 200
    assert (process.asked, process.told) == ([], [Say.COMMAND_HELP])


@pytest.mark.parametrize(
    "text",
    [
        "private may I?",
        "PRIVATE  may I?",
        "private\nmay I?",
        "private\tmay I?",
        "private: may I?",
        "Private, may I?",
        "privado may I?",
        "内緒　may I?",
        "私下：may I?",
    ],
)
def test_private_question_is_asked_privately_whatever_separates_the_word(text: str) -> None:
    process = CommandProcess()
    process.command(text)
    assert (process.asked_privately, process.asked, process.told) == (["may I?"], [], [])


@given(st.text(" \n\t\u00a0\u3000:,;.!：，、；。！", min_size=1), st.text())
def test_question_behind_the_word_private_is_never_posted(between: str, question: str) -> None:
    process = CommandProcess()
    process.command(f"private{between}{question}", trigger_id="one")
    assert process.asked == []
    assert process.asked_privately or process.told == [Say.COMMAND_HELP]


def test_private_question_may_follow_the_name_of_an_app() -> None:
    process = CommandProcess()
    process.command("~legal private may I?")
    process.command("private ~legal may I?")
    assert (process.asked_privately, process.asked) == (["~legal may I?", "~legal may I?"], [])


def test_private_question_may_follow_without_a_space_where_the_script_has_none() -> None:
    process = CommandProcess()
    process.command("private有多少假？")
    assert (process.asked_privately, process.asked) == (["有多少假？"], [])


@pytest.mark.parametrize("text", ["privateer?", "private-equity funds?", "private's pay?", "非公開株とは？"])
def test_word_that_only_begins_like_private_is_an_open_question(text: str) -> None:
    process = CommandProcess()
    process.command(text)
    assert (process.asked_privately, process.asked) == ([], [text])


@pytest.mark.parametrize("text", ["private", "Private:", "private \n", "~legal private"])
def test_word_private_without_a_question_gets_the_help(text: str) -> None:
    process = CommandProcess()
    process.command(text)
    assert (process.asked_privately, process.asked, process.told) == ([], [], [Say.COMMAND_HELP])


@pytest.mark.parametrize("word", ["reset", "Reset", "リセット"])
def test_reset_begins_a_new_conversation_in_a_direct_message(word: str) -> None:
    process = CommandProcess()
    process.command(word, channel_id="D1")
    assert (process.resets, process.told) == (["D1"], [Say.RESET_DONE])
    process.command(word, channel_id="C1", trigger_id="another")
    assert (process.resets, process.told[1:]) == (["D1"], [Say.RESET_ELSEWHERE])


def test_reset_that_the_store_did_not_take_is_not_said_to_be_done() -> None:
    process = CommandProcess()
    process.fails = StoreError("away")
    assert process.command("reset", channel_id="D1") == 200
    assert process.told == [Say.UNEXPECTED]


def test_unsigned_command_gets_401() -> None:
    process = CommandProcess()
    assert process.command("may I?", secret="f" * 32) == 401
    assert process.asked == []


def test_command_that_is_sent_twice_is_obeyed_once() -> None:
    process = CommandProcess()
    assert [process.command("may I?"), process.command("may I?")] == [200, 200]
    assert process.asked == ["may I?"]


def test_look_at_the_certificate_is_acked() -> None:
    process = CommandProcess()
    body = b"token=t&ssl_check=1"
    assert process.listener.receive(body, signed_headers(body, SECRET)).status == 200
    assert (process.asked, process.told) == ([], [])
    assert dict(process.listener.seen.of("hook").kinds) == {}


def test_command_is_noted_for_the_self_check() -> None:
    process = CommandProcess()
    process.command("may I?", secret="f" * 32)
    assert process.listener.seen.of("hook").genuine is None
    process.command("may I?")
    assert set(process.listener.seen.of("hook").kinds) == {"commands"}
