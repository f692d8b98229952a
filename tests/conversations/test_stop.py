"""A member stops an answer: by a word, a button, a reaction, Slack's own button, or by deleting the question.

Source: docs/architecture.md#d12-the-member-is-in-control, docs/platform/slack.md#stop-controls.
"""

from typing import Any

import pytest

from simulators.dify import script
from simulators.dify.script import Steps
from simulators.slack.seen import SeenMessage
from tests.conversations.answers import flat, long_text
from tests.conversations.conftest import WAYS
from tests.conversations.stack import SimulatedDaemon
from tests.conversations.turn_log import log_of
from tests.conversations.world import ANNA, BEN, CAROL, World
from tests.support.redis_server import RedisServer
from wording import Say
from wording.en import EN

TEXT = long_text(1500)
WORDS = script.say(TEXT, seconds=60) + script.silence()  # so that only a stop ends the run
FIRST, QUESTION, NEXT = "Something else first", "What shall we do?", "And then?"
MEANS = ["word", "button", "reaction", "slack", "deletion"]
STYLES = ["stream", "edit", "post"]
BY_ANNA = EN[Say.STOPPED_BY].format(person="anna")
SEEN_WITHIN = 2.0  # seconds of the wall from the stop's arrival at the plugin to the end of the run at Dify
EVENTS = {
    "word": "message",
    "reaction": "reaction_added",
    "slack": "agent_session_stopped",
    "deletion": "message/message_deleted",
}
"""The event that tells of each means; a button is pressed instead."""


def ours(world: World, root: str) -> list[SeenMessage]:
    return world.slack.answers(world.channel, root)


def outcomes(world: World, query: str = QUESTION) -> list[str]:
    """How the runs of this question ended."""
    return [str(run["outcome"]) for run in world.dify.invocations() if query in run["query"]]


def begins(world: World, root: str, style: str) -> None:
    """Wait until there is text: in the thread, or at Dify where the answer is posted as a whole."""
    if style == "post":
        world.wait(lambda: any(run["first_text"] for run in world.dify.invocations()))
    else:
        world.wait(lambda: ours(world, root))


def has_button(message: SeenMessage) -> bool:
    return "stop" in [one["action_id"] for block in message.blocks for one in block.get("elements") or ()]


def stop(
    world: World, means: str, root: str, question: str, user: str = ANNA, *, refuses: bool = True
) -> float:
    """Ask to stop the answer to the question. Returns when Slack sent that to the plugin, in epoch seconds.

    `refuses`: at a press of its own button, Slack ends the streams.
    """
    slack, channel = world.slack, world.channel
    before = len(slack.deliveries())
    match means:
        case "word":
            slack.say(channel, user, "Stop.", thread_ts=root)
        case "button":
            *_, shown = [message for message in ours(world, root) if has_button(message)]
            slack.configure(interactions_url=f"{world.hook}/slack/interactions")
            pressed = slack.press(channel, shown.ts, user, "stop")
            assert pressed.status == 200
            return pressed.at
        case "reaction":
            slack.react(channel, user, question, "octagonal_sign")
        case "slack":
            slack.stop_session(channel, user, root, refuses=refuses)
        case "deletion":
            slack.delete(channel, question)
    sent = world.wait(
        lambda: [
            attempt.at
            for one in slack.deliveries()[before:]
            if one.kind == EVENTS[means]
            for attempt in one.attempts
        ]
    )
    return min(sent)


def ends_soon(world: World, stopped: float) -> None:
    """With a key: the run of the question ends at Dify soon after the plugin heard of the stop, by a stop call."""
    if world.via != "api":
        return
    world.wait(lambda: not world.dify.running())
    [run] = [run for run in world.dify.invocations() if QUESTION in run["query"]]
    assert 0 <= run["ended"] - stopped < SEEN_WITHIN
    assert [call["works"] for call in world.dify.service_stops()] == [True]


def nothing_is_open(world: World, root: str, question: str) -> None:
    """Wait for the end of the turn, and check what must not be left."""
    world.wait(lambda: log_of(world, question))
    world.wait(lambda: not world.dify.running() and not world.slack.open_streams())
    world.settle(10)
    assert world.slack.open_streams() == []
    world.wait(lambda: world.slack.status(world.channel, root).current == "")  # another turn may end later
    assert not any(has_button(message) for message in ours(world, root))
    assert [one.text for one in world.slack.messages(world.channel) if one.ours and not one.thread_ts] == []


def in_thread(world: World, text: str = QUESTION, user: str = ANNA, root: str = "") -> tuple[str, str]:
    """Ask in a thread that Ben began. Returns the thread's root and the question."""
    root = root or world.slack.say(world.channel, BEN, "A thread of Ben's")
    return root, world.ask(text, thread_ts=root, user=user)


