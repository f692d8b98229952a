"""The way to Slack: typed calls, one connection pool, retries, a rate budget, files.

A call goes from `client` (its typed method) over `web` (budget, retries, slack_sdk) and `pool` (one HTTP exchange) to
`connection`.
"""

from slack_api.channel_names import ChannelNames
from slack_api.client import SlackApi
from slack_api.directory import Directory, Found
from slack_api.error_codes import (
    CANNOT_POST,
    MAYBE_TABLES,
    OF_TABLES,
    RECIPIENT_MISSING,
    SLACK_TROUBLE,
    STOP_STANDS,
    STOPPED,
    STREAM_OPEN,
    STREAM_OVER,
    THREAD_GONE,
    TOKEN_DEAD,
    TOO_LONG,
    UNFIT,
)
from slack_api.file_objects import as_mp4, declared_size, download_url, is_voice_clip, mime_of, name_of
from slack_api.files import FilesOrigin, SlackFiles
from slack_api.identity import AuthInfo, UserInfo
from slack_api.lookups import Channels, Users
from slack_api.pool import Bounds, Pool
from slack_api.rate_limit import APPEND, POST, START, STOP, UPDATE, RateLimiter, interval_of
from slack_api.response_urls import ResponseUrls
from slack_api.retry import BRISK, HASTY, PATIENT, Patience
from slack_api.user_groups import UserGroups

__all__ = [
    "APPEND",
    "BRISK",
    "CANNOT_POST",
    "HASTY",
    "MAYBE_TABLES",
    "OF_TABLES",
    "PATIENT",
    "POST",
    "RECIPIENT_MISSING",
    "SLACK_TROUBLE",
    "START",
    "STOP",
    "STOPPED",
    "STOP_STANDS",
    "STREAM_OPEN",
    "STREAM_OVER",
    "THREAD_GONE",
    "TOKEN_DEAD",
    "TOO_LONG",
    "UNFIT",
    "UPDATE",
    "AuthInfo",
    "Bounds",
    "ChannelNames",
    "Channels",
    "Directory",
    "FilesOrigin",
    "Found",
    "Patience",
    "Pool",
    "RateLimiter",
    "ResponseUrls",
    "SlackApi",
    "SlackFiles",
    "UserGroups",
    "UserInfo",
    "Users",
    "as_mp4",
    "declared_size",
    "download_url",
    "interval_of",
    "is_voice_clip",
    "mime_of",
    "name_of",
]
