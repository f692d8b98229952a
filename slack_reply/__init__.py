"""What the workspace sees: Markdown made safe and cut into pages, and the writers that bring it there."""
