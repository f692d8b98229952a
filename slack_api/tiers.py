"""Slack's documented rates, per method (field/slack.md §6, [D] docs.slack.dev/apis/web-api/rate-limits)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tier:
    """`per_minute` is what Slack documents, `burst` how many calls we let go at once after a rest."""

    per_minute: int
    burst: int


# A flush waits for its turn in any case, so tiers 3 and 4 burst little: burst + a minute's pace stays within
# the minute and nobody stalls at its end. Starts and stops come once per message and want their burst.
TIER_2 = Tier(20, 8)
TIER_3 = Tier(50, 2)
TIER_4 = Tier(100, 4)
LOOKUPS = Tier(100, 40)  # tier 4 again: the names and files of a thread are wanted all at once
READING = Tier(50, 20)  # tier 3 again: a long thread is read page by page before its question is asked
STATUS = Tier(50, 5)  # "special" without a number
AUTH = Tier(50, 20)  # the same; asked once an hour for each token
POSTS = Tier(300, 15)  # "several hundred messages per minute" of a workspace
POSTS_IN_CHANNEL = Tier(60, 1)  # 1 message a second

START = "chat.startStream"
APPEND = "chat.appendStream"
STOP = "chat.stopStream"
UPDATE = "chat.update"
POST = "chat.postMessage"
USER = "users.info"
SET_STATUS = "assistant.threads.setStatus"

_TIERS = {
    START: TIER_2,
    STOP: TIER_2,
    APPEND: TIER_4,
    UPDATE: TIER_3,
    POST: POSTS,
    SET_STATUS: STATUS,
    "chat.delete": TIER_3,
    "conversations.replies": READING,
    "conversations.info": READING,
    "auth.test": AUTH,
    USER: LOOKUPS,
    "files.info": LOOKUPS,
    "files.getUploadURLExternal": LOOKUPS,
    "files.completeUploadExternal": LOOKUPS,
}


def tier_of(method: str) -> Tier:
    """What the method may do in a workspace; tier 3 for one we do not know."""
    return _TIERS.get(method, TIER_3)


def channel_tier_of(method: str) -> Tier | None:
    """What the method may do in one channel, if that is limited on its own."""
    return POSTS_IN_CHANNEL if method == POST else None
