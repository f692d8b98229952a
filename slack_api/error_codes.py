"""What the error codes of Slack mean for a writer (docs/platform/slack.md#posting-errors)."""

# The start of a stream is sent once more, with its recipients (docs/platform/slack.md#stream-recipients).
RECIPIENT_MISSING = frozenset({"missing_recipient_team_id", "missing_recipient_user_id"})

# The stream has ended; its message stays, and chat.update is accepted again (docs/platform/slack.md#stream-repair).
STREAM_OVER = frozenset({"message_not_in_streaming_state"})

# A member pressed Stop (docs/platform/slack.md#stream-lifetime): the run ends and nothing more is posted.
STOPPED = frozenset({"stopped_by_user"})

# The answer goes on in the next message (docs/platform/slack.md#stream-size, docs/platform/slack.md#message-size).
TOO_LONG = frozenset({"msg_too_long", "msg_blocks_too_long", "msg_blocks_too_many"})

# The tables are the cause, whatever other blocks the message has (docs/platform/slack.md#table-block).
OF_TABLES = frozenset({"invalid_attachments"})

# The blocks of a message are not accepted: it may be shown in a plainer form.
UNFIT = TOO_LONG | OF_TABLES | {"invalid_blocks", "invalid_blocks_format"}

# A table may be the cause (docs/platform/slack.md#table-block).
MAYBE_TABLES = OF_TABLES | {"invalid_blocks", "invalid_chunks", "msg_blocks_too_long"}

# A stop of a stream for a member of another organisation; the text stands (docs/platform/slack.md#stream-end).
STOP_STANDS = frozenset({"user_not_found", "team_not_found", "missing_recipient_user_id"})

# chat.update on a stream that is still open (docs/platform/slack.md#edit-errors): the stream is stopped first.
STREAM_OPEN = frozenset({"streaming_state_conflict"})

# The token is not valid any more: no call of this installation works.
TOKEN_DEAD = frozenset(
    {
        "token_revoked",
        "token_expired",
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "team_access_not_granted",
        "org_login_required",
        "app_uninstalled",
    }
)

# The thread's root was deleted, or the thread takes no replies (docs/platform/slack.md#posting-into-a-deleted-thread).
THREAD_GONE = frozenset({"thread_not_found", "invalid_thread_ts", "cannot_reply_to_message"})

# Nothing can be written into this channel or thread, by whatever writer.
CANNOT_POST = (
    TOKEN_DEAD
    | THREAD_GONE
    | {
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "missing_scope",
        "no_permission",
        "access_denied",
        "ekm_access_denied",
        "restricted_action",
        "restricted_action_read_only_channel",
        "restricted_action_thread_only_channel",
        "restricted_action_non_threadable_channel",
        "restricted_action_thread_locked",
        "messages_tab_disabled",
        "external_channel_migrating",
        "team_not_found",
    }
)

# Slack failed inside: a lookup may be repeated.
SLACK_TROUBLE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})

# In an answer of status 200: the limit of the method, and that of one message (docs/platform/slack.md#rate-tiers).
RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})
