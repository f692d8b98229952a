"""A slash command as Slack sends it."""

FIELDS = {
    "team_id": "T1",
    "channel_id": "C1",
    "user_id": "U1",
    "command": "/dify",
    "text": " may I? ",
    "api_app_id": "A1",
    "is_enterprise_install": "false",
    "response_url": "https://hooks.slack.com/commands/secret",
    "trigger_id": "1.2.a",
}
