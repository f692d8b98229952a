"""Which part of the plugin may import which."""

# The parts that each part may import, besides itself, the libraries and the shared modules.
SHARED = {"errors", "clock", "hosts", "job", "json_fields", "message", "plain_text", "wording"}
MAY_IMPORT = {
    "errors": set(),
    "clock": set(),
    "hosts": set(),
    "json_fields": set(),
    "plain_text": set(),
    "wording": set(),
    "message": {"errors", "json_fields"},
    "job": {"errors", "message"},
    "provider": {"errors", "hosts"},
    "conversation_store": SHARED,
    "dify_app": SHARED,
    "slack_api": SHARED,
    "slack_reply": SHARED | {"slack_api", "dify_app"},
    "turns": SHARED | {"provider", "dify_app", "conversation_store", "slack_reply", "slack_api"},
    "handoff": SHARED | {"provider", "turns", "conversation_store"},
    "slack_events": SHARED | {"provider", "handoff", "turns", "conversation_store"},
    "wiring": SHARED | {"provider", "slack_events", "handoff", "turns", "conversation_store"},
    "endpoints": {"wiring", "errors", "turns"},
    "main": {"endpoints"},
}
