"""Whole conversations with the real plugin process, between a scripted Dify and a simulated Slack."""
