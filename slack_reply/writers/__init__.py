"""The three ways to write a growing answer into a thread, and what they share."""
