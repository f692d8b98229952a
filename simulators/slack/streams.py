"""chat.startStream, chat.appendStream, chat.stopStream (docs/platform/slack.md#stream-methods)."""

from simulators.slack.arguments import Arguments
from simulators.slack.blocks import MARKDOWN_CHARS, MAX_BLOCKS, check_blocks, check_expansion
from simulators.slack.channels import Channel
from simulators.slack.chunks import check_chunks, weight
from simulators.slack.content import read_metadata
from simulators.slack.messages import Json, Message, Stream
from simulators.slack.objects import is_external, message_object, team_of
from simulators.slack.posting import TS, active, expire, find
from simulators.slack.refusals import Refused
from simulators.slack.world import World, ok, own

ENDINGS = {"message_not_in_streaming_state": "expired", "stopped_by_user": "user"}
OPEN = {"pending", "in_progress"}  # of a task
DISPLAY_MODES = {"timeline", "plan", "dense"}  # docs/platform/slack.md#stream-chunks


def start_stream(world: World, arguments: Arguments) -> Json:
    """chat.startStream. The thread is mandatory in practice: omitted or "" is invalid_thread_ts, like a deleted root.

    Source: docs/platform/slack.md#stream-thread, docs/platform/slack.md#posting-into-a-deleted-thread,
    docs/platform/slack.md#stream-availability (the bot is no member).
    """
    channel = active(world.channel(arguments.need("channel")), "is_archived")
    if world.install.bot_user not in channel.members:
        raise Refused("channel_type_not_supported")
    thread = arguments.text("thread_ts")
    if not TS.fullmatch(thread) or channel.has_lost(thread):
        raise Refused("invalid_thread_ts")
    if arguments.text("task_display_mode", "timeline") not in DISPLAY_MODES:
        raise Refused("invalid_arguments")
    if channel.kind in world.rules.unstreamable:
        raise Refused("channel_type_not_supported")
    _check_recipients(world, channel, arguments)
    mode, chunks = _read_text(arguments)
    check_expansion([_said(chunks)], 1)
    world.check_tables(_blocks(chunks))
    stream = Stream(mode, world.design(), arguments.text("recipient_user_id"), weight(chunks))
    if stream.weight > world.rules.stream_bytes:
        raise Refused("msg_too_long")
    bot = world.install
    message = Message(channel.id, world.next_ts(), thread, bot.bot_user, bot.bot_id, stream=stream)
    dropped = _write(message, chunks)
    world.add(message, "chat.startStream")
    return _with_warning(ok(channel=channel.id, ts=message.ts), dropped)


def append_stream(world: World, arguments: Arguments) -> Json:
    """chat.appendStream."""
    message, stream = _open(world, arguments)
    mode, chunks = _read_text(arguments)
    if not mode:
        raise Refused("invalid_arguments")
    _admit(world, message, stream, mode, chunks)
    dropped = _write(message, chunks)
    world.record(message, "chat.appendStream")
    _clear_status(world, message)
    return _with_warning(ok(channel=message.channel, ts=message.ts), dropped)


def stop_stream(world: World, arguments: Arguments) -> Json:
    """chat.stopStream; its `blocks` come to the bottom and have 50 of their own. Cards that are open then have failed.

    Source: docs/platform/slack.md#stream-chunks, docs/platform/slack.md#stream-end.
    """
    message, stream = _open(world, arguments)
    if _is_for_external(world, message):
        end_stream(world, message, "stopped")
        raise Refused("user_not_found")
    mode, chunks = _read_text(arguments)
    raw = arguments.structure("blocks", "invalid_blocks")
    blocks = [] if raw is None else check_blocks(raw)
    metadata = read_metadata(arguments)
    _admit(world, message, stream, mode, chunks)
    unsettled = [part for part in message.parts() if part["kind"] == "task" and part["status"] in OPEN]
    dropped = _write(message, chunks)
    message.log += [
        {"type": "task_update", "id": task["id"], "title": task["title"], "status": "error"}
        for task in unsettled
    ]
    if blocks:
        message.log.append({"type": "blocks", "blocks": blocks})
    if metadata is not None:
        message.metadata = metadata
    stream.ended = "stopped"
    world.record(message, "chat.stopStream")
    _clear_status(world, message)
    world.tell("changed", message)
    answer = ok(channel=message.channel, ts=message.ts, message=message_object(world, message))
    return _with_warning(answer, dropped)


def end_stream(world: World, message: Message, how: str) -> None:
    """End it from outside: "stopped", "expired" or "user" (docs/platform/slack.md#agent-sessions)."""
    expire(world, message)
    if message.stream is not None and not message.stream.ended:
        message.stream.ended = how
        world.record(message, f"({how})")


