"""What each member of a channel sees of a message (docs/platform/slack.md#stream-visibility)."""

import pytest

from simulators.slack.viewers import THINKING, seen_by, shown_to
from simulators.slack.workspace import ANNA, BEN, CAROL, GENERAL
from tests.simulators.slack.conftest import Slack


def seen(slack: Slack, user: str, ts: str, channel: str = GENERAL) -> list[str]:
    return [state.text for state in slack.workspace.seen_by(user, channel, ts)]


def streamed(slack: Slack, *pieces: str, stop: bool = True) -> str:
    """A stream for Anna."""
    ts = slack.stream(slack.ask(), pieces[0])
    for piece in pieces[1:]:
        slack.append(ts, piece)
    if stop:
        slack.client.chat_stopStream(channel=GENERAL, ts=ts)
    return ts


def test_recipient_sees_each_append(slack: Slack) -> None:
    assert seen(slack, ANNA, streamed(slack, "a", "b", "c"))[:3] == ["a", "ab", "abc"]


def test_colleague_sees_the_first_chunk_and_then_the_whole(slack: Slack) -> None:
    assert seen(slack, BEN, streamed(slack, "a", "b", "c")) == ["a", "abc"]


def test_colleague_sees_nothing_more_while_the_stream_is_open(slack: Slack) -> None:
    assert seen(slack, BEN, streamed(slack, "a", "b", stop=False)) == ["a"]


def test_colleague_sees_a_placeholder_where_the_first_chunk_has_no_text(slack: Slack) -> None:
    assert seen(slack, BEN, streamed(slack, "", "b", stop=False)) == [THINKING]


@pytest.mark.parametrize("user", [ANNA, BEN, CAROL])
def test_posts_and_edits_are_live_for_everybody(slack: Slack, user: str) -> None:
    root = slack.ask()
    ts = str(slack.client.chat_postMessage(channel=GENERAL, thread_ts=root, text="a")["ts"])
    for text in ("ab", "abc"):
        slack.client.chat_update(channel=GENERAL, ts=ts, text=text)
    assert seen(slack, user, ts) == ["a", "ab", "abc"]


def test_stream_in_a_direct_message_grows_for_its_one_viewer(slack: Slack) -> None:
    channel = slack.workspace.dm_channel(ANNA)
    root = slack.ask(channel=channel)
    chunk = {"type": "markdown_text", "text": "a"}
    ts = str(slack.client.chat_startStream(channel=channel, thread_ts=root, chunks=[chunk])["ts"])
    slack.append(ts, "b", channel)
    assert seen(slack, ANNA, ts, channel) == ["a", "ab"]
    assert seen(slack, BEN, ts, channel) == []


def test_stream_for_the_bot_itself_grows_for_nobody(slack: Slack) -> None:
    root, bot = slack.ask(), slack.workspace.bot_user
    ts = str(
        slack.client.chat_startStream(
            channel=GENERAL,
            thread_ts=root,
            recipient_user_id=bot,
            recipient_team_id=slack.workspace.team_id,
            chunks=[{"type": "markdown_text", "text": "a"}],
        )["ts"]
    )
    slack.append(ts, "b")
    assert [seen(slack, user, ts) for user in (ANNA, bot)] == [["a"], ["a"]]


@pytest.mark.parametrize("user", [ANNA, BEN, CAROL])
@pytest.mark.parametrize("pieces", [("a", "b"), ("", "b")])
@pytest.mark.parametrize("stop", [True, False])
def test_what_is_shown_is_the_last_that_was_seen(
    slack: Slack, user: str, pieces: tuple[str, ...], stop: bool
) -> None:
    world = slack.server.double.world
    channel = world.channels[GENERAL]
    message = channel.messages[streamed(slack, *pieces, stop=stop)]
    shown = shown_to(world, channel, message, user)
    last = seen_by(world, channel, message, user)[-1]
    assert shown is not None
    assert (shown.parts(), shown.streaming) == (last.parts(), last.streaming)


def test_nothing_is_shown_to_who_is_not_in_the_channel(slack: Slack) -> None:
    world = slack.server.double.world
    channel = world.channels[GENERAL]
    message = channel.messages[slack.ask()]
    channel.members.discard(CAROL)
    assert shown_to(world, channel, message, CAROL) is None
