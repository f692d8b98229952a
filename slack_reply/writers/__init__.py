"""The three ways to write a growing answer into a thread, and what they share."""

from slack_reply.writers.edited_message import EditedMessage
from slack_reply.writers.native_stream import NativeStream
from slack_reply.writers.opening import Opening
from slack_reply.writers.shared import NativeSupport, RateShare, Slack, Written
from slack_reply.writers.single_post import Blocks, Posting, SinglePost, Unfit
from slack_reply.writers.stream_cleanup import EXPIRY, StreamCleanup
from slack_reply.writers.streamed_message import fitted, weight
from slack_reply.writers.writer import (
    CannotReply,
    Method,
    ReplyTarget,
    SlackAway,
    StoppedByUser,
    Unreachable,
    Writer,
    WriterGone,
)

__all__ = [
    "EXPIRY",
    "Blocks",
    "CannotReply",
    "EditedMessage",
    "Method",
    "NativeStream",
    "NativeSupport",
    "Opening",
    "Posting",
    "RateShare",
    "ReplyTarget",
    "SinglePost",
    "Slack",
    "SlackAway",
    "StoppedByUser",
    "StreamCleanup",
    "Unfit",
    "Unreachable",
    "Writer",
    "WriterGone",
    "Written",
    "fitted",
    "weight",
]
