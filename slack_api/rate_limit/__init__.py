"""One rate limiter for all calls of a process, fair between messages."""

from slack_api.rate_limit.rate_limiter import RateLimiter
from slack_api.rate_limit.tiers import (
    APPEND,
    EPHEMERAL,
    GROUP_USERS,
    GROUPS,
    OPEN_VIEW,
    POST,
    PUBLISH,
    SET_STATUS,
    START,
    STOP,
    UPDATE,
    USER,
    interval_of,
)

__all__ = [
    "APPEND",
    "EPHEMERAL",
    "GROUPS",
    "GROUP_USERS",
    "OPEN_VIEW",
    "POST",
    "PUBLISH",
    "SET_STATUS",
    "START",
    "STOP",
    "UPDATE",
    "USER",
    "RateLimiter",
    "interval_of",
]
