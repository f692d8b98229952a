"""An emoji on a message asks the app about that message, in its thread, in the name of the member who reacted.

Source: docs/architecture.md#d20-an-emoji-asks, docs/platform/slack.md#reaction-events.
"""

from typing import Any

import pytest

from simulators.dify import script
from simulators.dify.apps import variable
from simulators.slack.world import OTHER_BOT
from tests.conversations.answers import long_text
from tests.conversations.stack import SimulatedDaemon
from tests.conversations.turn_log import log_of
from tests.conversations.world import ANNA, BEN, CAROL, World
from tests.support.redis_server import RedisServer
from wording import Say
from wording.en import EN

EMOJI = "robot_face"
TEXT = "The build is red since noon."
SCOPES = ("app_mentions:read", "chat:write", "channels:history", "users:read", "reactions:read")


def manifest(without: str = "", events: str = "app_mention, reaction_added") -> str:
    scopes = ", ".join(scope for scope in SCOPES if scope != without)
    return f"""
oauth_config: {{scopes: {{bot: [{scopes}]}}}}
settings: {{event_subscriptions: {{bot_events: [{events}]}}}}
"""


@pytest.fixture
def asking(world: World) -> World:
    """The emoji asks."""
    world.configure(reaction_trigger=f":{EMOJI}:")
    return world


def react(world: World, ts: str, user: str = ANNA, name: str = EMOJI, **sending: Any) -> None:
    world.slack.react(world.channel, user, ts, name, **sending)


def queries(world: World) -> list[str]:
    world.settle(10)
    return [str(run["query"]) for run in world.dify.invocations()]


def told(world: World, user: str, key: Say) -> None:
    """Wait until the member alone is told this, and check that nothing was asked."""
    world.wait(world.slack.ephemeral)
    [text] = world.slack.ephemeral()
    assert (text.text, text.ephemeral_for) == (EN[key], user)
    assert queries(world) == []


def unasked(world: World, why: str) -> bool:
    """Whether the log says that a reaction in the channel asked nothing, and why."""
    return f"a reaction in {world.channel} asks nothing: {why}" in world.daemon.log()


@pytest.mark.both_ways
class TestAnEmojiAsks:
    """Over each way to the app."""

    def test_about_a_message_of_the_channel_in_its_thread_as_who_reacted(self, asking: World) -> None:
        app = asking.dify.app(
            f"{asking.app_id}-facts", form=[variable("slack_user_id"), variable("slack_thread_ts")]
        )
        asking.configure(app={"app_id": app, "inputs": {}})
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts)
        assert asking.answer(ts) == f"You said: {TEXT}"
        [run] = asking.dify.invocations()
        assert (run["inputs"]["slack_user_id"], run["inputs"]["slack_thread_ts"]) == (ANNA, ts)
        [delivery] = asking.deliveries("reaction_added")
        assert [attempt.status for attempt in delivery.attempts] == [200]
        report = asking.wait(lambda: log_of(asking, ts)) or {}
        assert (report["outcome"], 0 < report["ack"] < report["total"]) == ("answered", True)

    def test_about_a_message_of_a_thread_with_what_was_said_before(self, asking: World) -> None:
        root = asking.slack.say(asking.channel, BEN, "We deploy on Tuesday.")
        reply = asking.slack.say(asking.channel, CAROL, TEXT, thread_ts=root)
        asking.slack.say(asking.channel, BEN, "Later words.", thread_ts=root)
        react(asking, reply)
        assert TEXT in asking.answer(root)
        [query] = queries(asking)
        assert query.endswith(TEXT)
        assert "We deploy on Tuesday." in query
        assert "Later words." not in query

    def test_once_however_often_slack_and_members_repeat_it(self, asking: World) -> None:
        asking.dify.script(script.say("Once.", seconds=20), asking.app_id)
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts, deliveries=4)
        react(asking, ts, BEN)
        react(asking, ts, CAROL, name=f"{EMOJI}::skin-tone-2")
        assert [one.text for one in asking.answers(ts)] == ["Once."]
        asking.slack.take_reaction_off(asking.channel, ANNA, ts, EMOJI)
        react(asking, ts)
        assert queries(asking) == [TEXT]
        assert asking.slack.ephemeral() == []
        assert {one.state for one in asking.deliveries("reaction_added")} == {"accepted"}

    def test_about_a_message_with_a_file(self, asking: World) -> None:
        app = asking.dify.app(f"{asking.app_id}-files", form=[variable("files", "file-list", max_length=5)])
        asking.configure(app={"app_id": app, "inputs": {}})
        file = asking.slack.add_file("plan.pdf", b"%PDF-1.7 " + b"x" * 2000, "application/pdf")
        ts = asking.slack.say(asking.channel, BEN, "What is in it?", files=[file])
        react(asking, ts)
        assert asking.answer(ts) == "You said: What is in it?"
        [passed] = asking.dify.invocations()[-1]["inputs"]["files"]
        uploads = [*asking.dify.uploads(), *asking.dify.service_uploads()]
        assert [one["name"] for one in uploads if one["id"] in passed.values()] == ["plan.pdf"]

    def test_and_who_reacted_goes_on_without_a_mention(self, asking: World) -> None:
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts)
        asking.answers(ts)
        asking.slack.say(asking.channel, BEN, "Thank you, Anna.", thread_ts=ts)
        asking.slack.say(asking.channel, ANNA, "And now?", thread_ts=ts)
        assert "And now?" in asking.answer(ts, count=2)
        assert len(queries(asking)) == 2


