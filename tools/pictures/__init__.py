"""The README's pictures, drawn from what the double of Slack holds: `python -m tools.pictures`."""
