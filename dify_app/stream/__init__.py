"""Turns Dify's stream of events into a few typed answer events."""

from dify_app.stream.lines import LONGEST_FENCE
from dify_app.stream.reducer import AppKind, Reducer, RunOptions

__all__ = ["LONGEST_FENCE", "AppKind", "Reducer", "RunOptions"]