@pytest.mark.parametrize("name", ["eyes", "+1"])
def test_other_emoji_asks_nothing(asking: World, name: str) -> None:
    react(asking, asking.slack.say(asking.channel, BEN, TEXT), name=name)
    assert queries(asking) == []


def test_emoji_asks_nothing_where_the_setting_is_empty(world: World) -> None:
    react(world, world.slack.say(world.channel, BEN, TEXT))
    assert queries(world) == []
    assert world.slack.ephemeral() == []
    assert world.slack.calls("conversations.replies") == []


def test_forwarded_message_and_blocks_are_read_as_in_a_question(asking: World) -> None:
    original = asking.slack.say(asking.channel, CAROL, "The disk of host 3 is full.")
    ts = asking.slack.forward(asking.channel, original, asking.channel, BEN, "Who looks at this?")
    react(asking, ts)
    asking.answers(ts)
    [query] = queries(asking)
    assert query.startswith("Who looks at this?")
    assert "The disk of host 3 is full." in query


def test_alert_of_an_app_can_be_asked_about(asking: World) -> None:
    ts = asking.slack.workflow_says(asking.channel, "Disk full on host 3")
    react(asking, ts)
    assert asking.answer(ts) == "You said: Disk full on host 3"


def test_words_that_tell_the_bot_something_are_only_words_for_an_emoji(asking: World) -> None:
    root = asking.ask("hello")
    asking.answers(root)
    reset = asking.slack.say(asking.channel, BEN, "reset", thread_ts=root)
    react(asking, reset)
    assert "reset" in asking.answer(root, count=2)
    assert len(queries(asking)) == 2


class TestLoops:
    """Nothing that the bot wrote or did asks the app, nor what another app does."""

    def test_emoji_on_our_own_answer_asks_nothing(self, asking: World) -> None:
        root = asking.ask("hello")
        [answer] = asking.answers(root)
        react(asking, answer.ts)
        assert queries(asking) == ["hello"]
        assert asking.slack.ephemeral() == []

    def test_emoji_on_our_own_answer_asks_nothing_where_slack_names_no_author(self, asking: World) -> None:
        root = asking.ask("hello")
        [answer] = asking.answers(root)
        asking.forget()
        item = {"type": "message", "channel": asking.channel, "ts": answer.ts}
        event = {"type": "reaction_added", "user": ANNA, "reaction": EMOJI, "item": item}
        asking.slack.event(event | {"event_ts": f"{int(answer.ts.split('.')[0]) + 1}.000001"})
        asking.wait(lambda: unasked(asking, "on a message of ours"))
        assert queries(asking) == ["hello"]

    @pytest.mark.parametrize("who", ["ours", "another"])
    def test_emoji_of_a_bot_asks_nothing(self, asking: World, who: str) -> None:
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts, asking.slack.bot_user if who == "ours" else OTHER_BOT)
        assert queries(asking) == []
        assert asking.slack.ephemeral() == []

    def test_stop_sign_still_stops(self, asking: World) -> None:
        asking.dify.script(script.say(long_text(1500), seconds=60) + script.silence(), asking.app_id)
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts)
        asking.wait(lambda: asking.slack.answers(asking.channel, ts))
        react(asking, ts, name="octagonal_sign")
        asking.wait(lambda: not asking.dify.running())
        assert EN[Say.STOPPED_BY].format(person="anna") in asking.answer(ts)
        assert len(queries(asking)) == 1