def suffer(world: World, arguments: Arguments, error: str) -> None:
    """Let a stream be what a fault has just said about it, so that later calls hear the same."""
    channel = world.channels.get(str(arguments.values.get("channel")))
    message = None if channel is None else channel.get(str(arguments.values.get("ts")))
    if message is None or message.stream is None:
        return
    if error == "msg_too_long":
        message.stream.full = True
    elif error in ENDINGS:
        end_stream(world, message, ENDINGS[error])


def _check_recipients(world: World, channel: Channel, arguments: Arguments) -> None:
    """Both in channels, none in direct messages; the team is the user's own.

    Source: docs/platform/slack.md#stream-recipients.
    """
    user, team = arguments.text("recipient_user_id"), arguments.text("recipient_team_id")
    if channel.kind == "im" and not (user or team):
        if world.rules.dm_recipients == "required":
            raise Refused("missing_recipient_user_id")
        return
    if channel.kind == "im" and world.rules.dm_recipients == "refused":
        raise Refused("invalid_arguments")
    if not user:
        raise Refused("missing_recipient_user_id")
    if not team:
        raise Refused("missing_recipient_team_id")
    if user not in world.users:
        raise Refused("user_not_found")
    if team_of(world, user) != team:
        # "The team id is the user's team" (docs/platform/slack.md#stream-recipients); which code a wrong one gets is
        # not known
        raise Refused("user_not_found")


def _is_for_external(world: World, message: Message) -> bool:
    """Whether the stream is for a member of another organisation (docs/platform/slack.md#stream-end)."""
    channel, stream = world.channels[message.channel], message.stream
    named = {stream.recipient} if stream is not None and stream.recipient else channel.members
    return any(is_external(world, user) for user in named)


def _clear_status(world: World, message: Message) -> None:
    """Each call of a stream takes the thread's status line away (docs/platform/slack.md#thread-status)."""
    world.change_status(message.channel, message.root(), "", (), "post")


def _read_text(arguments: Arguments) -> tuple[str, list[Json]]:
    """The call's mode and its text as chunks; both kinds in one call are rejected.

    Source: docs/platform/slack.md#stream-mode.
    """
    markdown = arguments.text("markdown_text")
    chunks = arguments.structure("chunks", "invalid_chunks")
    if markdown and chunks is not None:
        raise Refused("invalid_arguments")
    if chunks is not None:
        return "chunks", check_chunks(chunks)
    if len(markdown) > MARKDOWN_CHARS:
        raise Refused("msg_too_long")
    if not markdown:
        return "", []
    return "markdown_text", [{"type": "markdown_text", "text": markdown}]


def _open(world: World, arguments: Arguments) -> tuple[Message, Stream]:
    """The message and its stream, if it still takes text."""
    channel = active(world.channel(arguments.need("channel")), "is_archived")
    message = find(channel, arguments.need("ts"))
    if not own(world, message):
        raise Refused("message_not_owned_by_app")
    expire(world, message)
    stream = message.stream
    if stream is not None and stream.ended == "user":
        raise Refused("stopped_by_user")
    if stream is None or stream.ended:
        raise Refused("message_not_in_streaming_state")
    return message, stream


def _said(chunks: list[Json]) -> str:
    return "".join(chunk["text"] for chunk in chunks if chunk["type"] == "markdown_text")


def _blocks(chunks: list[Json]) -> list[Json]:
    return [block for chunk in chunks if chunk["type"] == "blocks" for block in chunk["blocks"]]


def _admit(world: World, message: Message, stream: Stream, mode: str, chunks: list[Json]) -> None:
    """The opening call's mode holds; over the cap it is msg_too_long for ever; no more blocks than a message holds.

    Source: docs/platform/slack.md#stream-mode, docs/platform/slack.md#stream-size,
    docs/platform/slack.md#markdown-expansion.
    """
    if mode and stream.mode and mode != stream.mode:
        raise Refused("streaming_mode_mismatch")
    more = weight(chunks)
    world.check_tables([*message.blocks(), *_blocks(chunks)])
    if said := _said(chunks):
        check_expansion([message.text() + said], 1)
    if more and (stream.full or stream.weight + more > world.rules.stream_bytes):
        stream.full = True
        raise Refused("msg_too_long")
    stream.mode = stream.mode or mode
    stream.weight += more


def _write(message: Message, chunks: list[Json]) -> bool:
    """Append; blocks beyond 50 are dropped with a warning (docs/platform/slack.md#stream-chunks). Whether some were."""
    room = MAX_BLOCKS - len(message.blocks()) if any(chunk["type"] == "blocks" for chunk in chunks) else 0
    dropped = False
    for chunk in chunks:
        kept = chunk
        if chunk["type"] == "blocks":
            kept = {"type": "blocks", "blocks": chunk["blocks"][: max(0, room)]}
            dropped = dropped or len(kept["blocks"]) < len(chunk["blocks"])
            room -= len(kept["blocks"])
        message.log.append(kept)
    return dropped


def _with_warning(answer: Json, dropped: bool) -> Json:
    return answer | {"warning": "blocks_dropped"} if dropped else answer
