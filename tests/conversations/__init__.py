"""Whole conversations through the real plugin process: this script of Dify, this behaviour of Slack, this thread."""
