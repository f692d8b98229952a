"""Decides whether a message is for us, by pure rules (docs/architecture.md#d2-once)."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum

from message import Message
from provider import Ruling, Settings, is_open, rule
from slack_events.envelope import Reacted
from turns import asker_of, place_of

_SPOKEN = {"", "file_share", "thread_broadcast", "me_message"}
"""Subtypes of messages that a person wrote. Every other subtype is a notice of Slack's or a change to a message."""
_CALLS = {"button", "reaction"}
"""Sources that call us without a mention. A reaction is admitted before its message is read."""
_SLACK_ITSELF = {"USLACK", "USLACKBOT"}
"""Authors of system notices, which since June 2026 carry no subtype (docs/platform/slack.md#message-subtypes)."""


class Reason(StrEnum):
    """Why a message is not answered."""

    NOT_SPOKEN = "a notice or a change, not a message"
    EDITED = "an edit"
    BOT = "by an app that may not ask"
    OURSELVES = "our own"
    EXTERNAL = "by a member of another organisation"
    GUEST = "by a guest"
    USER_NOT_ALLOWED = "user not in allowed_users"
    CHANNEL_NOT_ALLOWED = "channel not in allowed_channels"
    DIRECT_MESSAGES_OFF = "direct messages are off"
    TWIN = "the other event of the same message is answered"
    NOT_ADDRESSED = "not addressed to us"
    QUOTED = "mentions us only in a quote or in code"
    TO_OTHERS = "addressed to someone else"
    NOT_FOLLOWED = "a reply in a thread we do not follow for this user"


_RULES = {
    "slack_connect": Reason.EXTERNAL,
    "guests": Reason.GUEST,
    "allowed_users": Reason.USER_NOT_ALLOWED,
    "allowed_channels": Reason.CHANNEL_NOT_ALLOWED,
    "direct_messages": Reason.DIRECT_MESSAGES_OFF,
}
"""The reason for each setting that refuses. Without an app, the hand-off says so."""


@dataclass(frozen=True, slots=True)
class Admit:
    """The message is for us."""


@dataclass(frozen=True, slots=True)
class Ignore:
    """The message is not for us. `ruling`: what a rule of the admin says, where a rule is the reason."""

    reason: Reason
    ruling: Ruling | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class AskThread:
    """A reply without a mention: it is for us if the author is a follower in the thread's record; see `follow`."""


type Verdict = Admit | Ignore | AskThread


def admit(message: Message, settings: Settings, channel_name: str = "") -> Verdict:
    """Decide without any call. A mention has two events (docs/platform/slack.md#mention-twins): one is answered.

    `channel_name` is needed where `name_decides`; "" for a channel whose name Slack does not tell.
    A rule that needs a fact of Slack's is left to the turn (turns/throttle/rule_check.py).
    """
    if (reason := _not_spoken(message, settings)) is not None:
        return Ignore(reason)
    ruling = rule(settings, asker_of(message), place_of(message), message.app_name)
    if ruling.answered is False and (reason := _RULES.get(ruling.settings[0])):
        return Ignore(reason, ruling)
    if message.source == "app_mention" or message.mentions_us:
        return _mention(message)
    if message.source in _CALLS or message.is_dm or _opens(message, settings, channel_name):
        return Admit()
    return _unaddressed(message, settings)


def calls_us(message: Message, settings: Settings, channel_name: str = "") -> bool:
    """Whether the author expects an answer, so that a refusal should be told: not in a reply without a mention."""
    if message.source == "app_mention" or message.mentions_us:
        return not message.only_quotes_us and message.source in {"button", _answered_event(message)}
    return message.source in _CALLS or message.is_dm or _opens(message, settings, channel_name)


def asks_by_reaction(reacted: Reacted, settings: Settings) -> bool:
    """Whether the reaction is the emoji that asks, on a message that we did not write: our own answers ask nothing."""
    is_trigger = reacted.reaction == settings.reaction_trigger != ""
    message = reacted.message
    return is_trigger and bool(message.user) and message.bot_user_id not in {message.user, reacted.author}


def follow(message: Message, followers: Collection[str]) -> Admit | Ignore:
    """The second step after AskThread, with the followers of the thread's record (none without a record)."""
    return Admit() if message.user in followers else Ignore(Reason.NOT_FOLLOWED)


def _mention(message: Message) -> Verdict:
    if message.only_quotes_us and message.source == "app_mention":
        return Ignore(Reason.QUOTED)
    return Admit() if message.source in {"button", _answered_event(message)} else Ignore(Reason.TWIN)


def _unaddressed(message: Message, settings: Settings) -> Verdict:
    if not message.is_reply or not settings.follow_threads or message.bot_id:
        return Ignore(Reason.NOT_ADDRESSED)
    return Ignore(Reason.TO_OTHERS) if message.mentions_others else AskThread()


def _answered_event(message: Message) -> str:
    return "message" if message.is_dm or message.is_group_dm else "app_mention"


def name_decides(message: Message, settings: Settings) -> bool:
    """Whether only the name of the channel tells whether the message is a question."""
    begins = message.source == "message" and not (message.is_reply or message.bot_id or message.mentions_us)
    is_spoken = begins and _not_spoken(message, settings) is None
    return is_spoken and is_open(settings, place_of(message)) is None


def _opens(message: Message, settings: Settings, channel_name: str) -> bool:
    """Whether the message begins a thread in a channel where each such message of a member is a question."""
    place = replace(place_of(message), name=channel_name)
    return not message.is_reply and not message.bot_id and is_open(settings, place) is True


def _not_spoken(message: Message, settings: Settings) -> Reason | None:
    trusted = message.bot_id in settings.trusted_bots
    kinds = _SPOKEN | {"bot_message"} if trusted else _SPOKEN  # docs/platform/slack.md#workflow-messages
    spoken = message.subtype in kinds and (message.user or trusted) and message.user not in _SLACK_ITSELF
    ours = (message.user and message.user == message.bot_user_id) or (
        message.app_id and message.app_id == message.api_app_id
    )
    grounds = (
        (ours, Reason.OURSELVES),
        (message.bot_id and not trusted, Reason.BOT),
        (not spoken, Reason.NOT_SPOKEN),
        (message.edited, Reason.EDITED),
    )
    return next((reason for holds, reason in grounds if holds), None)
