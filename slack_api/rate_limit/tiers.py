"""Slack's documented rates, per method (docs/platform/slack.md#rate-tiers)."""

from dataclasses import dataclass

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Tier:
    """`per_minute` is Slack's documented rate; `burst` is how many calls we send at once after a pause."""

    per_minute: int
    burst: int

    @property
    def interval(self) -> float:
        """Seconds between two calls at the documented rate."""
        return MINUTE / self.per_minute


# Unfinished texts are paced anyway, so tiers 3 and 4 have small bursts: a burst and a minute of paced calls together
# stay within Slack's limit for a minute. A message has one start and one stop, so tier 2 has a larger burst.
TIER_2 = Tier(20, 8)
TIER_3 = Tier(50, 2)
TIER_4 = Tier(100, 4)
LOOKUPS = Tier(100, 40)  # also tier 4; the names and files of a thread are all requested at once
READING = Tier(50, 20)  # also tier 3; a long thread is read page by page before the app is asked
STATUS = Tier(50, 5)  # Slack documents "special" without a number
TOLD = Tier(100, 20)  # also tier 4; many threads may end at once
AUTH = Tier(50, 20)  # also "special"; called once an hour for each token
POSTS = Tier(300, 15)  # "several hundred messages per minute" of a workspace
POSTS_IN_CHANNEL = Tier(60, 1)  # 1 message a second

START = "chat.startStream"
APPEND = "chat.appendStream"
STOP = "chat.stopStream"
UPDATE = "chat.update"
POST = "chat.postMessage"
EPHEMERAL = "chat.postEphemeral"
USER = "users.info"
GROUPS = "usergroups.list"
GROUP_USERS = "usergroups.users.list"
PUBLISH = "views.publish"
OPEN_VIEW = "views.open"
SET_STATUS = "assistant.threads.setStatus"

_TIERS = {
    START: TIER_2,
    STOP: TIER_2,
    GROUPS: TIER_2,
    GROUP_USERS: TIER_2,
    APPEND: TIER_4,
    UPDATE: TIER_3,
    POST: POSTS,
    SET_STATUS: STATUS,
    EPHEMERAL: TOLD,
    PUBLISH: TOLD,
    OPEN_VIEW: TOLD,
    "conversations.replies": READING,
    "conversations.info": READING,
    "auth.test": AUTH,
    USER: LOOKUPS,
    "files.info": LOOKUPS,
    "files.getUploadURLExternal": LOOKUPS,
    "files.completeUploadExternal": LOOKUPS,
}


def interval_of(method: str) -> float:
    """Seconds between two calls of the method at its documented rate: no writer needs a shorter pace."""
    return tier_of(method).interval


def tier_of(method: str) -> Tier:
    """The rate of a method in a workspace; tier 3 for an unknown method."""
    return _TIERS.get(method, TIER_3)