class TestAfterAQuestion:
    """A message that was a question already."""

    def test_answered_question_is_not_asked_again(self, asking: World) -> None:
        root = asking.ask("hello")
        asking.answers(root)
        react(asking, root, BEN)
        assert queries(asking) == ["hello"]

    def test_answered_question_is_not_asked_again_by_a_process_that_forgot_it(self, asking: World) -> None:
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts)
        asking.answers(ts)
        asking.forget()
        react(asking, ts, CAROL)
        assert queries(asking) == [TEXT]

    def test_older_message_of_a_thread_that_went_on_can_be_asked_about(self, asking: World) -> None:
        root = asking.slack.say(asking.channel, BEN, TEXT)
        older = asking.slack.say(asking.channel, CAROL, "Was it the network?", thread_ts=root)
        asking.ask("What now?", thread_ts=root)
        asking.answers(root)
        react(asking, older, delay=60.0)
        assert "Was it the network?" in asking.answer(root, count=2)
        assert len(queries(asking)) == 2

    def test_again_asks_once_more_for_who_reacted(self, asking: World) -> None:
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts)
        asking.answers(ts)
        asking.slack.say(asking.channel, ANNA, "again", thread_ts=ts)
        asking.answers(ts, count=2)
        first, second = queries(asking)
        assert first == TEXT
        assert second.endswith(TEXT)

    def test_refused_question_can_be_asked_by_a_member_who_may_ask(self, asking: World) -> None:
        guest = asking.slack.add_user("gil", is_restricted=True)
        asking.channel = asking.slack.add_channel("with-a-guest")
        asking.configure(guests=False)
        root = asking.ask("May I?", user=guest)
        asking.wait(asking.slack.ephemeral)
        assert queries(asking) == []
        react(asking, root)
        assert "May I?" in asking.answer(root)
        assert len(queries(asking)) == 1


class TestRules:
    """The rules count for who reacted, whoever wrote the message."""

    def test_member_who_is_not_allowed_is_told_and_another_one_can_ask(self, asking: World) -> None:
        asking.configure(allowed_users=ANNA)
        ts = asking.slack.say(asking.channel, CAROL, TEXT)
        react(asking, ts, BEN)
        told(asking, BEN, Say.NOT_ALLOWED)
        react(asking, ts, ANNA)
        assert TEXT in asking.answer(ts)

    def test_guest_asks_only_if_guests_may(self, asking: World) -> None:
        guest = asking.slack.add_user("gil", is_restricted=True)
        asking.channel = asking.slack.add_channel("with-a-guest")
        asking.configure(guests=False)
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts, guest)
        told(asking, guest, Say.NO_GUESTS)
        asking.configure(guests=True)
        asking.slack.take_reaction_off(asking.channel, guest, ts, EMOJI)
        react(asking, ts, guest)
        assert TEXT in asking.answer(ts)

    def test_member_of_another_organisation_asks_only_if_those_may(self, asking: World) -> None:
        asking.channel = asking.slack.add_channel("shared", ext_shared=True)
        eve = asking.slack.add_user("eve", foreign=True)
        asking.slack.join(asking.channel, eve)
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts, eve)
        told(asking, eve, Say.NO_OUTSIDERS)
        react(asking, ts, ANNA)
        assert TEXT in asking.answer(ts)
        asking.configure(slack_connect=True)
        second = asking.slack.say(asking.channel, BEN, "Another one")
        react(asking, second, eve)
        assert "Another one" in asking.answer(second)

    def test_colleague_of_the_organisation_is_no_outsider(self, asking: World) -> None:
        asking.slack.configure(enterprise_id="E0OURS")
        cleo = asking.slack.add_user("cleo", team_id="T0COLLEAG", enterprise_id="E0OURS")
        asking.channel = asking.slack.add_channel("grid", ext_shared=True)
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts, cleo)
        assert TEXT in asking.answer(ts)

    def test_channel_that_is_not_allowed_by_its_name_is_told_so(self, asking: World) -> None:
        asking.configure(allowed_channels="#help-desk")
        react(asking, asking.slack.say(asking.channel, BEN, TEXT))
        told(asking, ANNA, Say.NOT_IN_CHANNEL)

    def test_words_of_a_member_who_may_not_ask_are_asked_by_who_may(self, asking: World) -> None:
        asking.configure(allowed_users=ANNA)
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts, ANNA)
        assert TEXT in asking.answer(ts)

    def test_nobody_asks_where_slack_does_not_tell_members_from_apps(self, asking: World) -> None:
        asking.slack.fault("users.info", "error", error="missing_scope", times=None)
        react(asking, asking.slack.say(asking.channel, BEN, TEXT), CAROL)
        world_told = asking.wait(asking.slack.ephemeral)
        assert [one.text for one in world_told] == [EN[Say.RULE_UNKNOWN]]
        assert queries(asking) == []