def can_stop(means: str, style: str) -> bool:
    """Whether the means exists while an answer of the style is written."""
    return not (means == "button" and style != "edit")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("means", MEANS)
class TestStopAtAMoment:
    """The run ends, the thread is in order, and the next question is answered."""

    @pytest.mark.both_ways
    def test_in_the_middle_of_the_text(self, world: World, means: str, style: str) -> None:
        if not can_stop(means, style):
            assert style != "edit"
            return
        world.configure(reply_style=style)
        world.dify.script(WORDS, world.app_id, when=QUESTION)
        root, question = in_thread(world)
        begins(world, root, style)
        world.settle(5)
        ends_soon(world, stop(world, means, root, question))
        nothing_is_open(world, root, question)
        texts = [message.text for message in ours(world, root)]
        if means == "deletion":
            assert texts == []
        elif style == "post" or (means == "slack" and style == "stream"):
            assert flat(" ".join(texts)).endswith(flat(BY_ANNA))
        else:
            [text] = texts
            part, _, note = text.rpartition("\n\n> ")
            assert note == BY_ANNA
            assert flat(TEXT).startswith(flat(part))
        world.ask(NEXT, thread_ts=root)
        assert f"You said: {NEXT}" in world.answers(root, count=len(texts) + 1)[-1].text

    @pytest.mark.both_ways
    def test_before_the_first_text(self, world: World, means: str, style: str) -> None:
        if means == "button":
            return  # there is no message yet
        world.configure(reply_style=style, show_progress=False)
        world.dify.script(script.wait(600) + WORDS, world.app_id, when=QUESTION)
        root, question = in_thread(world)
        world.wait(world.dify.running)
        world.settle(2)
        ends_soon(world, stop(world, means, root, question))
        nothing_is_open(world, root, question)
        expected = [] if means == "deletion" else [BY_ANNA]
        assert [flat(message.text).removeprefix("> ") for message in ours(world, root)] == expected
        world.ask(NEXT, thread_ts=root)
        assert f"You said: {NEXT}" in world.answers(root, count=len(expected) + 1)[-1].text

    def test_while_the_question_waits_for_its_thread(self, world: World, means: str, style: str) -> None:
        if means == "button":
            return  # there is no message yet
        world.configure(reply_style=style)
        world.dify.script(script.wait(25) + script.say("First."), world.app_id, when=FIRST)
        root, _ = in_thread(world, FIRST, BEN)
        world.wait(world.dify.running)
        _, question = in_thread(world, QUESTION, ANNA, root)
        world.wait(lambda: EN[Say.WAITING] in world.slack.status(world.channel, root).texts())
        stop(world, means, root, question)
        nothing_is_open(world, root, question)
        assert outcomes(world) == []
        texts = [message.text for message in ours(world, root)]
        assert ("First." in texts) or means == "slack"  # Slack's own button names no question
        if means != "deletion":
            assert any(BY_ANNA in text for text in texts)

    def test_after_the_end(self, world: World, means: str, style: str) -> None:
        if means in {"button", "slack"}:
            return  # neither button is there any more
        world.configure(reply_style=style)
        root, question = in_thread(world)
        answer = world.answer(root)
        assert QUESTION in answer
        stop(world, means, root, question)
        nothing_is_open(world, root, question)
        assert [message.text for message in ours(world, root)] == [answer]
        told = [(one.text, one.ephemeral_for, one.thread_ts) for one in world.slack.ephemeral()]
        assert told == ([(EN[Say.NOTHING_TO_STOP], ANNA, root)] if means == "word" else [])


@pytest.mark.parametrize("means", ["word", "button", "reaction", "slack"])
def test_member_who_never_asked_cannot_stop(world: World, means: str) -> None:
    world.configure(reply_style="edit")
    world.dify.script(script.say(TEXT, seconds=30), world.app_id)
    root, question = in_thread(world)
    begins(world, root, "edit")
    if means == "word":
        world.ask("stop", thread_ts=root, user=CAROL)
    elif means == "slack":
        world.slack.stop_session(world.channel, CAROL, root, refuses=False)
    else:
        stop(world, means, root, question, CAROL)
    [answer] = world.answers(root)
    assert flat(answer.text) == flat(TEXT)
    [told] = world.slack.ephemeral()
    assert (told.ephemeral_for, told.thread_ts) == (CAROL, root)


