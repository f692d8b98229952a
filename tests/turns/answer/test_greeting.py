from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from conversation_store.record import ThreadKey, ThreadRecord
from errors import StoreError
from message import Message
from tests.support.turn_parts import KEY, MESSAGE, ReplyOfParts
from turns.answer.greeting import Greeting, Welcome

DM = replace(MESSAGE, channel="D1", source="message", channel_type="im")


@dataclass
class Place:
    """One message with what its greeting works with."""

    message: Message = MESSAGE
    key: ThreadKey = KEY
    welcome: Welcome | None = None
    whole: ThreadRecord | Exception | None = None
    reply: ReplyOfParts = field(default_factory=ReplyOfParts)
    noted: list[str] = field(default_factory=list)

    def get(self, _key: ThreadKey) -> ThreadRecord | None:
        if isinstance(self.whole, Exception):
            raise self.whole
        return self.whole

    def update(self, key: ThreadKey, _change: object) -> None:
        self.noted.append(key.thread)

    def greeting(self) -> Greeting:
        welcomer = SimpleNamespace(welcome=lambda: self.welcome, greet=lambda: self.welcome)
        author = SimpleNamespace(name="Anna *the* first", query="What shall `we` do?")
        presses = SimpleNamespace(note=lambda: self.noted.append("press"))
        return Greeting(
            self.message, self.key, cast("Any", self), cast("Any", author), cast("Any", welcomer),
            cast("Any", presses), cast("Any", self.reply),
        )  # fmt: skip


def test_press_is_noted_and_its_question_quoted_as_plain_text() -> None:
    place = Place(replace(MESSAGE, source="button"))
    place.greeting().play(ThreadRecord())
    [quoted] = place.reply.told
    assert quoted.startswith("> **Anna")
    assert "*the*" not in quoted
    assert place.noted == ["press"]


def test_first_direct_message_is_welcomed() -> None:
    place = Place(DM, replace(KEY, thread=""), Welcome("Hello.", "Hello."))
    place.greeting().play(ThreadRecord(handled=(DM.ts,)))
    assert place.reply.told == ["Hello."]


@pytest.mark.parametrize(
    "record",
    [
        ThreadRecord("c-1"),
        ThreadRecord(last_answer_ts="1.0"),
        ThreadRecord(handled=("1.000001", "2.000002")),
    ],
)
def test_member_who_wrote_before_is_not_welcomed_again(record: ThreadRecord) -> None:
    place = Place(DM, replace(KEY, thread=""), Welcome("Hello.", "Hello."))
    place.greeting().play(record)
    assert place.reply.told == []


@pytest.mark.parametrize(
    ("whole", "told"), [(None, ["Hello."]), (ThreadRecord(), []), (StoreError("away"), [])]
)
def test_thread_of_a_direct_message_is_welcomed_once_for_the_whole(
    whole: ThreadRecord | Exception | None, told: list[str]
) -> None:
    place = Place(DM, KEY, Welcome("Hello.", "Hello."), whole)
    place.greeting().play(ThreadRecord())
    assert place.reply.told == told
    assert place.noted == ([""] if told else [])


def test_mention_in_a_channel_is_not_welcomed() -> None:
    place = Place(welcome=Welcome("Hello.", "Hello."))
    place.greeting().play(ThreadRecord())
    assert place.reply.told == []


def test_greeting_without_questions_is_the_answer() -> None:
    place = Place(welcome=Welcome("Hello.", "Hello plain."))
    place.greeting().greet()
    assert [snapshot.text for snapshot in place.reply.finished] == ["Hello plain."]


def test_greeting_with_questions_is_one_message_with_buttons() -> None:
    place = Place(welcome=Welcome("Hello.", "Hello plain.", ("One?", "Two?")))
    place.greeting().greet()
    assert (place.reply.told, place.reply.finished) == (["Hello."], [])
