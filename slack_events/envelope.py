"""Reads the verified bytes of an events request as one of a few types (docs/platform/slack.md#event-envelope)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from errors import Malformed
from json_fields import first_mapping_of, id_of, mapping_of, text_of
from message import MENTION, Message, Source, known_files, team_of
from provider import emoji_name
from turns import calling_text, message_text

LONGEST_CHALLENGE = 256
LONGEST_SHOWN = 2_048  # characters that are read of the note in our own Home tab

_CHANNEL_TYPES = {"channel", "group", "im", "mpim", "app_home"}
"""All types that Slack documents. A type that is not here is read as none."""
type _Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class UrlVerification:
    """Slack asks whether the URL is ours. The answer is the challenge."""

    challenge: str


@dataclass(frozen=True, slots=True)
class Event:
    """A message, or a mention of us."""

    message: Message


@dataclass(frozen=True, slots=True)
class Deleted:
    """Somebody deleted the message `ts`, which may be a thread's root (docs/platform/slack.md#deleted-messages)."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class RateLimited:
    """Slack held back events of one minute (`minute` in epoch seconds), because they were more than 30,000 an hour."""

    team_id: str
    minute: int


@dataclass(frozen=True, slots=True)
class Removed:
    """The workspace revoked our tokens or removed the app; `kind` is the event's type."""

    team_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class GroupChanged:
    """The members of the user group `group_id` changed (docs/platform/slack.md#user-groups)."""

    team_id: str
    group_id: str


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """`user` opened the bot's Home tab (docs/platform/slack.md#home-tab).

    `shown` is the `private_metadata` of the view that the tab shows, `channel` the direct message with the bot.
    """

    team_id: str
    user: str
    channel: str
    shown: str


@dataclass(frozen=True, slots=True)
class Invited:
    """`inviter` made the bot a member of a channel (docs/platform/slack.md#invitations)."""

    team_id: str
    inviter: str
    channel: str


@dataclass(frozen=True, slots=True)
class Reacted:
    """A member reacted to a message (docs/platform/slack.md#reaction-events).

    `message` has the member and the place: its `ts` is the event's, its `thread_ts` is the message that the member
    reacted to, which may itself be a reply. `author` wrote that message, "" where Slack does not tell.
    """

    message: Message
    reaction: str
    author: str


@dataclass(frozen=True, slots=True)
class SessionStopped:
    """A member pressed Slack's own Stop button in a thread (docs/platform/slack.md#agent-sessions)."""

    team_id: str
    user: str
    channel: str
    thread_ts: str
    at: str


@dataclass(frozen=True, slots=True)
class Other:
    """Nothing that we answer. `kind` is the type, "" if there is none."""

    kind: str


type Envelope = (
    UrlVerification
    | Event
    | Deleted
    | RateLimited
    | Removed
    | GroupChanged
    | HomeOpened
    | Invited
    | Reacted
    | SessionStopped
    | Other
)


def parse(raw: bytes) -> Envelope:
    """Read a request's body. Raises Malformed for a body that is no JSON object, or is nested too deep."""
    try:
        body = from_json(raw)
    except ValueError as error:
        raise Malformed("the body is no JSON") from error
    if not isinstance(body, dict):
        raise Malformed("the body is no JSON object")
    match id_of(body, "type"):
        case "url_verification":
            challenge = body.get("challenge")
            if not isinstance(challenge, str) or len(challenge) > LONGEST_CHALLENGE:
                raise Malformed("no usable challenge")
            return UrlVerification(challenge)
        case "app_rate_limited":
            minute = body.get("minute_rate_limited")
            return RateLimited(id_of(body, "team_id"), minute if isinstance(minute, int) else 0)
        case "event_callback":
            return _event(body, mapping_of(body, "event"))
        case kind:
            return Other(kind)


def _event(body: _Json, event: _Json) -> Envelope:
    match id_of(event, "type"):
        case "tokens_revoked" | "app_uninstalled" as kind:
            return Removed(id_of(body, "team_id"), kind)
        case "message" if ts := _deleted(event):
            return Deleted(id_of(event, "channel"), ts)
        case "app_mention" | "message" as source:
            try:
                return Event(_message(body, event, source))
            except Malformed:
                return Other(source)
        case _:
            return _notice(body, event)