def test_word_without_a_mention_by_a_stranger_is_no_word_to_us(world: World) -> None:
    world.dify.script(script.say(TEXT, seconds=20), world.app_id)
    root, _ = in_thread(world)
    begins(world, root, "edit")
    world.slack.say(world.channel, CAROL, "stop", thread_ts=root)
    [answer] = world.answers(root)
    assert flat(answer.text) == flat(TEXT)
    assert world.slack.ephemeral() == []


def test_member_who_asked_in_the_thread_stops_the_answer_of_another(world: World) -> None:
    world.dify.script(WORDS, world.app_id, when=QUESTION)
    root, _ = in_thread(world, FIRST, BEN)
    world.answer(root)
    _, question = in_thread(world, QUESTION, ANNA, root)
    world.wait(lambda: len(ours(world, root)) == 2)
    stop(world, "button", root, "", BEN)
    nothing_is_open(world, root, question)
    assert EN[Say.STOPPED_BY].format(person="ben") in ours(world, root)[-1].text


def test_stop_of_the_running_answer_lets_the_waiting_question_run(world: World) -> None:
    world.dify.script(WORDS, world.app_id, when=FIRST)
    root, first = in_thread(world, FIRST)
    begins(world, root, "edit")
    in_thread(world, QUESTION, BEN, root)
    world.wait(lambda: EN[Say.WAITING] in world.slack.status(world.channel, root).texts())
    stop(world, "word", root, first)
    assert f"You said: {QUESTION}" in world.answers(root, count=2)[-1].text
    assert BY_ANNA in ours(world, root)[0].text


@pytest.mark.parametrize("word", ["stop", "STOP!", "ストップ", "停止", "parar"])
def test_word_stops_in_a_direct_message(world: World, word: str) -> None:
    world.dify.script(WORDS, world.app_id, when=QUESTION)
    channel = world.slack.dm_channel(ANNA)
    question = world.slack.dm(ANNA, QUESTION)
    world.wait(lambda: world.slack.answers(channel, question))
    world.slack.dm(ANNA, word)
    world.wait(lambda: not world.dify.running())
    world.settle(10)
    assert world.slack.open_streams() == []
    assert BY_ANNA in world.slack.answers(channel, question)[0].text


def test_slacks_button_stops_a_stream_that_slack_leaves_open(world: World) -> None:
    """By the one live test, appends go on to succeed (docs/platform/slack.md#stopped-streams)."""
    world.configure(reply_style="stream")
    world.dify.script(WORDS, world.app_id)
    root, question = in_thread(world)
    begins(world, root, "stream")
    world.slack.stop_session(world.channel, ANNA, root, refuses=False)
    nothing_is_open(world, root, question)
    [answer] = ours(world, root)
    assert answer.text.endswith(f"> {BY_ANNA}")
    assert answer.stream_ended == "stopped"


def test_growing_message_has_the_button_and_the_whole_one_has_not(world: World) -> None:
    world.configure(reply_style="edit")
    world.dify.script(script.say(TEXT, seconds=10), world.app_id)
    root, _ = in_thread(world)
    [answer] = world.answers(root)
    shown = [any(block["type"] == "actions" for block in state.blocks) for state in world.states(answer.ts)]
    assert any(shown)
    assert not shown[-1]


@pytest.mark.parametrize("no", [Say.NO_GUESTS, Say.NO_OUTSIDERS], ids=["guest", "Connect member"])
@pytest.mark.parametrize("means", ["word", "button", "reaction", "slack"])
def test_member_who_may_not_ask_any_more_cannot_stop(world: World, means: str, no: Say) -> None:
    """The admin changed the setting after the member had asked; the member stops again once it allows that."""
    setting, profile = {
        Say.NO_GUESTS: ("guests", {"is_restricted": True}),
        Say.NO_OUTSIDERS: ("slack_connect", {"foreign": True}),
    }[no]
    user = world.slack.add_user("gil", **profile)
    world.channel = world.slack.add_channel("shared", ext_shared=True)  # everybody is in a new channel
    world.configure(reply_style="edit", **{setting: True})
    world.dify.script(WORDS, world.app_id, when=QUESTION)
    root, question = in_thread(world, user=user)
    begins(world, root, "edit")
    world.configure(**{setting: False})
    if means == "word":
        world.ask("stop", thread_ts=root, user=user)
    else:
        stop(world, means, root, question, user, refuses=False)
    told = world.wait(world.slack.ephemeral)
    world.settle(5)
    assert [(one.text, one.ephemeral_for) for one in told] == [(EN[no], user)]
    assert world.dify.running()
    world.configure(**{setting: True})
    stop(world, "word", root, question, user)
    nothing_is_open(world, root, question)
    assert EN[Say.STOPPED_BY].format(person="gil") in ours(world, root)[0].text


