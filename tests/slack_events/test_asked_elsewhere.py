from types import SimpleNamespace
from typing import Any, cast

import gevent
import pytest

from errors import HandoffError, SettingsError, SlackRefused, SlackUnreachable
from job import Job, PrivateJob
from message import Message
from provider import Settings
from slack_events.asked_elsewhere import AskedElsewhere
from wording import Say

MESSAGE = Message("T1", "C1", "1.000001", "command", user="U1", text="~legal may I?")
OPENED = Message("T1", "C1", "2.000002", "command", user="U1", text="may I?", app_name="legal")


class Surroundings:
    """The place for the question and the hand-off; both fail if they are told to."""

    def __init__(
        self, refusal: Say | None = None, *, post: Exception | None = None, hand: Exception | None = None
    ) -> None:
        self.refused, self.post_error, self.hand_error = refusal, post, hand
        self.opened: list[Message] = []
        self.closed: list[Message] = []
        self.handed: list[Job] = []
        self.private: list[PrivateJob] = []
        self.told: list[tuple[str, Say]] = []

    def refusal(self, _: Message) -> Say | None:
        return self.refused

    def open(self, message: Message) -> Message:
        if self.post_error:
            raise self.post_error
        self.opened.append(message)
        return OPENED

    def close(self, message: Message) -> None:
        self.closed.append(message)

    def tell(self, _: Message, url: str, key: Say, **_values: str) -> None:
        self.told.append((url, key))

    def hand(self, job: Job) -> None:
        if self.hand_error:
            raise self.hand_error
        self.handed.append(job)

    def ask_privately(self, job: PrivateJob) -> None:
        if self.hand_error:
            raise self.hand_error
        self.private.append(job)

    def ask(self, *, private: bool = False) -> None:
        settings = Settings(app_id="app", channel_apps={"~legal": "app-legal"})
        endpoint = SimpleNamespace(url="http://h/e/x/slack/commands", settings=settings)
        asked = AskedElsewhere(cast("Any", endpoint), cast("Any", self), cast("Any", self))
        (asked.ask_privately if private else asked.ask)(MESSAGE, "url", 5.0)
        gevent.sleep(0.01)


def test_question_is_handed_off_at_its_place() -> None:
    around = Surroundings()
    around.ask()
    assert [(one.app_name, one.text) for one in around.opened] == [("legal", "may I?")]
    assert [(job.message, job.received) for job in around.handed] == [(OPENED, 5.0)]
    assert (around.closed, around.told) == ([], [])


def test_refused_member_is_told_and_nothing_is_posted() -> None:
    around = Surroundings(Say.NO_GUESTS)
    around.ask()
    assert (around.opened, around.handed, around.told) == ([], [], [("url", Say.NO_GUESTS)])


@pytest.mark.parametrize("error", [HandoffError("full"), SettingsError("bot_token", "Give it.")])
def test_place_is_taken_away_when_nobody_takes_the_question(error: Exception) -> None:
    around = Surroundings(hand=error)
    around.ask()
    assert (around.closed, around.told) == ([OPENED], [("url", Say.BUSY)])


@pytest.mark.parametrize(
    ("error", "key"),
    [
        (SlackRefused("chat.postMessage", "not_in_channel"), Say.NOT_INVITED),
        (SlackRefused("chat.postMessage", "channel_not_found"), Say.NOT_INVITED),
        (SlackUnreachable("chat.postMessage"), Say.UNEXPECTED),
        (SlackRefused("chat.postMessage", "token_revoked"), Say.NOT_SET_UP),
        (SlackRefused("chat.postMessage", "missing_scope"), Say.NOT_SET_UP),
        (SettingsError("bot_token", "Give it."), Say.NOT_SET_UP),
        (SettingsError("app", "Choose one."), Say.APP_MISCONFIGURED),
        (ZeroDivisionError("secret"), Say.UNEXPECTED),
    ],
)
def test_member_is_told_of_each_failure(error: Exception, key: Say) -> None:
    around = Surroundings(post=error)
    around.ask()
    assert (around.handed, around.told) == ([], [("url", key)])


def test_private_question_is_handed_off_without_a_place() -> None:
    around = Surroundings()
    around.ask(private=True)
    [job] = around.private
    assert (job.message.app_name, job.message.text, job.response_url) == ("legal", "may I?", "url")
    assert (around.opened, around.handed, around.told) == ([], [], [("url", Say.PRIVATE_WORKING)])


def test_private_question_that_nobody_takes_is_told() -> None:
    around = Surroundings(hand=HandoffError("full"))
    around.ask(private=True)
    assert around.told == [("url", Say.PRIVATE_WORKING), ("url", Say.BUSY)]


def test_member_who_may_not_ask_may_not_ask_privately() -> None:
    around = Surroundings(Say.NO_GUESTS)
    around.ask(private=True)
    assert (around.private, around.told) == ([], [("url", Say.NO_GUESTS)])
