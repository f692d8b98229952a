"""Markdown as Slack shows it, safe and cut to size."""
