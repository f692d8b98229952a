"""Slack refuses a stream, then its edits too, with each documented error: the thread still has the whole answer."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import batched

import pytest

from simulators.dify import script
from simulators.slack.seen import SeenMessage
from tests.conversations.answers import flat, long_text
from tests.conversations.stack import Stack
from tests.conversations.world import World

pytestmark = pytest.mark.simulated  # the tests need a hook for each error, and a clock of their own
TEXT = long_text(3000)
MINUTE = 60.0
ANSWER = script.say(TEXT, seconds=MINUTE, per_second=4)  # an edit shows what came in its three seconds
AT_ONCE = 22
FEW = " states"
SCALE = 0.1  # many at once: the wall-clock time of each edit must be small beside its three seconds

START_ERRORS = [
    "access_denied", "accesslimited", "account_inactive", "channel_not_found", "deprecated_endpoint",
    "duplicate_channel_not_found", "duplicate_message_not_found", "ekm_access_denied",
    "enterprise_is_restricted", "fatal_error", "feature_disabled", "internal_error", "invalid_arg_name",
    "invalid_arguments", "invalid_array_arg", "invalid_auth", "invalid_blocks", "invalid_blocks_format",
    "invalid_charset", "invalid_chunks", "invalid_form_data", "invalid_metadata_format",
    "invalid_metadata_schema", "invalid_post_type", "is_archived", "is_bot",
    "message_limit_exceeded", "messages_tab_disabled", "messaging_processing_failed",
    "metadata_must_be_sent_from_app", "metadata_too_large", "method_deprecated",
    "method_not_supported_for_channel_type", "missing_post_type", "missing_recipient_team_id",
    "missing_recipient_user_id", "missing_scope", "msg_blocks_too_long", "msg_blocks_too_many", "msg_too_long",
    "no_permission", "no_text", "not_allowed_token_type", "not_authed", "not_in_channel",
    "not_subscribed_to_message_stream_stopped", "org_login_required", "rate_limited", "ratelimited",
    "request_timeout", "restricted_action", "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel", "restricted_action_thread_locked",
    "restricted_action_thread_only_channel", "service_unavailable", "slack_connect_canvas_sharing_blocked",
    "slack_connect_file_link_sharing_blocked", "slack_connect_lists_sharing_blocked", "streaming_mode_mismatch",
    "team_added_to_org", "team_not_found", "token_expired", "token_revoked", "two_factor_setup_required",
    "user_not_found",
]  # fmt: skip
"""Slack's list for chat.startStream, and errors seen besides; two more errors are remembered by the bridge.

`invalid_thread_ts` is not in it: it means that the thread is gone (test_place_gone.py).

Source: docs/platform/slack.md#stream-methods.
"""

EDIT_ERRORS = [
    "block_mismatch", "cant_update_message", "edit_window_closed", "invalid_blocks",
    "is_inactive", "message_limit_exceeded", "message_not_found", "metadata_too_large", "msg_too_long",
    "no_text", "not_allowed_token_type", "streaming_state_conflict", "unknown_method", "update_failed",
]  # fmt: skip
"""The part of chat.update's list that concerns the edit alone (docs/platform/slack.md#edit-errors)."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """The errors that Slack gives to the start of the stream and to every edit; "" means no error."""

    start: str
    edit: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """A channel and a hook with a token of its own, since the edits of one workspace share fifty a minute."""

    name: str
    refusal: Refusal
    channel: str
    hook: str

    @classmethod
    def made(cls, world: World, refusal: Refusal, number: int) -> "Thread":
        channel = world.slack.add_channel(f"refused-{number}")
        world.slack.fault("chat.startStream", "error", error=refusal.start, channel=channel, times=1)
        if refusal.edit:
            world.slack.fault("chat.update", "error", error=refusal.edit, channel=channel, times=None)
        hook = world.daemon.add_hook(
            world.settings | {"bot_token": token(world, number), "reply_style": "stream"}
        )
        return cls(" and ".join(filter(None, (refusal.start, refusal.edit))), refusal, channel, hook)

    def ask(self, world: World, text: str) -> str:
        """Mention the bot. The event is acked before this returns, since the next event may go to another hook."""
        world.slack.configure(events_url=f"{self.hook}/slack/events")
        root = world.ask(text, channel=self.channel, only="app_mention")
        world.wait(lambda: not world.slack.delivery_counts().get("pending"))
        return root


