"""chat.postMessage, chat.update, chat.delete, chat.postEphemeral.

Source: docs/platform/slack.md#posting-errors, docs/platform/slack.md#edit-errors,
docs/platform/slack.md#ephemeral-messages.
"""

import re

from simulators.slack.arguments import Arguments
from simulators.slack.channels import Channel
from simulators.slack.content import Content, read_content
from simulators.slack.messages import Json, Message
from simulators.slack.objects import message_object
from simulators.slack.refusals import Refused
from simulators.slack.world import World, ok, own

EPHEMERAL_BYTES = 4_000
TS = re.compile(r"\d{10}\.\d{6}")


def post_message(world: World, arguments: Arguments) -> Json:
    """chat.postMessage; more than 40,000 characters are cut with a warning, not refused."""
    channel = world.writable(arguments.need("channel"))
    content = read_content(arguments)
    world.check_tables(content.blocks or [])
    message = _ours(world, channel, content, standing(channel, thread_of(arguments, "invalid_thread_ts")))
    message.broadcast = arguments.flag("reply_broadcast")
    world.add(message, "chat.postMessage")
    answer = ok(channel=channel.id, ts=message.ts, message=message_object(world, message))
    if content.truncated:
        answer["warning"] = "message_truncated"
        answer["response_metadata"] = {"warnings": ["message_truncated"]}
    return answer


def update_message(world: World, arguments: Arguments) -> Json:
    """chat.update. An open stream refuses, an expired one can be repaired (docs/platform/slack.md#stream-repair)."""
    channel = active(world.channel(arguments.need("channel")))
    message = find(channel, arguments.need("ts"))
    if not own(world, message):
        raise Refused("cant_update_message")
    content = read_content(arguments, update=True)
    world.check_tables(content.blocks or [])
    expire(world, message)
    if message.streaming():
        raise Refused("streaming_state_conflict")
    message.log = _replacement(message, content)
    if content.metadata is not None:
        # Omitted metadata is kept (docs/platform/slack.md#edit-semantics)
        message.metadata = content.metadata
    if message.stream is not None:
        message.stream.repaired = True
    message.edited = world.next_ts()
    world.record(message, "chat.update")
    world.tell("changed", message)
    return ok(channel=channel.id, ts=message.ts, text=message.text(), message=message_object(world, message))


def delete_message(world: World, arguments: Arguments) -> Json:
    """chat.delete of our own."""
    channel = active(world.channel(arguments.need("channel")))
    message = find(channel, arguments.need("ts"))
    if not own(world, message):
        raise Refused("cant_delete_message")
    message.deleted = True
    world.record(message, "chat.delete")
    world.tell("deleted", message)
    return ok(channel=channel.id, ts=message.ts)


def post_ephemeral(world: World, arguments: Arguments) -> Json:
    """chat.postEphemeral: seen by one member, kept by nobody; the double remembers it for the tests.

    Its text has 4,000 bytes, and its thread is named by the root. Source: docs/platform/slack.md#ephemeral-messages.
    """
    channel = world.writable(arguments.need("channel"))
    user = arguments.need("user")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    asked = thread_of(arguments, "invalid_thread_ts")
    reply = channel.get(asked)
    if reply is not None and reply.root() != asked:
        raise Refused("cannot_reply_to_message")
    content = read_content(arguments)
    if len(content.text.encode()) > EPHEMERAL_BYTES:
        raise Refused("msg_too_long")
    message = _ours(world, channel, content, standing(channel, asked))
    message.ephemeral_for = user
    world.ephemeral.append(message)
    world.add(message, "chat.postEphemeral")
    return ok(message_ts=message.ts)


def find(channel: Channel, ts: str) -> Message:
    """A message that stands in the channel."""
    message = channel.get(ts)
    if message is None:
        raise Refused("message_not_found")
    return message


def thread_of(arguments: Arguments, error: str) -> str:
    """`thread_ts` when given, of a message timestamp's form."""
    thread = arguments.text("thread_ts")
    if thread and not TS.fullmatch(thread):
        raise Refused(error)
    return thread


def standing(channel: Channel, thread: str) -> str:
    """The thread that a post goes into: "", so the channel itself, if the root of the asked one was deleted.

    Source: docs/platform/slack.md#posting-into-a-deleted-thread.
    """
    return "" if channel.has_lost(thread) else thread


def active(channel: Channel, error: str = "is_inactive") -> Channel:
    """The channel, unless it is archived (docs/platform/slack.md#archived-channels)."""
    if channel.archived:
        raise Refused(error)
    return channel


def expire(world: World, message: Message) -> None:
    """A stream dies some 300 s after its start, appends or not, and stays as a broken pill.

    Source: docs/platform/slack.md#stream-lifetime.
    """
    stream = message.stream
    if (
        stream is not None
        and not stream.ended
        and world.design() - stream.started >= world.rules.stream_seconds
    ):
        stream.ended = "expired"
        world.record(message, "(expired)")


def _ours(world: World, channel: Channel, content: Content, thread: str) -> Message:
    bot = world.install
    message = Message(channel.id, world.next_ts(), thread, bot.bot_user, bot.bot_id, log=content.log())
    message.metadata = content.metadata
    return message


def _replacement(message: Message, content: Content) -> list[Json]:
    """The new log; blocks stay unless replaced, and a streamed message is made of blocks.

    Source: docs/platform/slack.md#stream-repair.
    """
    if content.blocks is None and not content.markdown:
        kept = [chunk for chunk in message.log if chunk["type"] not in {"text", "fallback"}]
        if message.stream is None:
            kept = [chunk for chunk in kept if chunk["type"] == "blocks"]
        if kept:
            return [*kept, {"type": "fallback", "text": content.text}]
    return content.log()
