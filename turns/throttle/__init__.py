"""Who is refused before the app is asked: other workspaces' events, and too many messages."""
