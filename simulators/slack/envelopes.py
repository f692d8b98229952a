"""Events as Slack sends them (docs/platform/slack.md#event-envelope); nothing is sent from here."""

import time

from simulators.slack.channels import EVENT_OF, Channel
from simulators.slack.messages import Json, Message
from simulators.slack.objects import enterprise_of, message_object, team_of
from simulators.slack.world import World


def envelope(world: World, event: Json, channel: Channel | None = None) -> Json:
    """The event with everything around it.

    For what a member of another workspace or organisation does, the top-level team and organisation are theirs; only
    `authorizations` and the `context_` fields name where the app is installed (docs/platform/slack.md#event-envelope).
    With an org-wide installation no workspace is named (docs/platform/slack.md#enterprise-grid).
    """
    install = world.install
    home = None if install.org_wide else install.team_id
    author = event.get("user")
    return {
        "token": "deprecated-verification-token",
        "team_id": team_of(world, author) if isinstance(author, str) else install.team_id,
        "enterprise_id": (enterprise_of(world, author) if isinstance(author, str) else "") or None,
        "context_team_id": home,
        "context_enterprise_id": world.install.enterprise_id or None,
        "api_app_id": world.install.app_id,
        "event": event,
        "type": "event_callback",
        "event_id": world.next_id("Ev0"),
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": world.install.enterprise_id or None,
                "team_id": home,
                "user_id": world.install.bot_user,
                "is_bot": True,
                "is_enterprise_install": install.org_wide,
            }
        ],
        "is_ext_shared_channel": channel is not None and channel.ext_shared,
        "event_context": world.next_id("4-"),
    }


def message_event(world: World, message: Message) -> Json:
    """A `message` event."""
    channel = world.channels[message.channel]
    event = message_object(world, message) | _place(channel, message.ts)
    event.pop("reply_count", None)
    event.pop("latest_reply", None)
    if message.broadcast:
        event["subtype"] = "thread_broadcast"
    if message.files:
        event["files"] = [world.files[file["id"]].in_event(world) for file in message.files]
    return event | _foreign(world, channel, message.user)


def mention_event(world: World, message: Message) -> Json:
    """An `app_mention` event: the same `ts`, its own event_id, no channel_type, no subtype of a share."""
    event = message_event(world, message) | {"type": "app_mention"}
    event.pop("channel_type", None)
    event.pop("parent_user_id", None)
    if event.get("subtype") in {"file_share", "thread_broadcast"}:
        event.pop("subtype")
    if message.edited:
        event["event_ts"] = message.edited
    return event


def changed_event(world: World, message: Message, before: Json) -> Json:
    """`message_changed`: for edits, but also for replies, unfurls and our own updates.

    Source: docs/platform/slack.md#changed-messages.
    """
    channel = world.channels[message.channel]
    stamp = world.next_ts()
    return _place(channel, stamp) | {
        "type": "message",
        "subtype": "message_changed",
        "hidden": True,
        "ts": stamp,
        "message": message_object(world, message),
        "previous_message": before,
    }


def deleted_event(world: World, message: Message) -> Json:
    """`message_deleted`."""
    channel = world.channels[message.channel]
    stamp = world.next_ts()
    return _place(channel, stamp) | {
        "type": "message",
        "subtype": "message_deleted",
        "hidden": True,
        "ts": stamp,
        "deleted_ts": message.ts,
        "previous_message": message_object(world, message),
    }


def subscription(event: Json, channel: Channel | None) -> str:
    """The manifest's name of the event's subscription."""
    if event["type"] == "message" and channel is not None:
        return EVENT_OF[channel.kind]
    return str(event["type"])


def _place(channel: Channel, stamp: str) -> Json:
    return {"channel": channel.id, "channel_type": channel.kind, "event_ts": stamp}


def _foreign(world: World, channel: Channel, user: str) -> Json:
    """What marks a member of another organisation (docs/platform/slack.md#slack-connect)."""
    team = team_of(world, user)
    if not user or (team == world.install.team_id and not channel.ext_shared):
        return {}
    return {"user_team": team, "source_team": team}
