"""The middle of a turn: ask the app, show the answer while it grows, end it honestly."""
