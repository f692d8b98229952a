"""The question, the root of its thread or the whole place goes away before, while and after it is answered.

Source: docs/platform/slack.md#deleted-messages, docs/platform/slack.md#posting-into-a-deleted-thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from simulators.dify import script
from simulators.slack.seen import SeenMessage
from tests.conversations.answers import flat, long_text
from tests.conversations.turn_log import log_of
from tests.conversations.world import ANNA, BEN, World
from wording import Say
from wording.en import EN

STYLES = ["stream", "edit", "post"]
TEXT = long_text(1500)
WORDS = script.say(TEXT, seconds=60)
FIRST, QUESTION = "Something else first", "What shall we do?"


@dataclass(frozen=True)
class Place:
    """A question, and the message that is deleted: the question itself or the root of its thread, which may be one."""

    channel: str
    root: str
    question: str
    deleted: str

    @property
    def lost_question(self) -> bool:
        return self.deleted == self.question


def ours(world: World, place: Place) -> list[SeenMessage]:
    return [message for message in world.slack.messages(place.channel) if message.ours]


def nothing_is_left(world: World, place: Place, questions: Sequence[str] = ()) -> None:
    """Wait for the end of the turns, and check what a place that is gone must never hold."""
    for ts in questions or (place.question,):
        world.wait(lambda ts=ts: log_of(world, ts))  # type: ignore[misc] # mypy cannot infer a default
    world.wait(lambda: not world.dify.running())
    world.settle(10)
    assert [message.text for message in ours(world, place) if not message.thread_ts] == []
    assert world.slack.open_streams() == []
    assert world.slack.status(place.channel, place.root).current == ""


def asked(world: World, query: str = QUESTION) -> list[str]:
    """How the runs of this question ended."""
    return [str(run["outcome"]) for run in world.dify.invocations() if query in run["query"]]


def ask(world: World, what: str, **more: Any) -> Place:
    """Ask. `what` is deleted later: the "question", a reply; the "root" above it; or "both", a question at the top."""
    if what == "both":
        ts = world.ask(QUESTION, **more)
        return Place(world.channel, ts, ts, ts)
    root = world.slack.say(world.channel, BEN, "A thread of Ben's")
    ts = world.ask(QUESTION, thread_ts=root, **more)
    return Place(world.channel, root, ts, ts if what == "question" else root)


def begins(world: World, place: Place, style: str) -> None:
    """Wait until there is text: in the thread, or at Dify where the answer is posted as a whole."""
    if style == "post":
        world.wait(lambda: any(run["first_text"] for run in world.dify.invocations()))
    else:
        world.wait(lambda: ours(world, place))


def delete(world: World, place: Place) -> None:
    world.slack.delete(place.channel, place.deleted)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("what", ["question", "root", "both"])
class TestPlaceGoneAtAMoment:
    """Nothing stands in the channel's root, no stream is open, and no run goes on."""

    def test_before_the_ack(self, world: World, style: str, what: str) -> None:
        world.configure(reply_style=style)
        place = ask(world, what, delay=4.0)
        delete(world, place)
        nothing_is_left(world, place)
        assert ours(world, place) == []
        assert asked(world) == []

    def test_while_the_question_waits_for_its_thread(self, world: World, style: str, what: str) -> None:
        world.configure(reply_style=style)
        world.dify.script(script.wait(25) + script.say("First."), world.app_id, when=FIRST)
        if what == "both":  # only in a direct message a question at the top can wait
            channel = world.slack.dm_channel(ANNA)
            first = world.slack.dm(ANNA, FIRST)
            world.wait(world.dify.running)
            ts = world.slack.dm(ANNA, QUESTION)
            place = Place(channel, ts, ts, ts)
        else:
            first = world.ask(FIRST)
            world.wait(world.dify.running)
            ts = world.ask(QUESTION, thread_ts=first)
            place = Place(world.channel, first, ts, ts if what == "question" else first)
        world.wait(lambda: EN[Say.WAITING] in world.slack.status(place.channel, place.root).texts())
        delete(world, place)
        nothing_is_left(world, place, [first, ts])
        assert asked(world) == []
        if what == "root":
            assert asked(world, FIRST) == [world.left]
        else:
            assert [message.text for message in world.slack.answers(place.channel, first)] == ["First."]

    def test_before_the_first_text(self, world: World, style: str, what: str) -> None:
        world.configure(reply_style=style, show_progress=False)  # so that no step is shown before the text
        world.dify.script(script.wait(60) + WORDS, world.app_id)
        place = ask(world, what)
        world.wait(world.dify.running)
        delete(world, place)
        nothing_is_left(world, place)
        assert ours(world, place) == []
        assert asked(world) == [world.left]

    def test_in_the_middle_of_the_text(self, world: World, style: str, what: str) -> None:
        world.configure(reply_style=style)
        world.dify.script(WORDS, world.app_id)
        place = ask(world, what)
        begins(world, place, style)
        world.settle(5)
        delete(world, place)
        nothing_is_left(world, place)
        assert asked(world) == [world.left]
        texts = [message.text for message in ours(world, place)]
        if place.lost_question or style == "post":
            assert texts == []
        else:
            [text] = texts
            part, _, note = text.rpartition("\n\n> ")
            assert note == EN[Say.THREAD_DELETED]
            assert part
            assert flat(TEXT).startswith(flat(part))

    def test_after_the_end(self, world: World, style: str, what: str) -> None:
        world.configure(reply_style=style)
        world.dify.script(script.say("Done."), world.app_id)
        place = ask(world, what)
        assert world.answer(place.root) == "Done."
        world.wait(lambda: log_of(world, place.question))
        calls = len(world.slack.calls())
        delete(world, place)
        nothing_is_left(world, place)
        assert [message.text for message in ours(world, place)] == ["Done."]
        assert len(world.slack.calls()) == calls


