"""Messages, channels and bots as Slack's JSON shows them (docs/platform/slack.md#event-envelope)."""

from simulators.slack.channels import Channel
from simulators.slack.messages import Json, Message
from simulators.slack.world import World


def message_object(world: World, message: Message, *, metadata: bool = False) -> Json:
    """As in the Web API's answers; metadata only for who asked for it (docs/platform/slack.md#message-metadata)."""
    seen: Json = {
        "type": "message",
        "user": message.user,
        "ts": message.ts,
        "text": message.fallback() or message.text(),
        "team": team_of(world, message.user),
    }
    if not message.user:  # docs/platform/slack.md#workflow-messages
        seen = {name: value for name, value in seen.items() if name not in {"user", "team"}}
    if message.thread_ts:
        seen["thread_ts"] = message.thread_ts
    for name, value in (
        ("subtype", message.subtype),
        ("client_msg_id", message.client_msg_id),
        ("files", message.files),
        ("attachments", message.attachments),
        ("blocks", message.composed or blocks_of(message)),
        ("username", message.username),
    ):
        if value:
            seen[name] = value
    if message.edited:
        seen["edited"] = {"user": message.user, "ts": message.edited}
    if message.reactions:
        seen["reactions"] = [{"name": n, "users": u, "count": len(u)} for n, u in message.reactions.items()]
    if message.bot_id:
        seen |= bot_fields(world, message.bot_id)
    if metadata and message.metadata is not None:
        seen["metadata"] = message.metadata
    return seen | _thread_fields(world, message)


def _thread_fields(world: World, message: Message) -> Json:
    channel = world.channels[message.channel]
    replies = [m for m in channel.thread(message.ts) if m.ts != message.ts]
    if replies:
        return {"thread_ts": message.ts, "reply_count": len(replies), "latest_reply": replies[-1].ts}
    root = channel.get(message.thread_ts) if message.thread_ts else None
    return {"parent_user_id": root.user} if root is not None and root is not message else {}


def bot_fields(world: World, bot_id: str) -> Json:
    """Modern apps post without a subtype but with these (docs/platform/slack.md#bot-messages)."""
    own = bot_id == world.install.bot_id
    app = world.install.app_id if own else "A0OTHERAP"
    return {
        "bot_id": bot_id,
        "app_id": app,
        "bot_profile": {
            "id": bot_id,
            "app_id": app,
            "name": "Dify Bot" if own else "Other Bot",
            "deleted": False,
            "updated": 1_760_000_000,
            "team_id": world.install.team_id,
        },
    }


def blocks_of(message: Message) -> list[Json]:
    """Slack shows Markdown as `rich_text`, and the tasks of a stream as `task_card` (slack_sdk's models have them)."""
    return [block for part in message.parts() for block in _blocks_of_part(part)]


def _blocks_of_part(part: Json) -> list[Json]:
    if part["kind"] == "task":
        return [
            {"type": "task_card", "task_id": part["id"], "title": part["title"], "status": part["status"]}
        ]
    if part["kind"] in {"blocks", "fallback", "plan"}:
        return list(part.get("blocks") or ())
    return _plain_rich_text(part.get("text") or "")


def _plain_rich_text(text: str) -> list[Json]:
    """What Slack makes of Markdown; the tokens are not taken apart here."""
    if not text:
        return []
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return [{"type": "rich_text", "block_id": "b1", "elements": [section]}]


def team_of(world: World, user_id: str) -> str:
    """The workspace a user belongs to."""
    user = world.users.get(user_id)
    return user.team_id if user is not None else world.install.team_id


def enterprise_of(world: World, user_id: str) -> str:
    """The organisation a user belongs to, "" for none: colleagues of the installing workspace share its own."""
    user, install = world.users.get(user_id), world.install
    return user.enterprise_id if user and user.team_id != install.team_id else install.enterprise_id


def is_external(world: World, user_id: str) -> bool:
    """Whether a user belongs to another organisation (docs/platform/slack.md#slack-connect)."""
    user, install = world.users.get(user_id), world.install
    if user is None or user.team_id == install.team_id:
        return False
    return not user.enterprise_id or user.enterprise_id != install.enterprise_id


def channel_object(world: World, channel: Channel) -> Json:
    """`is_ext_shared`, not `is_shared`, tells of Slack Connect (docs/platform/slack.md#slack-connect)."""
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": channel.kind == "im",
        "is_mpim": channel.kind == "mpim",
        "is_private": channel.kind != "channel",
        "is_archived": channel.archived,
        "is_ext_shared": channel.ext_shared,
        "is_member": world.install.bot_user in channel.members,
        "num_members": len(channel.members),
        "context_team_id": world.install.team_id,
    }
