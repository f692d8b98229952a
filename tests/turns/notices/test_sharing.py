from collections.abc import Mapping
from typing import Any, cast

import gevent
import pytest

from message import Message
from simulators.slack.workspace import ANNA, BEN, GENERAL
from tests.turns.notices.conftest import Around
from turns.notices import QuestionPlace, Sharing
from turns.private_answers import PrivateAnswer
from wording import Say
from wording.en import EN

LONG = "\n\n".join(f"Paragraph {number}. " + "Words that fill the page. " * 60 for number in range(12))


class Told:
    """In the place of the response URLs: what the member is told, and whether in place of the answer."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bool]] = []

    def tell(self, url: str, text: str) -> None:
        self.show(url, {"text": text})

    def show(self, _url: str, content: Mapping[str, Any], *, replace: bool = False) -> None:
        self.said.append((content["text"], replace))


@pytest.fixture
def told(around: Around) -> Told:
    made = Told()
    around.services.response_urls = cast("Any", made)
    return made


def kept(around: Around, text: str = "Yes, you may.") -> str:
    """The name of an answer to Anna."""
    return around.services.private_answers.keep(PrivateAnswer("hook", ANNA, "may I?", text))


def share(around: Around, *names: str, user: str = ANNA) -> None:
    """Press for each name, all at once, and wait until nothing goes on any more."""
    endpoint = around.endpoint()
    sharing = Sharing(around.services, endpoint, QuestionPlace(around.services, endpoint))
    message = Message(
        around.slack.team_id, GENERAL, "2.0", "button", user=user, user_team=around.slack.team_id
    )
    running = [gevent.spawn(sharing._share, message, name, "url") for name in names]
    gevent.joinall(running, raise_error=True)


def test_question_and_answer_are_posted_once_for_two_presses(around: Around, told: Told) -> None:
    name = kept(around)
    share(around, name, name)
    quoted, answer = around.slack.messages(GENERAL)
    assert (quoted.text, answer.seen) == ("> **anna:** may I?", "Yes, you may.")
    assert (quoted.thread_ts, answer.thread_ts) == ("", quoted.ts)
    assert told.said == [(EN[Say.SHARED], True)]


def test_answer_of_another_member_is_not_shared(around: Around, told: Told) -> None:
    name = kept(around)
    share(around, name, user=BEN)
    assert around.slack.messages(GENERAL) == []
    assert told.said == [(EN[Say.PRIVATE_GONE], False)]
    share(around, name)
    assert len(around.slack.messages(GENERAL)) == 2


@pytest.mark.parametrize("done", [0, 1, 2], ids=["quote", "first page", "second page"])
def test_nothing_stays_when_a_post_is_refused_and_the_member_may_press_again(
    around: Around, told: Told, done: int
) -> None:
    name = kept(around, LONG)
    around.slack.fault("chat.postMessage", "error", error="restricted_action", skip=done)
    share(around, name)
    assert around.slack.messages(GENERAL) == []
    share(around, name)
    assert told.said == [(EN[Say.UNEXPECTED], False), (EN[Say.SHARED], True)]
    assert len(around.slack.answers(GENERAL, around.slack.messages(GENERAL)[0].ts)) > 2


@pytest.mark.parametrize("done", [0, 1], ids=["quote", "page"])
def test_answer_whose_post_may_have_happened_is_not_shared_again(
    around: Around, told: Told, done: int
) -> None:
    name = kept(around)
    around.slack.fault("chat.postMessage", "drop", after=True, skip=done)
    share(around, name)
    share(around, name)
    assert [one.seen for one in around.slack.messages(GENERAL)].count("Yes, you may.") <= 1
    assert told.said == [(EN[Say.UNEXPECTED], False)]