class TestWhatCannotBeRead:
    """The member is told, and can react again once it is mended."""

    def test_without_the_scope_to_read_the_channel(self, asking: World) -> None:
        asking.slack.configure(manifest=manifest(without="channels:history"))
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts)
        told(asking, ANNA, Say.NOT_SET_UP)
        assert "missing_scope" in asking.daemon.log()
        asking.slack.configure(manifest=manifest())
        asking.slack.take_reaction_off(asking.channel, ANNA, ts, EMOJI)
        react(asking, ts)
        assert TEXT in asking.answer(ts)

    def test_with_only_the_scopes_that_it_needs(self, asking: World) -> None:
        asking.slack.configure(manifest=manifest())
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts)
        assert TEXT in asking.answer(ts)
        assert "reactions:read" in asking.slack.used_scopes()

    @pytest.mark.parametrize("shape", [manifest(without="reactions:read"), manifest(events="app_mention")])
    def test_slack_sends_nothing_without_scope_or_subscription(self, asking: World, shape: str) -> None:
        asking.slack.configure(manifest=shape)
        react(asking, asking.slack.say(asking.channel, BEN, TEXT))
        assert queries(asking) == []
        assert asking.slack.deliveries("reaction_added") == []

    @pytest.mark.parametrize("in_thread", [True, False])
    def test_message_that_is_deleted_meanwhile_asks_nothing(self, asking: World, *, in_thread: bool) -> None:
        slack = asking.slack
        root = slack.say(asking.channel, CAROL, "A thread") if in_thread else ""
        ts = slack.say(asking.channel, BEN, TEXT, thread_ts=root)
        slack.fault("conversations.replies", "stall", seconds=5.0, times=1)
        react(asking, ts)
        slack.delete(asking.channel, ts)
        assert queries(asking) == []
        assert slack.ephemeral() == []
        asking.wait(lambda: unasked(asking, "the message is deleted"))

    def test_root_that_is_a_tombstone_asks_nothing(self, asking: World) -> None:
        slack = asking.slack
        root = slack.say(asking.channel, BEN, TEXT)
        slack.say(asking.channel, CAROL, "A reply", thread_ts=root)
        slack.delete(asking.channel, root)
        react(asking, root)
        asking.wait(lambda: unasked(asking, "the message is deleted"))
        assert queries(asking) == []

    def test_deleted_message_withdraws_its_answer(self, asking: World) -> None:
        asking.dify.script(script.say(long_text(1500), seconds=60) + script.silence(), asking.app_id)
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts)
        asking.wait(lambda: asking.slack.answers(asking.channel, ts))
        asking.slack.delete(asking.channel, ts)
        asking.wait(lambda: not asking.dify.running())
        asking.settle(10)
        assert [one for one in asking.slack.messages(asking.channel) if one.ours and not one.thread_ts] == []


