"""What the app is told: the author's words, the thread so far, the files."""
