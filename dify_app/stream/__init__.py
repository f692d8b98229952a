"""Dify's stream of events becomes a few typed answer events."""
