"""Turns Dify's stream of events into a few typed answer events."""

from dify_app.stream.reducer import AppKind, Reducer, RunOptions

__all__ = ["AppKind", "Reducer", "RunOptions"]
