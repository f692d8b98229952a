"""What a model thinks aloud in `<think>`, told apart from what it says, however the stream is cut.

Models write the tag at the start of the answer or of a line, and in agents right behind the last round's
text, then with a line break after it. There it counts, in any case, without attributes; in code blocks and
within a sentence it is text like any other. A `</think>` without its beginning goes where a line begins,
since some templates put the opening tag into the prompt; what came before it stays, as it has been shown. A
thought that nobody closes is a thought to the end.
"""

import re

_PIECE = re.compile(r"</?think>|`+|~+|\n|[^<`~\n]+|<", re.IGNORECASE)
_TAG_BEGUN = re.compile(r"</?(?:t(?:h(?:i(?:n(?:k>?)?)?)?)?)?\Z", re.IGNORECASE)
_DEEPEST = 2


class ThinkFilter:
    """Takes the thoughts out of one model's stream."""

    def __init__(self) -> None:
        self._pending = ""
        self._text: list[str] = []
        self._thought: list[str] = []
        self._depth = 0
        self._blank = True  # nothing but blanks in this line so far
        self._fence = ""  # the ticks or tildes of the open code block
        self._fence_line = False  # in the line that opened it
        self._lead: list[str] = []  # blanks before the first word: they go if a thought follows
        self._spoken = False
        self._after_thought = False
        self._doubtful: list[str] | None = None  # behind the end of a thought within a thought

    def feed(self, delta: str) -> tuple[str, str]:
        """What is certain by now: text to show, and thought."""
        self._pending += delta
        self._read(_decided(self._pending))
        return self._taken()

    def close(self) -> tuple[str, str]:
        """What was held back, now that nothing more comes."""
        self._read(len(self._pending))
        if self._depth and self._doubtful is not None:
            doubtful = "".join(self._doubtful)
            self._text.append(doubtful if self._spoken else doubtful.lstrip())
        elif not self._spoken and not self._after_thought:
            self._text += self._lead
        self._lead = []
        return self._taken()

    def _taken(self) -> tuple[str, str]:
        taken = "".join(self._text), "".join(self._thought)
        self._text, self._thought = [], []
        return taken

    def _read(self, end: int) -> None:
        for found in _PIECE.finditer(self._pending, 0, end):
            piece = found.group()
            behind = self._pending[found.end() : found.end() + 1]
            tag = piece.lower()
            if tag == "<think>" and self._opens(behind):
                self._deeper(piece)
            elif tag == "</think>" and self._closes():
                self._higher(piece)
            elif self._depth:
                self._think(piece)
            else:
                self._say(piece)
            if tag not in {"<think>", "</think>"}:
                self._blank = piece == "\n" or (self._blank and piece.isspace())
        self._pending = self._pending[end:]

    def _opens(self, behind: str) -> bool:
        if self._depth:
            return self._blank and self._depth < _DEEPEST
        return not self._fence and (self._blank or behind in {"", "\n", "\r"})

    def _closes(self) -> bool:
        return self._depth > 0 or (self._blank and not self._fence)

    def _deeper(self, piece: str) -> None:
        if self._depth:
            self._think(piece)
        self._depth += 1
        self._lead = []
        self._after_thought = True

    def _higher(self, piece: str) -> None:
        self._after_thought = True
        self._lead = []
        if self._depth == _DEEPEST:
            self._think(piece)
            self._doubtful = []
        elif self._depth:
            self._thought += self._doubtful or []
            self._doubtful = None
        self._depth = max(0, self._depth - 1)

    def _think(self, piece: str) -> None:
        (self._thought if self._doubtful is None else self._doubtful).append(piece)

    def _say(self, piece: str) -> None:
        self._watch_code(piece)
        if not self._spoken and piece.isspace():
            if not self._after_thought:
                self._lead.append(piece)
            return
        if not self._spoken:
            piece = piece.lstrip() if self._after_thought else piece
            self._text += self._lead
            self._lead = []
            self._spoken = True
        self._text.append(piece)

    def _watch_code(self, piece: str) -> None:
        """Follow code blocks; ticks again in the line that opened one show that it was no block."""
        if piece == "\n":
            self._fence_line = False
        elif piece[0] not in "`~":
            return
        elif self._fence_line:
            if piece[0] == "`" == self._fence[:1]:
                self._fence = ""
        elif self._blank and not self._fence and len(piece) >= len("```"):
            self._fence = piece
            self._fence_line = True
        elif self._blank and self._fence and piece.startswith(self._fence):
            self._fence = ""


def _decided(text: str) -> int:
    """Up to where no further text makes another tag or another run of ticks of it."""
    for mark in "`~":
        if text.endswith(mark):
            return len(text.rstrip(mark))
    found = _TAG_BEGUN.search(text, max(0, len(text) - len("</think>")))
    return found.start() if found else len(text)
