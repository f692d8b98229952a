"""Past Slack's three seconds: a verified event is posted, sealed, to our own `/slack/turns` (design D1)."""