@pytest.mark.parametrize("style", STYLES)
def test_question_whose_deletion_is_not_told_leaves_nothing_in_the_channel(world: World, style: str) -> None:
    """An app that is subscribed to mentions alone learns of a deletion only from where its post stands."""
    world.configure(reply_style=style, show_progress=False)
    world.slack.configure(manifest=MENTIONS_ONLY)
    try:
        world.dify.script(script.wait(10) + script.say(TEXT, seconds=20), world.app_id)
        place = ask(world, "both")
        world.wait(world.dify.running)
        delete(world, place)
        nothing_is_left(world, place)
    finally:
        world.slack.configure(manifest="")
    assert ours(world, place) == []
    [told] = world.slack.ephemeral()
    assert (told.text, told.ephemeral_for) == (EN[Say.PLACE_GONE], ANNA)


MENTIONS_ONLY = """
oauth_config: {scopes: {bot: ["app_mentions:read", "chat:write", "users:read"]}}
settings: {event_subscriptions: {bot_events: [app_mention]}}
"""
REFUSALS = ["thread_not_found", "cannot_reply_to_message", "invalid_thread_ts"]


@pytest.mark.parametrize("error", REFUSALS)
@pytest.mark.parametrize(("style", "method"), [("stream", "chat.startStream"), ("edit", "chat.postMessage")])
def test_refused_place_ends_the_run_and_is_told_to_the_asker(
    world: World, style: str, method: str, error: str
) -> None:
    world.configure(reply_style=style)
    world.slack.fault(method, "error", error=error, times=None)
    world.dify.script(WORDS, world.app_id)
    place = ask(world, "both")
    nothing_is_left(world, place)
    assert asked(world) == [world.left]
    [told] = world.slack.ephemeral()
    assert (told.text, told.ephemeral_for) == (EN[Say.PLACE_GONE], ANNA)
    assert "cannot reply" in str(log_of(world, place.question))


def test_thread_that_is_deleted_without_an_answer_is_told_to_the_asker(world: World) -> None:
    world.configure(show_progress=False)
    world.dify.script(script.wait(60) + WORDS, world.app_id)
    place = ask(world, "root")
    world.wait(world.dify.running)
    delete(world, place)
    nothing_is_left(world, place)
    [told] = world.slack.ephemeral()
    assert (told.text, told.ephemeral_for) == (EN[Say.PLACE_GONE], ANNA)


@pytest.mark.parametrize("what", ["question", "both"])
def test_member_who_deletes_the_question_is_told_nothing(world: World, what: str) -> None:
    world.dify.script(WORDS, world.app_id)
    place = ask(world, what)
    world.wait(lambda: ours(world, place))
    delete(world, place)
    nothing_is_left(world, place)
    assert world.slack.ephemeral() == []
    assert log_of(world, place.question)["outcome"] == "question deleted"  # type: ignore[index]


@pytest.mark.parametrize("style", STYLES)
def test_channel_that_is_archived_in_the_middle_ends_the_run(world: World, style: str) -> None:
    world.configure(reply_style=style)
    world.dify.script(WORDS, world.app_id)
    place = ask(world, "both")
    begins(world, place, style)
    world.slack.archive(world.channel)
    turn = world.wait(lambda: log_of(world, place.question))
    assert turn is not None
    assert turn["outcome"] == "cannot reply: is_archived"
    world.wait(lambda: not world.dify.running())
    assert asked(world) == [world.left if style == "stream" else "done"]  # an edit may be refused for less
    world.slack.reset()  # an open stream cannot be stopped in an archived channel


def test_deletion_of_another_message_changes_nothing(world: World) -> None:
    world.dify.script(script.say(TEXT, seconds=20), world.app_id)
    place = ask(world, "root")
    other = world.slack.say(world.channel, BEN, "beside", thread_ts=place.root)
    world.wait(lambda: ours(world, place))
    world.slack.delete(world.channel, other)
    world.slack.unfurl(world.channel, place.question)
    [answer] = world.answers(place.root)
    assert flat(answer.text) == flat(TEXT)


def test_twenty_deletions_at_once_leave_nothing(world: World) -> None:
    world.dify.script(script.say(TEXT, seconds=20) + script.silence(), world.app_id)
    kinds = [("question", "root", "both")[number % 3] for number in range(20)]
    above = ["" if kind == "both" else world.slack.say(world.channel, BEN, "Ben's") for kind in kinds]
    text = world.slack.mentioning(QUESTION)
    questions = world.slack.together(
        {"channel": world.channel, "user": ANNA, "text": text, "thread_ts": root} for root in above
    )
    places = [
        Place(world.channel, root or ts, ts, root if kind == "root" else ts)
        for kind, root, ts in zip(kinds, above, questions, strict=True)
    ]
    world.wait(lambda: world.dify.running() == len(places) and len(ours(world, places[0])) >= 3)
    for place in places:
        delete(world, place)
    nothing_is_left(world, places[0], questions)
    assert asked(world) == ["cancelled"] * len(places)  # by the requests' end, else by the daemon's own limit
    # An answer that begins in this moment may hear of the deletion from Slack's refusal first
    ends = {str(turn["outcome"]) for ts in questions if (turn := log_of(world, ts))}
    refused = {f"cannot reply: {error}" for error in REFUSALS}
    assert ends <= {"question deleted", "thread deleted"} | refused
    roots = {place.root for place in places if not place.lost_question}
    assert {message.thread_ts for message in ours(world, places[0])} <= roots
