"""The state as the control API shows it to tests, the demo and the benchmarks."""

import base64

from simulators.slack.calls import CallRecord
from simulators.slack.deliveries import Delivery
from simulators.slack.messages import Json, Message, State, blocks_of, plan_of, tasks_of, text_of
from simulators.slack.outbound import Attempt
from simulators.slack.posting import expire
from simulators.slack.reader import live_tokens, raw_text, seen_parts
from simulators.slack.world import World


def message_view(world: World, message: Message) -> Json:
    """A SeenMessage's fields."""
    expire(world, message)
    parts = message.parts()
    user = world.users.get(message.user)
    stream = message.stream
    return {
        "channel": message.channel,
        "ts": message.ts,
        "thread_ts": message.thread_ts,
        "author": message.user,
        "author_name": user.name if user is not None else message.user,
        "ours": message.bot_id == world.install.bot_id,
        "is_bot": bool(message.bot_id),
        "subtype": message.subtype,
        "text": text_of(parts),
        "seen": seen_parts(parts, lambda found: _name(world, found)),
        "parts": parts,
        "blocks": blocks_of(parts),
        "tasks": tasks_of(parts),
        "plan": plan_of(parts),
        "streaming": message.streaming(),
        "stream_ended": "" if stream is None else stream.ended,
        "broken": stream is not None and stream.ended == "expired" and not stream.repaired,
        "edited": bool(message.edited),
        "deleted": message.deleted,
        "ephemeral_for": message.ephemeral_for,
        "metadata": message.metadata,
        "files": message.files,
        "reactions": message.reactions,
        "live_tokens": live_tokens(raw_text(parts)),
        "states": len(message.states),
        "method": message.states[0].method if message.states else "",
    }


def state_view(world: World, state: State) -> Json:
    """A SeenState's fields."""
    parts = state.parts()
    texts = [part["text"] for part in parts if part["kind"] in {"text", "markdown"}]
    return {
        "at": state.at,
        "design": state.design,
        "method": state.method,
        "streaming": state.streaming,
        "text": "".join(texts),
        "seen": seen_parts(parts, lambda found: _name(world, found)),
        "parts": parts,
        "blocks": blocks_of(parts),
        "tasks": tasks_of(parts),
    }


def call_view(record: CallRecord) -> Json:
    """A SeenCall's fields."""
    return _members(record)


def delivery_view(delivery: Delivery) -> Json:
    """A SeenDelivery's fields."""
    return {
        "number": delivery.number,
        "kind": delivery.kind,
        "event_id": delivery.event_id,
        "channel": delivery.channel,
        "ts": delivery.ts,
        "state": delivery.state,
        "attempts": [_members(attempt) for attempt in delivery.attempts],
        "body": base64.b64encode(delivery.body).decode(),
    }


def _members(record: CallRecord | Attempt) -> Json:
    """The members as they are: unlike `asdict`, nothing is copied that is sent in the next moment."""
    return {name: getattr(record, name) for name in record.__slots__}


def _name(world: World, found: str) -> str:
    user = world.users.get(found)
    if user is not None:
        return user.name
    channel = world.channels.get(found)
    return channel.name if channel is not None else found