class TestOwnership:
    """Slack has its ack only when somebody owns the reaction."""

    @pytest.mark.simulated
    @pytest.mark.parametrize("how", ["status", "reset"])
    def test_refused_hand_off_gets_503_and_the_retry_asks_once(self, asking: World, how: str) -> None:
        daemon = asking.daemon
        assert isinstance(daemon, SimulatedDaemon)
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        asking.settle(5)  # the first event of a hook begins a sweep, which is handed off too
        daemon.control.refuse(how=how, times=1)
        react(asking, ts)
        assert len(asking.answers(ts)) == 1
        [delivery] = asking.deliveries("reaction_added")
        assert [attempt.status for attempt in delivery.attempts] == [503, 200]
        assert queries(asking) == [TEXT]

    def test_ack_waits_for_no_call_to_slack(self, asking: World) -> None:
        asking.slack.rules(patience=2.0, patience_floor=0.5)
        for method in ("users.info", "conversations.replies", "auth.test"):
            asking.slack.fault(method, "stall", seconds=60.0, times=1)
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts)
        asking.wait(lambda: asking.slack.deliveries("reaction_added")[0].state == "accepted", timeout=2)
        assert asking.dify.invocations() == []
        assert len(asking.slack.deliveries("reaction_added")[0].attempts) == 1
        assert TEXT in asking.answer(ts)

    def test_retry_after_a_restart_asks_nothing_again(self, asking: World) -> None:
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts)
        asking.answers(ts)
        [delivery] = asking.deliveries("reaction_added")
        asking.daemon.restart()
        headers = asking.slack.sign(delivery.raw) | {"X-Slack-Retry-Num": "1"}
        assert asking.post("/slack/events", delivery.raw, headers)[0] == 200
        assert queries(asking) == [TEXT]
        assert len(asking.slack.answers(asking.channel, ts)) == 1

    def test_member_is_told_when_the_process_dies_before_the_message_is_read_and_can_react_again(
        self, asking: World
    ) -> None:
        """See docs/architecture.md#d10-never-run-twice."""
        asking.slack.fault("conversations.replies", "stall", seconds=600.0, times=1)
        ts = asking.slack.say(asking.channel, BEN, TEXT)
        react(asking, ts)
        asking.wait(lambda: asking.slack.deliveries("reaction_added")[0].state == "accepted")
        [delivery] = asking.deliveries("reaction_added")
        asking.settle(5)
        asking.daemon.restart()
        headers = asking.slack.sign(delivery.raw)
        for retry in ("1", "2"):
            assert (
                asking.post("/slack/events", delivery.raw, headers | {"X-Slack-Retry-Num": retry})[0] == 200
            )
        asking.wait(lambda: asking.slack.answers(asking.channel, ts))
        asking.settle(30)
        [note] = asking.slack.answers(asking.channel, ts)
        assert EN[Say.INTERRUPTED] in note.seen
        assert queries(asking) == []
        asking.slack.take_reaction_off(asking.channel, ANNA, ts, EMOJI)
        react(asking, ts)
        assert TEXT in asking.answer(ts, count=2)


@pytest.mark.simulated
def test_two_processes_with_redis_ask_once_when_members_react_at_one_instant(
    two_processes: World, redis: RedisServer
) -> None:
    world = two_processes
    world.configure(reaction_trigger=EMOJI, redis_url=redis.url)
    ts = world.slack.say(world.channel, BEN, TEXT)
    for user in (ANNA, BEN, CAROL):
        react(world, ts, user, deliveries=3)
    assert [one.text for one in world.answers(ts)] == [f"You said: {TEXT}"]
    assert queries(world) == [TEXT]
    accepted = [one.raw for one in world.deliveries("reaction_added") if one.state == "accepted"]
    # On a busy machine a copy may get 425, after which Slack would try again.
    assert all(any(user.encode() in raw for raw in accepted) for user in (ANNA, BEN, CAROL))


@pytest.mark.simulated
@pytest.mark.parametrize("deliveries", [2, 4])
def test_two_processes_that_get_the_same_reaction_ask_once(two_processes: World, deliveries: int) -> None:
    world = two_processes
    world.configure(reaction_trigger=EMOJI)
    daemon = world.daemon
    assert isinstance(daemon, SimulatedDaemon)
    ts = world.slack.say(world.channel, BEN, TEXT)
    react(world, ts, deliveries=deliveries, spacing=3.0)
    assert [one.text for one in world.answers(ts)] == [f"You said: {TEXT}"]
    assert queries(world) == [TEXT]
    assert {one.state for one in world.deliveries("reaction_added")} == {"accepted"}
    assert len({one["process"] for one in daemon.control.requests("/slack/events")}) == 2
