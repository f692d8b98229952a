"""Tells what a model thinks (`<think>`) apart from what it says, wherever the stream is cut into pieces.

The tag counts in upper and lower case and without attributes, but not in code and not as a word of a sentence. At the
beginning of an answer or of a line it certainly opens a thought, which lasts to the end if no tag closes it. Within a
line it may be text about the tag, but agents also write it right after the text of the last round. So the text after
it is held back: it was a thought if a `</think>` follows, and is text if none does. A `</think>` without its beginning
is dropped, since some templates put the opening tag into the prompt; the text before it stays.
"""

import re
from copy import copy

from dify_app.stream.lines import BLANKS, MarkdownLines

MOST_HELD = 20_000  # characters held back in doubt; a longer thought is shown, so that no answer is lost
MOST_LEAD = 1_000  # pieces of blanks kept before the first word; nobody sees further ones
_OPENING = ("<think>", "<thinking>", "<reasoning>", "◁think▷")
_CLOSING = tuple(f"{tag[0]}/{tag[1:]}" for tag in _OPENING)
_BEGUN = frozenset(tag[:length] for tag in _OPENING + _CLOSING for length in range(1, len(tag) + 1))
_TAG = re.compile("|".join(_OPENING + _CLOSING), re.IGNORECASE)
_PIECE = re.compile(rf"{_TAG.pattern}|(?:[^<◁]++|(?!{_TAG.pattern})[<◁])+", re.IGNORECASE)
_LINES = re.compile(r"\n|[^\n]+")
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
        self._first = FirstWords()
        self._depth = 0
        self._line = MarkdownLines()
        self._before = MarkdownLines()  # the position at which the thought began
        self._mused = False  # a thought was read since that position
        self._held: list[str] | None = None  # the text that may still turn out to be a thought
        self._size = 0  # characters held
        self._mentioned = False  # the answer speaks about the tags

    def feed(self, delta: str) -> tuple[str, str]:
        """The text and the thought that are certain by now."""
        self._pending += delta
        return self._read(_decided(self._pending))

    def close(self) -> tuple[str, str]:
        """The text and the thought that were held back; the stream has ended."""
        _, thought = self._read(len(self._pending))
        self._give_back()
        return "".join([*self._text, *self._first.close()]), thought

    def _read(self, end: int) -> tuple[str, str]:
        self._text, self._thought = [], []
        for found in _PIECE.finditer(self._pending, 0, end):
            piece, tag = found.group(), found.group().lower()
            behind = self._pending[found.end() : found.end() + 1]
            if tag in _OPENING and self._opens(piece, behind):
                continue
            if tag in _CLOSING and self._closes(piece, behind):
                continue
            self._line.take(piece)
            if self._held is not None:
                self._held.append(piece)
                self._size += len(piece)
                if self._size > MOST_HELD:
                    self._give_back()
            elif self._depth:
                self._mused = self._mused or bool(piece.strip())
                self._thought.append(piece)
            else:
                self._text += self._first.say(piece)
        self._pending = self._pending[end:]
        return "".join(self._text), "".join(self._thought)

    def _opens(self, piece: str, behind: str) -> bool:
        """Whether this tag opens a thought, or possibly opens one; the filter then starts to read or to hold it."""
        line = self._line
        if self._depth and self._held is None:
            if not line.is_bare or self._depth == _DEEPEST:
                return False
            self._depth += self._mused  # a tag right after the first one only repeats the first
            self._thought.append(piece)
            line.take(piece)
            return True
        if line.in_block or (self._held is not None and not line.is_bare):
            return False
        if line.is_bare:
            self._give_back()
            self._first.thought()
            self._before, self._depth, self._mused = copy(line), 1, False
            return True
        is_word = (
            behind not in {"\n", "\r"} if line.in_span else _allows_word(line) and behind in _BEHIND_WORD
        )
        if is_word:
            self._mentioned = True
            return False
        self._before = copy(line)
        self._held, self._size = [piece], len(piece)
        line.take(piece)
        return True

    def _closes(self, piece: str, behind: str) -> bool:
        """Whether this tag ends a thought, or is dropped because it has no beginning."""
        line, held = self._line, self._held
        if held and not self._depth:  # both tags may be words of a text about the tags
            if _allows_word(self._before) and line.last in _BEFORE_WORD and behind in _BEHIND_WORD:
                return False
            held = held[1:]
            if "".join(held).strip() in _ELLIPSES:
                self._give_back()
                return False
        elif self._depth == _DEEPEST:  # the thought may go on, or the first tag was never meant to be closed
            self._thought.append(piece)
        elif not self._depth:  # the tag has no beginning
            if self._mentioned or line.in_block or line.in_span or _allows_word(line):
                return False
            self._first.thought()
            return True
        self._thought += held or []
        self._depth = max(self._depth - 1, 0)
        self._held, self._size = [] if self._depth else None, 0
        self._line = copy(self._before)
        return True

    def _give_back(self) -> None:
        """Treat the text held back as text of the answer."""
        if self._held is not None:
            self._mentioned = self._mentioned or not self._depth
            for piece in self._held:
                self._text += self._first.say(piece)
            self._held, self._depth = None, 0


class FirstWords:
    """Passes an answer's text on. Blanks before the first word are dropped if there was a thought, and else kept."""

    def __init__(self) -> None:
        self._spoken = False
        self._lead: list[str] = []
        self._after_thought = False
        self._fresh = False  # the line in which the thought ended is over

    def thought(self) -> None:
        """Note that a thought stands at this point."""
        self._lead, self._after_thought, self._fresh = [], True, False

    def say(self, piece: str) -> list[str]:
        """The pieces of text that can be shown now."""
        if self._spoken:
            return [piece]
        return [shown for line in _LINES.findall(piece) for shown in self._say(line)]

    def _say(self, piece: str) -> list[str]:
        if self._spoken:
            return [piece]
        if self._after_thought and piece == "\n":  # blank lines go; the indent of the first word's line stays
            self._lead, self._fresh = [], True
            return []
        if self._after_thought and not self._fresh:
            piece = piece.lstrip(BLANKS)
        self._spoken = bool(piece.strip(BLANKS + "\n"))
        if self._spoken:
            return [*self._lead, piece]
        if len(self._lead) < MOST_LEAD:
            self._lead.append(piece)
        return []

    def close(self) -> list[str]:
        """The blanks that were kept, for an answer that has no words at all."""
        return [] if self._spoken or self._after_thought else self._lead


def without_tags(thought: str) -> str:
    """The thought without the tags that were repeated in it."""
    return _TAG.sub("", thought).strip()


def _allows_word(line: MarkdownLines) -> bool:
    """Whether a tag at this position could be a word of a sentence, judged by what stands before it."""
    return line.last in _BEFORE_WORD and not line.begins


def _decided(text: str) -> int:
    """How many characters are final: further text can no longer make them part of another tag."""
    tail = text[max(map(text.rfind, "<◁")) :]
    return len(text) - len(tail) if tail.lower() in _BEGUN else len(text)
