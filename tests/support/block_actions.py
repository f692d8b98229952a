"""The press of a button as Slack sends it."""

from typing import Any

PAYLOAD: dict[str, Any] = {
    "type": "block_actions",
    "user": {"id": "U1", "team_id": "T2"},
    "api_app_id": "A1",
    "team": {"id": "T2"},
    "enterprise": None,
    "container": {"type": "message", "message_ts": "170.5", "channel_id": "C1", "thread_ts": "170.1"},
    "channel": {"id": "C1", "name": "team"},
    "message": {"user": "UBOT", "ts": "170.5", "team": "T1"},
    "response_url": "https://evil.example/",
    "actions": [
        {"action_id": "ask_0", "block_id": "team_T1", "value": "Is 1 < 2 & 3?", "action_ts": "171.000001"}
    ],
}