def _notice(body: _Json, event: _Json) -> Envelope:
    """An event that asks nothing, but that something follows from."""
    match id_of(event, "type"):
        case "app_home_opened" if id_of(event, "tab") == "home" and id_of(event, "user"):
            shown = text_of(mapping_of(event, "view"), "private_metadata")[:LONGEST_SHOWN]
            return HomeOpened(_installed_team(body), id_of(event, "user"), id_of(event, "channel"), shown)
        case "member_joined_channel" if _is_our_bot(body, event) and id_of(event, "inviter"):
            return Invited(_installed_team(body), id_of(event, "inviter"), id_of(event, "channel"))
        case "reaction_added" if id_of(mapping_of(event, "item"), "type") == "message":
            return _reacted(body, event)
        case "agent_session_stopped":
            names = ("user", "channel", "thread_ts", "event_ts")
            return SessionStopped(_installed_team(body), *(id_of(event, name) for name in names))
        case "subteam_members_changed":
            return GroupChanged(_installed_team(body), id_of(event, "subteam_id"))
        case kind:
            return Other(kind)


def _reacted(body: _Json, event: _Json) -> Reacted | Other:
    item, shared = mapping_of(event, "item"), body.get("is_ext_shared_channel")
    try:
        message = Message(
            team_id=_installed_team(body),
            enterprise_id=_enterprise(body),
            bot_user_id=id_of(first_mapping_of(body, "authorizations"), "user_id"),
            api_app_id=id_of(body, "api_app_id"),
            is_ext_shared=shared if isinstance(shared, bool) else None,
            source="reaction",
            channel=id_of(item, "channel"),
            ts=id_of(event, "event_ts"),
            thread_ts=id_of(item, "ts"),
            user=id_of(event, "user"),
        )
    except Malformed:
        return Other("reaction_added")
    return Reacted(message, emoji_name(id_of(event, "reaction")), id_of(event, "item_user"))


def _deleted(event: _Json) -> str:
    """The ts of the message whose deletion the event tells; "" for any other event."""
    changed = mapping_of(event, "message")
    match id_of(event, "subtype"):
        case "message_deleted":
            return id_of(event, "deleted_ts")
        case "message_changed" if id_of(changed, "subtype") == "tombstone":
            return id_of(changed, "ts")
    return ""


def _is_our_bot(body: _Json, event: _Json) -> bool:
    return id_of(event, "user") == id_of(first_mapping_of(body, "authorizations"), "user_id") != ""


def _enterprise(body: _Json) -> str:
    return id_of(first_mapping_of(body, "authorizations"), "enterprise_id") or id_of(
        body, "context_enterprise_id"
    )


def _installed_team(body: _Json) -> str:
    """The workspace of our installation, which `authorizations` names; the top-level `team_id` can be another one.

    So the top-level `team_id` counts only where the event names nothing else. If a whole organisation installed the
    app, the organisation stands for the workspace (docs/platform/slack.md#enterprise-grid).
    """
    installation = first_mapping_of(body, "authorizations")
    is_org_wide = installation.get("is_enterprise_install") is True
    team = "" if is_org_wide else id_of(installation, "team_id") or id_of(body, "context_team_id")
    return team or _enterprise(body) or id_of(body, "team_id")


def _message(body: _Json, event: _Json, source: Source) -> Message:
    installation = first_mapping_of(body, "authorizations")
    shared = body.get("is_ext_shared_channel")
    channel_type = id_of(event, "channel_type")
    bot_user, calling = id_of(installation, "user_id"), calling_text(event)
    quoted = set(MENTION.findall(text_of(event, "text"))) - set(MENTION.findall(calling))
    return Message(
        team_id=_installed_team(body),
        enterprise_id=_enterprise(body),
        bot_user_id="" if installation.get("is_bot") is False else bot_user,
        api_app_id=id_of(body, "api_app_id"),
        event_id=id_of(body, "event_id"),
        is_ext_shared=shared if isinstance(shared, bool) else None,
        source=source,
        channel=id_of(event, "channel"),
        channel_type=channel_type if channel_type in _CHANNEL_TYPES else "",
        ts=id_of(event, "ts"),
        thread_ts=id_of(event, "thread_ts"),
        user=id_of(event, "user"),
        user_team=team_of(event),
        text=message_text(event),
        calling_text=calling,
        only_quotes_us=bot_user in quoted,
        files=known_files(event),
        bot_id=id_of(event, "bot_id") or id_of(mapping_of(event, "bot_profile"), "id"),
        app_id=id_of(event, "app_id"),
        subtype=id_of(event, "subtype") or ("hidden" if event.get("hidden") is True else ""),
        edited=bool(event.get("edited")),
    )
