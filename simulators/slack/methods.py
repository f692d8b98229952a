"""The Web API's methods with their tier and scopes (docs/platform/slack.md#rate-tiers)."""

from collections.abc import Callable
from dataclasses import dataclass

from simulators.slack import (
    home,
    posting,
    reactions,
    reading,
    socket_mode,
    streams,
    uploads,
    user_groups,
)
from simulators.slack.arguments import Arguments
from simulators.slack.messages import Json
from simulators.slack.world import World

Handler = Callable[[World, Arguments], Json]


@dataclass(slots=True, frozen=True)
class Method:
    """`tier` is the number of calls a minute, 0 for the special ones.

    Any one scope is enough; "*:history" and the like stand for the scope of the channel's kind.
    """

    handler: Handler
    tier: int
    scopes: tuple[str, ...] = ()
    app_level: bool = False  # takes the app-level token, and only that


T2, T3, T4 = 20, 50, 100

METHODS: dict[str, Method] = {
    "auth.test": Method(reading.auth_test, 0),
    "bots.info": Method(reading.bots_info, T3, ("users:read",)),
    "users.info": Method(reading.users_info, T4, ("users:read",)),
    "conversations.info": Method(reading.conversations_info, T3, ("*:read",)),
    "conversations.replies": Method(reading.conversations_replies, T3, ("*:history",)),
    "conversations.history": Method(reading.conversations_history, T3, ("*:history",)),
    "conversations.open": Method(reading.conversations_open, T3, ("im:write", "mpim:write")),
    "chat.postMessage": Method(posting.post_message, 0, ("chat:write",)),
    "chat.update": Method(posting.update_message, T3, ("chat:write",)),
    "chat.delete": Method(posting.delete_message, T3, ("chat:write",)),
    "chat.postEphemeral": Method(posting.post_ephemeral, T4, ("chat:write",)),
    "chat.startStream": Method(streams.start_stream, T2, ("chat:write",)),
    "chat.appendStream": Method(streams.append_stream, T4, ("chat:write",)),
    "chat.stopStream": Method(streams.stop_stream, T2, ("chat:write",)),
    "assistant.threads.setStatus": Method(reading.set_status, 0, ("chat:write", "assistant:write")),
    "reactions.add": Method(reactions.add_reaction, T3, ("reactions:write",)),
    "reactions.remove": Method(reactions.remove_reaction, T2, ("reactions:write",)),
    "usergroups.list": Method(user_groups.list_groups, T2, ("usergroups:read",)),
    "usergroups.users.list": Method(user_groups.list_users, T2, ("usergroups:read",)),
    "views.publish": Method(home.publish_view, T4),
    "apps.connections.open": Method(socket_mode.connections_open, T3, app_level=True),
    "files.info": Method(uploads.files_info, T4, ("files:read",)),
    "files.getUploadURLExternal": Method(uploads.get_upload_url, T4, ("files:write",)),
    "files.completeUploadExternal": Method(uploads.complete_upload, T4, ("files:write",)),
}

PREFIX = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}


def needed(method: Method, world: World, arguments: Arguments) -> tuple[str, ...]:
    """The scopes of which one is needed for this call, the channel's kind put in for the star."""
    channel = world.channels.get(str(arguments.values.get("channel", "")))
    prefix = PREFIX[channel.kind if channel is not None else "channel"]
    return tuple(scope.replace("*", prefix) for scope in method.scopes)
