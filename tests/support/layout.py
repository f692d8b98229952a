"""Which part of the plugin may import which."""

# The parts that each part may import, besides itself, the libraries and the shared modules.
SHARED = {
    "errors",
    "clock",
    "hosts",
    "job",
    "json_fields",
    "markdown_source",
    "message",
    "plain_text",
    "tls",
    "wording",
}
MAY_IMPORT = {
    "errors": set(),
    "clock": set(),
    "hosts": set(),
    "json_fields": set(),
    "plain_text": set(),
    "tls": set(),
    "markdown_source": set(),
    "wording": set(),
    "message": {"errors", "json_fields"},
    "job": {"errors", "message"},
    "provider": {"errors", "hosts"},
    "conversation_store": SHARED,
    "dify_app": SHARED,
    "slack_api": SHARED,
    "slack_reply": SHARED | {"slack_api"},
    "turns": SHARED | {"provider", "dify_app", "conversation_store", "slack_reply", "slack_api"},
    "handoff": SHARED | {"provider", "turns", "conversation_store"},
    "slack_events": SHARED | {"provider", "handoff", "turns", "conversation_store"},
    "setup_page": SHARED
    | {"provider", "slack_events", "handoff", "turns", "conversation_store", "dify_app", "slack_api"},
    "wiring": SHARED | {"provider", "setup_page", "slack_events", "handoff", "turns", "conversation_store"},
    "endpoints": {"wiring", "setup_page", "errors", "turns"},
    "main": {"endpoints", "wiring", "errors"},
}
