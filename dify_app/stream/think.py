"""Tells what a model thinks (`<think>`) apart from what it says, wherever the stream is cut into pieces.

Models write the tag in several ways: `<think>`, `<thinking>`, `<reasoning>`, `◁think▷`. The tag counts in upper and
lower case and without attributes, but not in code and not as a word of a sentence. At the beginning of an answer or
of a line the tag certainly opens a thought, which lasts to the end if no tag closes it. Within a line the tag may be
text about the tag, but agents also write it right after the text of the last round. So the text after it is held
back: it was a thought if a `</think>` follows, and is text if none does. A `</think>` without its beginning is
dropped, since some templates put the opening tag into the prompt; the text before it stays.
"""

import re
from copy import copy

from dify_app.stream.first_words import FirstWords
from dify_app.stream.lines import BLANKS, LONGEST_RUN, MarkdownLines, decided

MOST_HELD = 20_000  # characters held back in doubt; a longer thought is shown, so that no answer is lost
_NAMES = ("think", "thinking", "reasoning")
_OPENING = (*(f"<{name}>" for name in _NAMES), "◁think▷")
_CLOSING = tuple(f"{tag[0]}/{tag[1:]}" for tag in _OPENING)
_LONGEST_TAG = max(map(len, _CLOSING))
_PIECE = re.compile(
    rf"{'|'.join((*_OPENING, *_CLOSING))}|`{{1,{LONGEST_RUN}}}|~{{1,{LONGEST_RUN}}}|\n|[^<◁`~\n]+|[<◁]",
    re.IGNORECASE,
)
_TAG = re.compile("|".join((*_OPENING, *_CLOSING)), re.IGNORECASE)
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
        self._before = MarkdownLines()  # the position at which the thought began
        self._mused = False  # a thought was read since that position
        self._held: list[str] | None = None  # the text that may still turn out to be a thought
        self._size = 0
        self._is_word = False  # the text held back begins with a tag that looks like a word
        self._mentioned = False  # the answer speaks about the tags
        self._first = FirstWords()

    def feed(self, delta: str) -> tuple[str, str]:
        """The text and the thought that are certain by now."""
        self._pending += delta
        self._read(_decided(self._pending))
        return self._taken()

    def close(self) -> tuple[str, str]:
        """The text and the thought that were held back; the stream has ended."""
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
            if tag in _OPENING and self._opens(piece, behind):
                continue
            if tag in _CLOSING and self._closes(piece, behind):
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
        """Whether this tag opens a thought, or possibly opens one; the filter then starts to read or to hold it."""
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
        """Whether this is a second tag inside a thought; a tag right after the first one only repeats the first."""
        if not self._line.is_bare or self._depth == _DEEPEST:
            return False
        self._depth += self._mused
        self._thought.append(piece)
        self._line.take(piece)
        return True

    def _closes(self, piece: str, behind: str) -> bool:
        """Whether this tag ends a thought; a closing tag without a beginning is dropped."""
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
        """Whether the text held back was a thought; it was none if both tags are words of a text about the tags."""
        held = self._held or []
        if self._is_word and self._line.last in _BEFORE_WORD and behind in _BEHIND_WORD:
            return False
        begun = 0 if self._depth else 1  # the tag itself is not part of the thought
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
        """Treat the text held back as text of the answer."""
        if self._held is None:
            return
        self._mentioned = self._mentioned or self._depth == 0
        held, self._held, self._depth = self._held, None, 0
        for piece in held:
            self._text += self._first.say(piece)


def _decided(text: str) -> int:
    """How many characters are final: further text can no longer make them part of another tag or run of ticks."""
    begun = max(text.rfind(mark, max(0, len(text) - _LONGEST_TAG)) for mark in "<◁")
    tail = text[begun:].lower() if begun >= 0 else ""
    return begun if tail and any(tag.startswith(tail) for tag in (*_OPENING, *_CLOSING)) else decided(text)


def without_tags(thought: str) -> str:
    """The thought without the tags that were repeated in it."""
    return _TAG.sub("", thought).strip()