BETWEEN = [
    ("word", "middle", "stream", "api"),
    ("word", "before", "edit", "plugin"),
    ("word", "waiting", "post", "api"),
    ("button", "middle", "edit", "plugin"),
    ("button", "middle", "edit", "api"),
    ("reaction", "middle", "post", "api"),
    ("reaction", "before", "stream", "plugin"),
    ("reaction", "waiting", "edit", "api"),
    ("slack", "middle", "stream", "plugin"),
    ("slack", "before", "post", "api"),
    ("slack", "waiting", "edit", "plugin"),
    ("deletion", "middle", "post", "plugin"),
    ("deletion", "before", "edit", "api"),
    ("deletion", "waiting", "stream", "plugin"),
]
"""Means, moment, style and way: each pair of two of them that exists is in a case. An environment may name the way."""


class TestStopBetweenProcesses:
    """Two processes: the one that hears the request is not the one that writes the answer."""

    def asked(self, world: World, moment: str, style: str, words: Steps = WORDS) -> tuple[str, str]:
        """Ask, and wait for the moment. Returns the thread's root and the question."""
        world.configure(reply_style=style, show_progress=moment != "before")
        pause = script.wait(600) if moment == "before" else []
        world.dify.script(pause + words, world.app_id, when=QUESTION)
        root = ""
        if moment == "waiting":
            world.dify.script(script.wait(40) + script.say("First."), world.app_id, when=FIRST)
            root, _ = in_thread(world, FIRST, BEN)
            world.wait(world.dify.running)
        root, question = in_thread(world, root=root)
        if moment == "waiting":
            world.wait(lambda: EN[Say.WAITING] in world.slack.status(world.channel, root).texts())
        elif moment == "before":
            world.wait(world.dify.running)
            world.settle(2)
        else:
            begins(world, root, style)
        return root, question

    def go_to_the_other(self, world: World) -> tuple[int, int]:
        """Let the next request go to the process in which the latest turn does not run.

        Returns the number of requests so far, and that turn's process.
        """
        daemon = world.daemon
        if not isinstance(daemon, SimulatedDaemon):
            return 0, 0
        world.wait(lambda: all(one.state != "pending" for one in world.slack.deliveries()))
        writes = daemon.control.requests("/slack/turns")[-1]["process"]
        while daemon.control.requests()[-1]["process"] != writes:
            world.post("/slack/events", b"{}")
        return len(daemon.control.requests()), writes

    def crossed(self, world: World, since: int, writes: int) -> bool:
        """Whether another process than the one that writes got Slack's first request since then."""
        daemon = world.daemon
        if not isinstance(daemon, SimulatedDaemon):
            return True
        heard, *_ = [one for one in daemon.control.requests(since=since) if one["path"] != "/slack/turns"]
        return bool(heard["process"] != writes)

    @pytest.mark.parametrize(
        ("means", "moment", "style", "via"),
        [(*case, way if way in WAYS else WAYS[0]) for *case, way in BETWEEN],
    )
    def test_with_redis(
        self, two_processes: World, redis: RedisServer, means: str, moment: str, style: str
    ) -> None:
        world = two_processes
        world.configure(redis_url=redis.url)
        world.slack.rules(echo=False)  # an event for each of our posts would change whose turn it is
        root, question = self.asked(world, moment, style)
        writes = self.go_to_the_other(world)
        stopped = stop(world, means, root, question)
        if moment != "waiting":
            ends_soon(world, stopped)
        nothing_is_open(world, root, question)
        assert self.crossed(world, *writes)
        texts = [flat(message.text) for message in ours(world, root)]
        if moment == "waiting":
            assert outcomes(world) == []
            assert ("First." in texts) or means == "slack"  # Slack's own button names no question
            texts = [text for text in texts if text != "First."]
        if means == "deletion":
            assert texts == []
        else:
            assert BY_ANNA in texts[-1]
            assert world.slack.ephemeral() == []

    @pytest.mark.parametrize("number", range(2))  # the requests go to both processes in turn
    @pytest.mark.parametrize("means", ["word", "button", "reaction", "slack"])
    def test_without_redis(self, two_processes: World, means: str, number: int) -> None:
        """Of a deletion, another process learns from where its posts stand."""
        world = two_processes
        root, question = self.asked(world, "middle", "edit", script.say(TEXT, seconds=60))
        for _ in range(number):
            world.post("/slack/events", b"{}")
        stop(world, means, root, question)
        told: Any = world.wait(
            lambda: world.slack.ephemeral() or [one for one in ours(world, root) if BY_ANNA in one.text]
        )
        assert [one.text for one in told] == [EN[Say.CANNOT_STOP_HERE]] or BY_ANNA in told[0].text
        world.wait(lambda: log_of(world, question))
