from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import pytest

from conversation_store import ThreadKey, ThreadRecord
from errors import HandoffError
from job import Job, ReactionJob
from message import Message
from simulators.slack.workspace import ANNA, BEN, CAROL, GENERAL
from simulators.slack.world import OTHER_BOT
from tests.turns.notices.conftest import Around
from turns import EndpointRequest
from turns.notices import ReactionRun
from turns.recovery import Claim
from wording import Say, say

_AT = (f"1900000000.{number:06d}" for number in count(1))
URL = "http://h/e/hook/slack/events"


@dataclass
class HandOffOfTests:
    """Keeps the jobs, or takes none."""

    is_full: bool = False
    jobs: list[tuple[Job, bool]] = field(default_factory=list)

    def hand(self, job: Job, *, awaited: bool = True) -> None:
        if self.is_full:
            raise HandoffError("full")
        self.jobs.append((job, awaited))


@dataclass
class Reaction:
    """One reaction, with what its request works with."""

    around: Around
    endpoint: EndpointRequest
    message: Message
    hand_off: HandOffOfTests = field(default_factory=HandOffOfTests)

    @property
    def key(self) -> ThreadKey:
        return replace(self.endpoint.key(self.message), thread=f"reaction {self.message.thread_ts}")

    def run(self) -> list[Message]:
        """Run the request; the questions that were handed on."""
        services = self.around.services
        store = self.endpoint.store(services.stores)
        claim = Claim(store, self.key, self.message, services.holder, services.clock)
        assert claim.claim() is not None
        job = ReactionJob(self.message, URL, 12.5)
        run = ReactionRun(services, self.endpoint, store, job, claim, self.hand_off, nullcontext())
        run.run()
        record = store.get(self.key)
        assert record is not None
        assert record.open == ()
        assert store.in_flight("hook") == ()
        return [job.message for job, _ in self.hand_off.jobs]

    def remember(self, message: Message, record: ThreadRecord) -> None:
        """Write the record of the question's thread."""
        store = self.endpoint.store(self.around.services.stores)
        store.update(self.endpoint.key(message), lambda _: record)


def reacted(around: Around, ts: str, user: str = ANNA, channel: str = GENERAL, **settings: Any) -> Reaction:
    message = Message(
        around.slack.team_id,
        channel,
        next(_AT),
        "reaction",
        thread_ts=ts,
        user=user,
        bot_user_id=around.slack.bot_user,
        is_ext_shared=False,
    )
    return Reaction(around, around.endpoint(**settings), message)


def told(around: Around) -> list[tuple[str, str, str]]:
    return [(one.text, one.ephemeral_for, one.thread_ts) for one in around.slack.ephemeral()]


def test_message_of_the_channel_becomes_a_question_of_who_reacted(around: Around) -> None:
    ts = around.slack.say(GENERAL, BEN, "The build is red.")
    reaction = reacted(around, ts)
    [question] = reaction.run()
    assert (question.user, question.text, question.ts, question.thread_ts) == (
        ANNA,
        "The build is red.",
        ts,
        "",
    )
    assert (question.source, question.user_team) == ("reaction", around.slack.team_id)
    [(job, awaited)] = reaction.hand_off.jobs
    assert (job.hook_url, job.received, job.continuation, awaited) == (URL, 12.5, 0, False)


def test_message_of_a_thread_becomes_a_question_in_that_thread(around: Around) -> None:
    root = around.slack.say(GENERAL, BEN, "One")
    reply = around.slack.say(GENERAL, BEN, "Two", thread_ts=root)
    [question] = reacted(around, reply).run()
    assert (question.text, question.ts, question.thread_ts) == ("Two", reply, root)
    [question] = reacted(around, root).run()
    assert (question.text, question.ts, question.thread_ts) == ("One", root, "")


def test_name_in_the_message_chooses_the_app(around: Around) -> None:
    ts = around.slack.say(GENERAL, BEN, "~legal may I?")
    [question] = reacted(around, ts, channel_apps={"~legal": "app-legal"}).run()
    assert (question.app_name, question.text) == ("legal", "may I?")


def test_message_with_neither_words_nor_files_asks_nothing_and_the_member_is_told(around: Around) -> None:
    root = around.slack.say(GENERAL, BEN, "One")
    reply = around.slack.say(GENERAL, BEN, " ", thread_ts=root)
    assert reacted(around, reply, CAROL).run() == []
    around.slack.wait_for(around.slack.ephemeral)
    assert told(around) == [(say("ja", Say.REACTION_EMPTY), CAROL, root)]


@pytest.mark.parametrize("user", [OTHER_BOT, "U0NOBODY0"])
def test_app_asks_nothing_nor_does_who_is_not_known(around: Around, user: str) -> None:
    ts = around.slack.say(GENERAL, BEN, "One")
    assert reacted(around, ts, user).run() == []


