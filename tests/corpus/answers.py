"""Answers as apps give them, one Markdown file each: every construct they use, and what attackers would try."""

from pathlib import Path

ANSWERS = {
    path.stem: path.read_bytes().decode() for path in sorted(Path(__file__).parent.glob("[0-9][0-9]-*.md"))
}
