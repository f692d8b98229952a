"""The three ways to write a growing answer into a thread: native stream, edited message, single post."""

from slack_reply.writers.edited_message import EditedMessage
from slack_reply.writers.native_stream import NativeStream
from slack_reply.writers.opening import Opening
from slack_reply.writers.plan import cards_of
from slack_reply.writers.single_post import Posting, SinglePost, Unfit
from slack_reply.writers.stream_cleanup import EXPIRY, StreamCleanup
from slack_reply.writers.streamed_message import fitted, weight

__all__ = [
    "EXPIRY",
    "EditedMessage",
    "NativeStream",
    "Opening",
    "Posting",
    "SinglePost",
    "StreamCleanup",
    "Unfit",
    "cards_of",
    "fitted",
    "weight",
]