def test_message_of_ours_asks_nothing(around: Around) -> None:
    root = around.slack.say(GENERAL, BEN, "One")
    api = around.services.api(around.endpoint(), around.slack.team_id)
    ours = api.post_message(GENERAL, root, text="An answer", blocks=[])
    assert reacted(around, ours).run() == []
    assert told(around) == []


def test_message_that_is_gone_asks_nothing_and_nobody_is_told(around: Around) -> None:
    ts = around.slack.say(GENERAL, BEN, "One")
    around.slack.delete(GENERAL, ts)
    root = around.slack.say(GENERAL, BEN, "Two")
    around.slack.say(GENERAL, BEN, "Three", thread_ts=root)
    around.slack.delete(GENERAL, root)
    assert [reacted(around, gone).run() for gone in (ts, root)] == [[], []]
    assert told(around) == []


@pytest.mark.parametrize(
    ("error", "key"),
    [
        ("missing_scope", Say.NOT_SET_UP),
        ("not_in_channel", Say.NOT_INVITED),
        ("fatal_error", Say.UNEXPECTED),
    ],
)
def test_message_that_cannot_be_read_is_told(around: Around, error: str, key: Say) -> None:
    ts = around.slack.say(GENERAL, BEN, "One")
    around.slack.fault("conversations.replies", "error", error=error, times=None)
    assert reacted(around, ts).run() == []
    around.slack.wait_for(around.slack.ephemeral)
    assert told(around) == [(say("en", key), ANNA, "")]


def test_question_that_nobody_takes_is_told(around: Around) -> None:
    ts = around.slack.say(GENERAL, BEN, "One")
    reaction = reacted(around, ts)
    reaction.hand_off.is_full = True
    assert reaction.run() == []
    around.slack.wait_for(around.slack.ephemeral)
    assert told(around) == [(say("en", Say.BUSY), ANNA, "")]


def test_member_who_asks_too_much_is_told_and_the_message_stays_unasked(around: Around) -> None:
    ts = around.slack.say(GENERAL, BEN, "One")
    reaction = reacted(around, ts)
    throttle, key = around.services.throttle, reaction.endpoint.key(reaction.message)
    for number in range(100):
        asked = replace(reaction.message, ts=f"1800000000.{number:06d}")
        api = around.services.api(reaction.endpoint, around.slack.team_id)
        installation = around.services.installation(api)
        rules = around.services.rules(reaction.endpoint, api)
        throttle.turned_away(asked, key, installation, rules)
    assert reaction.run() == []
    around.slack.wait_for(around.slack.ephemeral)
    assert told(around) == [(say("en", Say.RATE_LIMITED), ANNA, "")]
    [question] = reacted(around, ts, BEN).run()
    assert question.user == BEN


@pytest.mark.parametrize("is_unasked", [True, False])
def test_question_that_was_refused_can_be_asked_and_another_one_not_again(
    around: Around, *, is_unasked: bool
) -> None:
    ts = around.slack.say(GENERAL, BEN, "One")
    reaction = reacted(around, ts)
    record = ThreadRecord(handled=(ts,), unasked=(ts,) if is_unasked else ())
    reaction.remember(replace(reaction.message, ts=ts, thread_ts=""), record)
    questions = reaction.run()
    expected = [(reaction.message.ts, ts, "One")] if is_unasked else []
    assert [(one.ts, one.thread_ts, one.text) for one in questions] == expected


def test_message_that_this_process_asked_about_is_not_read_again(around: Around) -> None:
    ts = around.slack.say(GENERAL, BEN, "One")
    reaction = reacted(around, ts)
    [question] = reaction.run()
    around.services.asked.asked(reaction.endpoint.key(question), question)
    reads = len(around.slack.calls("conversations.replies"))
    assert reacted(around, ts, CAROL).run() == []
    assert len(around.slack.calls("conversations.replies")) == reads


def test_colleague_of_another_workspace_is_no_outsider(around: Around) -> None:
    around.slack.configure(enterprise_id="E0OURS")
    cleo = around.slack.add_user("cleo", team_id="T0COLLEAG", enterprise_id="E0OURS")
    eve = around.slack.add_user("eve", team_id="T0ELSE", enterprise_id="E0ELSE")
    shared = around.slack.add_channel("grid", ext_shared=True)
    ts = around.slack.say(shared, BEN, "One")
    for user, questions in ((cleo, 1), (eve, 0)):
        reaction = reacted(around, ts, user, shared)
        reaction.message = replace(reaction.message, is_ext_shared=True)
        assert len(reaction.run()) == questions


def test_failure_that_nobody_expected_is_told(around: Around, monkeypatch: pytest.MonkeyPatch) -> None:
    ts = around.slack.say(GENERAL, BEN, "One")
    reaction = reacted(around, ts)

    def breaks(*_: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(around.services, "rules", breaks)
    assert reaction.run() == []
    around.slack.wait_for(around.slack.ephemeral)
    assert told(around) == [(say("en", Say.UNEXPECTED), ANNA, "")]
