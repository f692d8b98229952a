"""Decides whether a message is for us, by pure rules (docs/architecture.md#d2-once)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from message import Message

_SPOKEN = {"", "file_share", "thread_broadcast", "me_message"}
"""Subtypes of messages that a person wrote. Every other subtype is a notice of Slack's or a change to a message."""
_SLACK_ITSELF = {"USLACK", "USLACKBOT"}
"""Authors of system notices, which since June 2026 carry no subtype (docs/platform/slack.md#message-subtypes)."""


class Reason(StrEnum):
    """Why a message is not answered."""

    NOT_SPOKEN = "a notice or a change, not a message"
    EDITED = "an edit"
    BOT = "by an app that may not ask"
    OURSELVES = "our own"
    EXTERNAL = "by a member of another organisation"
    USER_NOT_ALLOWED = "user not in allowed_users"
    CHANNEL_NOT_ALLOWED = "channel not in allowed_channels"
    DIRECT_MESSAGES_OFF = "direct messages are off"
    TWIN = "the other event of the same message is answered"
    NOT_ADDRESSED = "not addressed to us"
    QUOTED = "mentions us only in a quote or in code"
    TO_OTHERS = "addressed to someone else"
    NOT_FOLLOWED = "a reply in a thread we do not follow for this user"


@dataclass(frozen=True, slots=True)
class Rules:
    """The settings that decide. An empty `allowed_` set allows all; `allowed_channels` concerns no direct messages.

    `trusted_bots` are the bot ids of workflows and apps that may ask: then `allowed_users` does not concern them.
    """

    follow_threads: bool = True
    direct_messages: bool = True
    slack_connect: bool = False
    allowed_channels: frozenset[str] = frozenset()
    allowed_users: frozenset[str] = frozenset()
    trusted_bots: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Admit:
    """The message is for us."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """The message is not for us."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class AskThread:
    """A reply without a mention: it is for us if the author is a follower in the thread's record; see `follow`."""


type Verdict = Admit | Ignore | AskThread


def admit(message: Message, rules: Rules) -> Verdict:
    """Decide without any call. A mention has two events (docs/platform/slack.md#mention-twins): one is answered."""
    reason = _author_refused(message, rules) or _place_refused(message, rules)
    if message.source == "app_mention" and message.only_quotes_us:
        reason = reason or Reason.QUOTED
    if reason is not None:
        return Ignore(reason)
    if message.source == "button":
        return Admit()
    if message.source == "app_mention" or message.mentions_us:
        answered = "message" if message.is_dm or message.is_group_dm else "app_mention"
        return Admit() if message.source == answered else Ignore(Reason.TWIN)
    if message.is_dm:
        return Admit()
    if not message.is_reply or not rules.follow_threads or message.bot_id:
        return Ignore(Reason.NOT_ADDRESSED)
    return Ignore(Reason.TO_OTHERS) if message.mentions_others else AskThread()


def follow(message: Message, followers: Collection[str]) -> Admit | Ignore:
    """The second step after AskThread, with the followers of the thread's record (none without a record)."""
    return Admit() if message.user in followers else Ignore(Reason.NOT_FOLLOWED)


def _author_refused(message: Message, rules: Rules) -> Reason | None:
    trusted = message.bot_id in rules.trusted_bots
    kinds = _SPOKEN | {"bot_message"} if trusted else _SPOKEN  # docs/platform/slack.md#workflow-messages
    spoken = message.subtype in kinds and (message.user or trusted) and message.user not in _SLACK_ITSELF
    ours = (message.user and message.user == message.bot_user_id) or (
        message.app_id and message.app_id == message.api_app_id
    )
    # A press names no organisation: the turn judges a press by a member of another workspace, with our own one's id.
    unnamed = message.source == "button" and message.user_team
    external = message.is_outsider(message.user_team, message.enterprise_id) and not unnamed
    listed = not rules.allowed_users or message.user in rules.allowed_users or trusted
    grounds = (
        (ours, Reason.OURSELVES),
        (message.bot_id and not trusted, Reason.BOT),
        (not spoken, Reason.NOT_SPOKEN),
        (message.edited, Reason.EDITED),
        (external and not rules.slack_connect, Reason.EXTERNAL),
        (not listed, Reason.USER_NOT_ALLOWED),
    )
    return next((reason for holds, reason in grounds if holds), None)


def _place_refused(message: Message, rules: Rules) -> Reason | None:
    if message.is_dm or message.is_group_dm:
        return None if rules.direct_messages else Reason.DIRECT_MESSAGES_OFF
    if message.source == "button" and not message.channel_type:
        return None  # the channel may be a group direct message: the turn asks Slack
    allowed = not rules.allowed_channels or message.channel in rules.allowed_channels
    return None if allowed else Reason.CHANNEL_NOT_ALLOWED
