"""What people and other apps do in the workspace, and the events that follow from it.

Source: docs/platform/slack.md#event-subscriptions.
"""

from collections.abc import Iterable
from typing import Any

from simulators.slack import composer, envelopes, home, user_groups
from simulators.slack.channels import TOMBSTONE, Channel
from simulators.slack.deliveries import Deliveries, Delivery
from simulators.slack.manifest import SCOPE_OF_EVENT
from simulators.slack.messages import Json, Message
from simulators.slack.objects import blocks_of, message_object
from simulators.slack.sending import Sending
from simulators.slack.streams import end_stream
from simulators.slack.world import World, own


class Members:
    """Acts; each changes the state first and then sends its events."""

    def __init__(self, world: World, deliveries: Deliveries) -> None:
        self._world = world
        self._deliveries = deliveries
        world.observers.append(self._observe)

    def say(
        self,
        channel_id: str,
        user: str,
        text: str,
        *,
        thread_ts: str = "",
        subtype: str = "",
        bot_id: str = "",
        files: Iterable[str] = (),
        attachments: Iterable[Json] = (),
        blocks: Iterable[Json] = (),
        username: str = "",
        broadcast: bool = False,
        client_msg_id: str = "",
        sending: Sending | None = None,
    ) -> Message:
        """A message. `text` is as on the wire: a real `<` is `&lt;`, a mention `<@U…>`.

        `blocks` are those of the author's client; without them, what Slack's composer makes of the text. Without a
        `user`, a workflow named `username` writes.
        """
        world = self._world
        self._channel(channel_id)
        shared = [world.files[file_id] for file_id in files]
        message = Message(channel_id, world.next_ts(), thread_ts, user, bot_id, subtype)
        message.log = [{"type": "text", "text": text}]
        message.files = [stored.object(world) for stored in shared]
        message.attachments = list(attachments)
        message.composed = list(blocks) or composer.rich_text(text)
        message.username = username
        message.subtype = subtype or ("file_share" if shared else "")
        message.client_msg_id = client_msg_id or ("" if bot_id else f"{message.ts}-client")
        message.broadcast = broadcast
        world.add(message, "(member)" if not bot_id else "(bot)")
        self._announce(message, sending or Sending())
        return message

    def forward(
        self, source: str, ts: str, channel_id: str, user: str, comment: str, sending: Sending, **more: Any
    ) -> Message:
        """A member forwards a message of the channel `source`, with a comment or without. `more` as in `say`."""
        original = self._message(self._channel(source), ts)
        shown = original.composed or blocks_of(original)
        attachment = composer.forwarded(self._world, original, shown)
        return self.say(channel_id, user, comment, attachments=[attachment], sending=sending, **more)

    def edit(self, channel_id: str, ts: str, text: str, *, sending: Sending | None = None) -> Message:
        """A member edits: message_changed, and app_mention once more with `edited` and a new event_id."""
        channel = self._channel(channel_id)
        message = self._message(channel, ts)
        before = message_object(self._world, message)
        message.log = [{"type": "text", "text": text}]
        message.composed = composer.rich_text(text)
        message.edited = self._world.next_ts()
        self._world.record(message, "(edit)")
        how = sending or Sending()
        self._send(channel, envelopes.changed_event(self._world, message, before), how)
        if self.mentions(message):
            self._send(channel, envelopes.mention_event(self._world, message), how)
        return message

    def delete(self, channel_id: str, ts: str) -> None:
        """A member deletes a message. A root that has replies becomes a tombstone.

        Source: docs/platform/slack.md#deleted-messages.
        """
        world, channel = self._world, self._channel(channel_id)
        message = self._message(channel, ts)
        if any(reply is not message for reply in channel.thread(ts)):
            before = message_object(world, message)
            message.subtype, message.user, message.bot_id = TOMBSTONE, "USLACKBOT", ""
            message.log, message.files = [{"type": "text", "text": "This message was deleted."}], []
            event = envelopes.changed_event(world, message, before)
        else:
            message.deleted = True
            event = envelopes.deleted_event(world, message)
        world.record(message, "(delete)")
        world.change_status(channel_id, ts, "", (), "deleted")
        self._send(channel, event, Sending())

    def unfurl(self, channel_id: str, ts: str) -> None:
        """message_changed without an edit, as for an unfurl or a reply in the thread.

        Source: docs/platform/slack.md#changed-messages.
        """
        channel = self._channel(channel_id)
        message = self._message(channel, ts)
        same = message_object(self._world, message)
        self._send(channel, envelopes.changed_event(self._world, message, same), Sending())

    def regroup(self, group_id: str, users: list[str]) -> None:
        """The members of a user group change: subteam_members_changed, if the manifest subscribes to it."""
        world = self._world
        group = world.groups[group_id]
        before, group.users = group.users, users
        subscribed = world.install.bot_events
        if subscribed is None or "subteam_members_changed" in subscribed:
            self._deliver(None, user_groups.changed_event(world, group, before), Sending())

    def invite(self, channel_id: str, inviter: str) -> None:
        """The bot becomes a member: member_joined_channel, if it is subscribed to and its scope is granted.

        Source: docs/platform/slack.md#invitations.
        """
        world, channel = self._world, self._channel(channel_id)
        channel.members.add(world.install.bot_user)
        scope = "channels:read" if channel.kind == "channel" else "groups:read"
        if world.install.scopes is not None and scope not in world.install.scopes:
            return
        joined = {
            "type": "member_joined_channel",
            "user": world.install.bot_user,
            "channel": channel_id,
            "channel_type": channel_id[0],
            "team": world.install.team_id,
            "event_ts": world.next_ts(),
        }
        if self._send(channel, joined | ({"inviter": inviter} if inviter else {}), Sending()):
            world.install.used_scopes.add(scope)

    def open_home(self, user: str, tab: str) -> None:
        """A member opens the bot's Home or Messages tab: app_home_opened, each time."""
        subscribed = self._world.install.bot_events
        if subscribed is None or "app_home_opened" in subscribed:
            self._deliver(None, home.opened_event(self._world, user, tab), Sending())

    def react(self, channel_id: str, user: str, ts: str, name: str, sending: Sending | None = None) -> None:
        """A member (or a bot) reacts: reaction_added. Source: docs/platform/slack.md#reaction-events."""
        message = self._message(self._channel(channel_id), ts)
        users = message.reactions.setdefault(name, [])
        if user in users:
            raise ValueError(f"{user} has reacted with {name} before")
        users.append(user)
        self._tell_reaction("reaction_added", message, user, name, sending or Sending())

    def take_reaction_off(self, channel_id: str, user: str, ts: str, name: str) -> None:
        """A member takes a reaction off: reaction_removed."""
        message = self._message(self._channel(channel_id), ts)
        message.reactions.get(name, []).remove(user)  # ValueError for a reaction that is not there
        self._tell_reaction("reaction_removed", message, user, name, Sending())

    def _tell_reaction(self, kind: str, message: Message, user: str, name: str, how: Sending) -> None:
        """Without a text or a thread, and only where the bot is a member and the scope is granted."""
        world, channel = self._world, self._channel(message.channel)
        world.changes.bump()
        scopes = world.install.scopes
        if world.install.bot_user not in channel.members:
            return
        if scopes is not None and "reactions:read" not in scopes:
            return
        event: Json = {
            "type": kind,
            "user": user,
            "reaction": name,
            "item": {"type": "message", "channel": message.channel, "ts": message.ts},
            "event_ts": world.next_ts(),
        }
        if message.user:
            event["item_user"] = message.user
        self._send(channel, event, how)

    def stop_session(self, channel_id: str, user: str, thread_ts: str, *, refuses: bool) -> None:
        """A member presses Slack's own Stop button: agent_session_stopped names the streams that are open.

        By the documentation Slack ends them, so that writes are refused (`refuses`); in a live test it did not.
        Source: docs/platform/slack.md#stopped-streams, docs/platform/slack.md#agent-sessions.
        """
        world, channel = self._world, self._channel(channel_id)
        streams = [m for m in channel.thread(thread_ts) if m.stream is not None and not m.stream.ended]
        event = {
            "type": "agent_session_stopped",
            "channel": channel_id,
            "thread_ts": thread_ts,
            "user": user,
            "streaming_message_ts": [message.ts for message in streams],
            "event_ts": world.next_ts(),
        }
        for message in streams if refuses else ():
            end_stream(world, message, "user")
        self._send(channel, event, Sending())

    def event(self, event: Json, sending: Sending) -> Delivery | None:
        """Any event at all, in its envelope."""
        channel = self._world.channels.get(str(event.get("channel")))
        return self._deliver(channel, event, sending)

    def body(self, body: Json) -> Delivery | None:
        """A body of its own, such as url_verification or app_rate_limited, signed.

        Source: docs/platform/slack.md#url-verification, docs/platform/slack.md#event-limits.
        """
        return self._deliveries.send(body, Sending(retries=False))

    def mentions(self, message: Message) -> bool:
        """Whether app_mention is raised: never in direct messages, and in group ones as the rules say.

        Source: docs/platform/slack.md#mentions-in-group-direct-messages.
        """
        world = self._world
        kinds = {"channel", "group"} | ({"mpim"} if world.rules.mpim_mentions else set())
        kind = world.channels[message.channel].kind
        return kind in kinds and f"<@{world.install.bot_user}>" in message.text()

    def _channel(self, channel_id: str) -> Channel:
        channel = self._world.channels.get(channel_id)
        if channel is None:
            raise ValueError(f"no channel {channel_id}")
        return channel

    def _message(self, channel: Channel, ts: str) -> Message:
        message = channel.get(ts)
        if message is None:
            raise ValueError(f"no message {ts} in {channel.id}")
        return message

    def _announce(self, message: Message, how: Sending) -> None:
        """One or two events, in the wanted order."""
        world = self._world
        channel = world.channels[message.channel]
        events = []
        if world.install.bot_user in channel.members:
            events.append(envelopes.message_event(world, message))
        if self.mentions(message):
            events.append(envelopes.mention_event(world, message))
        if how.order != "message_first":
            events.reverse()
        previous: Delivery | None = None
        for event in events:
            sent = self._send(channel, event, how, after=previous)
            previous = None if how.order == "at_once" else sent or previous

    def _send(
        self, channel: Channel, event: Json, how: Sending, after: Delivery | None = None
    ) -> Delivery | None:
        """If the manifest subscribes to it and the test wants it."""
        install, name = self._world.install, envelopes.subscription(event, channel)
        if install.bot_events is not None and name not in install.bot_events:
            return None
        if how.only and event["type"] not in how.only:
            return None
        if name in SCOPE_OF_EVENT:
            install.used_scopes.add(SCOPE_OF_EVENT[name])
        return self._deliver(channel, event, how, after)

    def _deliver(
        self, channel: Channel | None, event: Json, how: Sending, after: Delivery | None = None
    ) -> Delivery | None:
        body = envelopes.envelope(self._world, event, channel) | how.around
        return self._deliveries.send(body, how, after)

    def _observe(self, what: str, message: Message) -> None:
        """Slack tells an app of its own posts too, and of the parent of every reply.

        Source: docs/platform/slack.md#bot-messages, docs/platform/slack.md#changed-messages.
        """
        world, channel = self._world, self._world.channels[message.channel]
        if message.ephemeral_for or not self._deliveries.url:
            return
        if what == "new" and own(world, message) and world.rules.echo:
            self._send(channel, envelopes.message_event(world, message), Sending())
        if what == "changed" and world.rules.message_changed:
            same = message_object(world, message)
            self._send(channel, envelopes.changed_event(world, message, same), Sending())
        root = channel.get(message.thread_ts) if message.thread_ts else None
        if what == "new" and root is not None and root is not message and world.rules.message_changed:
            same = message_object(world, root)
            self._send(channel, envelopes.changed_event(world, root, same), Sending())