def token(world: World, number: int) -> str:
    return f"{world.slack.token}-{number}"


def wrong(world: World, refusals: Sequence[Refusal]) -> list[str]:
    """A line for each refusal whose thread does not end as it must; AT_ONCE threads are tried at once."""
    world.slack.rules(echo=False)
    world.slack.configure(more_tokens=" ".join(token(world, number) for number in range(len(refusals))))
    world.dify.script(ANSWER, world.app_id, when="What shall we do?")
    world.dify.script(script.say("Short."), world.app_id, when="And now?")
    found: list[str] = []
    for some in batched(enumerate(refusals), AT_ONCE):
        threads = [Thread.made(world, refusal, number) for number, refusal in some]
        for thread, ours in asked(world, threads, "What shall we do?", MINUTE):
            found += [f"{thread.name}: {line}" for line in wrong_first(world, thread, ours)]
        streamed = [thread for thread in threads if not thread.refusal.edit]
        for thread, ours in asked(world, streamed, "And now?", 0.0):
            if [message.method for message in ours] != ["chat.startStream"]:
                found.append(f"{thread.name}: the next turn goes by {[message.method for message in ours]}")
    return found


def asked(
    world: World, threads: Sequence[Thread], text: str, seconds: float
) -> list[tuple[Thread, list[SeenMessage]]]:
    """Our messages by thread, once all are complete; waits at least `seconds`, since each look is a load too."""
    roots = [(thread, thread.ask(world, text)) for thread in threads]
    world.settle(seconds)

    def ended() -> bool:
        return not world.dify.running() and all(
            world.slack.answers(thread.channel, root) and not world.slack.status(thread.channel, root).current
            for thread, root in roots
        )

    world.wait(ended)
    world.settle(10)  # a last edit or post may still be on its way
    return [(thread, world.slack.answers(thread.channel, root)) for thread, root in roots]


def wrong_first(world: World, thread: Thread, ours: Sequence[SeenMessage]) -> Iterable[str]:
    if flat(" ".join(message.text for message in ours)) != flat(TEXT):
        yield f"not the whole text, once: {[message.text[:30] for message in ours]}"
    if {message.method for message in ours} != {"chat.postMessage"}:
        yield f"written by {[message.method for message in ours]}"
    if not thread.refusal.edit:
        states = len({state.text for state in world.states(ours[0].ts, channel=thread.channel)})
        if len(ours) != 1 or states < 15:
            yield f"{len(ours)} messages, {states}{FEW}"


@pytest.fixture(scope="module")
def slower() -> Iterator[Stack]:
    running = Stack.start(SCALE)
    yield running
    running.stop()


def test_answer_is_edited_where_its_stream_is_refused_and_the_next_one_streams(slower: Stack) -> None:
    """If the machine stood still for a while, some threads show too few states: only these are asked again."""
    found = wrong(World(slower, 1), [Refusal(error) for error in START_ERRORS])
    few = [line.partition(":")[0] for line in found if line.endswith(FEW)]
    assert [line for line in found if not line.endswith(FEW)] == []
    assert len(few) <= len(START_ERRORS) // 2
    assert wrong(World(slower, 2), [Refusal(error) for error in few]) == []


def test_whole_text_is_posted_where_streams_and_edits_are_refused(slower: Stack) -> None:
    assert wrong(World(slower, 3), [Refusal("internal_error", error) for error in EDIT_ERRORS]) == []
