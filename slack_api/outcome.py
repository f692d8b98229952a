"""What Slack's error codes mean for a writer (field/slack.md §3.1, §4.2, §4.3), in one place."""

# startStream asks for the recipients that were left out (§4.2): once more with them.
RECIPIENT_MISSING = frozenset({"missing_recipient_team_id", "missing_recipient_user_id"})

# The stream takes no more; what it shows stays, and chat.update is accepted again (§4.3).
STREAM_OVER = frozenset({"message_not_in_streaming_state"})

# Somebody pressed Stop (§4.3, §5): the run ends, nothing more is posted.
STOPPED = frozenset({"stopped_by_user"})

# The message is full (§4.3, §3.2): go on in the next one.
TOO_LONG = frozenset({"msg_too_long", "msg_blocks_too_long", "msg_blocks_too_many"})

# chat.update on a stream that is still open (§0.7): stop it first.
STREAM_OPEN = frozenset({"streaming_state_conflict"})

# The token is dead: nothing of this installation works.
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

# Nothing can be written into this channel or thread: no writer helps.
CANNOT_POST = TOKEN_DEAD | frozenset(
    {
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
        "cannot_reply_to_message",
        "messages_tab_disabled",
        "external_channel_migrating",
        "team_not_found",
    }
)

# Slack failed inside: a read may be asked again.
SLACK_TROUBLE = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})

# Slack's rate refusal in a 200 answer: the method's, and the one per message (§6).
RATE_LIMITED = frozenset({"ratelimited", "rate_limited"})
