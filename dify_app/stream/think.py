"""What a model thinks aloud in `<think>`, told apart from what it says, however the stream is cut.

The tag counts in any case and without attributes, but neither in code nor as a word of a sentence. Where an
answer or a line begins it is a thought for certain, to the end if nobody closes it. Within a line (agents
write it right behind the last round's text) it may be text about the tag: so what follows is held back until
a `</think>` shows that it was a thought, and is text if none comes. A `</think>` without its beginning goes,
since some templates put the opening tag into the prompt; what came before it stays, as it has been shown.
"""

import re
from copy import copy

from dify_app.stream.first_words import FirstWords
from dify_app.stream.lines import BLANKS, LONGEST_RUN, MarkdownLines, decided

MOST_HELD = 20_000  # characters in doubt; a thought as long as that is shown rather than an answer lost
_PIECE = re.compile(rf"</?think>|`{{1,{LONGEST_RUN}}}|~{{1,{LONGEST_RUN}}}|\n|[^<`~\n]+|<", re.IGNORECASE)
_TAG_BEGUN = re.compile(r"</?(?:t(?:h(?:i(?:n(?:k>?)?)?)?)?)?\Z", re.IGNORECASE)
_BEFORE_WORD = BLANKS + "\"'“‘«(「『\\"  # noqa: RUF001 - with one of these before and after it, a tag is a word
_BEHIND_WORD = BLANKS.replace("\r", "") + "\"'”’»)」』.,;:!?"  # noqa: RUF001 - the same
_ELLIPSES = {"...", "…"}  # <think>...</think> is how one writes about it
_DEEPEST = 2


class ThinkFilter:
    """Takes the thoughts out of one model's stream."""

    def __init__(self) -> None:
        self._pending = ""
        self._text: list[str] = []
        self._thought: list[str] = []
        self._depth = 0
        self._line = MarkdownLines()
        self._before = MarkdownLines()  # where the thought began
        self._mused = False  # something was thought since then
        self._held: list[str] | None = None  # what is text or a thought, as it turns out
        self._size = 0
        self._is_word = False  # what is held begins with a tag that looks like a word
        self._mentioned = False  # the answer speaks about the tags
        self._first = FirstWords()

    def feed(self, delta: str) -> tuple[str, str]:
        """What is certain by now: text to show, and thought."""
        self._pending += delta
        self._read(_decided(self._pending))
        return self._taken()

    def close(self) -> tuple[str, str]:
        """What was held back, now that nothing more comes."""
        self._read(len(self._pending))
        self._give_back()
        self._text += self._first.close()
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
            if tag == "<think>" and self._opens(piece, behind):
                continue
            if tag == "</think>" and self._closes(piece, behind):
                continue
            self._line.take(piece)
            if self._held is not None:
                self._hold(self._held, piece)
            elif self._depth:
                self._mused = self._mused or bool(piece.strip())
                self._thought.append(piece)
            else:
                self._text += self._first.say(piece)
        self._pending = self._pending[end:]

    def _opens(self, piece: str, behind: str) -> bool:
        """Begin a thought, or a doubt, if this tag does."""
        line = self._line
        if self._held is None and self._depth:
            return self._nests(piece)
        if line.in_block:
            return False
        if line.is_bare:
            self._give_back()
            self._before, self._depth, self._mused = copy(line), 1, False
            self._first.thought()
            return True
        if self._held is not None:
            return False
        if not self._may_open(behind):
            self._mentioned = True
            return False
        self._before = copy(line)
        self._is_word = line.last in _BEFORE_WORD and not line.begins
        line.take(piece)
        self._held, self._size = [piece], len(piece)
        return True

    def _may_open(self, behind: str) -> bool:
        line = self._line
        if line.in_span:
            return behind in {"\n", "\r"}
        return line.begins or line.last not in _BEFORE_WORD or behind not in _BEHIND_WORD

    def _nests(self, piece: str) -> bool:
        """A second tag in a thought; one right behind the first only repeats it."""
        if not self._line.is_bare or self._depth == _DEEPEST:
            return False
        self._depth += self._mused
        self._thought.append(piece)
        self._line.take(piece)
        return True

    def _closes(self, piece: str, behind: str) -> bool:
        """End a thought if this tag does; one that began nowhere goes without a trace."""
        line = self._line
        if self._held is not None:
            return self._settles(behind)
        if self._depth == _DEEPEST:  # the thought may go on, or the first tag was never meant to be closed
            self._thought.append(piece)
            self._depth = 1
            self._line = copy(self._before)
            self._held, self._size, self._is_word = [], 0, False
            return True
        if self._depth:
            self._depth = 0
            self._line = copy(self._before)
            return True
        if (
            self._mentioned
            or line.in_block
            or line.in_span
            or (not line.begins and line.last in _BEFORE_WORD)
        ):
            return False
        self._first.thought()
        return True

    def _settles(self, behind: str) -> bool:
        """What was held was a thought, unless both tags are words of a text about them."""
        held = self._held or []
        if self._is_word and self._line.last in _BEFORE_WORD and behind in _BEHIND_WORD:
            return False
        begun = 0 if self._depth else 1  # the tag itself is no thought
        if begun and "".join(held[begun:]).strip() in _ELLIPSES:
            self._give_back()
            return False
        self._thought += held[begun:]
        self._held, self._depth = None, 0
        self._line = copy(self._before)
        return True

    def _hold(self, held: list[str], piece: str) -> None:
        held.append(piece)
        self._size += len(piece)
        if self._size > MOST_HELD:
            self._give_back()

    def _give_back(self) -> None:
        """What was held was text."""
        if self._held is None:
            return
        self._mentioned = self._mentioned or self._depth == 0
        held, self._held, self._depth = self._held, None, 0
        for piece in held:
            self._text += self._first.say(piece)


def _decided(text: str) -> int:
    """Up to where no further text makes another tag or another run of ticks of it."""
    found = _TAG_BEGUN.search(text, max(0, len(text) - len("</think>")))
    return found.start() if found else decided(text)
