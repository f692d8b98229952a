"""Slack's Socket Mode for an endpoint to which no public address leads.

A program of its own, `python -m socket_relay`: it is never in the plugin's package, and imports nothing of the plugin
(docs/architecture.md#d15-no-public-address-needed).
"""
