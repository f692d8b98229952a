"""Markdown tables become Slack's table blocks."""
