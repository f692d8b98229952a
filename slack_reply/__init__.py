"""What the workspace sees: Markdown made safe and cut into pages, and the writers that send the pages to Slack."""

from slack_reply.buttons import (
    SHARE_ACTION,
    STOP_ACTION,
    buttons,
    fits_button,
    listed,
    share_button,
    stop_button,
    usable,
)
from slack_reply.footer import with_footer
from slack_reply.form_blocks import (
    FORM_ACTION,
    FORM_VIEW,
    Field,
    FormButton,
    form_blocks,
    form_modal,
    pressed_button,
    submitted_form,
)
from slack_reply.interrupted import Interrupted, Remains
from slack_reply.markdown import first_word, links, shows_nothing
from slack_reply.optional_blocks import BlockSupport
from slack_reply.quote import above, heard_quote, on_one_line
from slack_reply.reply import Reply
from slack_reply.shared import NativeSupport, Slack, TableSupport, Written
from slack_reply.snapshot import LONGEST_TEXT, Blocks, Card, Snapshot, is_silent, may_be_silent
from slack_reply.status import StatusLine
from slack_reply.thumbs import VOTE, Thumb, thumbs
from slack_reply.whole_message import message_pages, whole_message
from slack_reply.writer import CannotReply, LeftOff, ReplyTarget, StoppedByUser, Unreachable
from slack_reply.writers import EXPIRY, fitted, weight

__all__ = [
    "EXPIRY",
    "FORM_ACTION",
    "FORM_VIEW",
    "LONGEST_TEXT",
    "SHARE_ACTION",
    "STOP_ACTION",
    "VOTE",
    "BlockSupport",
    "Blocks",
    "CannotReply",
    "Card",
    "Field",
    "FormButton",
    "Interrupted",
    "LeftOff",
    "NativeSupport",
    "Remains",
    "Reply",
    "ReplyTarget",
    "Slack",
    "Snapshot",
    "StatusLine",
    "StoppedByUser",
    "TableSupport",
    "Thumb",
    "Unreachable",
    "Written",
    "above",
    "buttons",
    "first_word",
    "fits_button",
    "fitted",
    "form_blocks",
    "form_modal",
    "heard_quote",
    "is_silent",
    "links",
    "listed",
    "may_be_silent",
    "message_pages",
    "on_one_line",
    "pressed_button",
    "share_button",
    "shows_nothing",
    "stop_button",
    "submitted_form",
    "thumbs",
    "usable",
    "weight",
    "whole_message",
    "with_footer",
]
