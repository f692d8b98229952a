"""The text of an answer while it comes: thoughts and Dify's own images taken out, replacements obeyed."""

from collections.abc import Callable, Iterator

from clock import in_turns
from dify_app.answer import AnswerEvent, FileProduced, TextDelta, TextReplaced, Thought
from dify_app.stream.citations import NewFiles
from dify_app.stream.images import ImageFilter
from dify_app.stream.think import ThinkFilter

Events = list[AnswerEvent]

SLICE = 500
"""Characters that the filters read at a stretch: some apps bring a whole book in one event."""


class Speech:
    """`spoke`: something was said or replaced, so that a run's outputs are no answer of their own.

    `owns` tells the addresses of files on Dify: their images become files, each told once by `files`.
    """

    def __init__(self, files: NewFiles, owns: Callable[[str], bool]) -> None:
        self.spoke = False
        self._files = files
        self._owns = owns
        self._think = ThinkFilter()
        self._images = ImageFilter(owns)
        self._source: object = None

    def delta(self, text: str, source: object = None) -> Events:
        """Append text of one model; another one's begins afresh: an unclosed `<think>` costs only its own."""
        if not text:
            return []
        events = self.flush() if source != self._source else []
        self._source = source
        return events + self._fed(text)

    def whole(self, text: str) -> Events:
        """A text that comes at once."""
        return self._fed(text) + self.flush()

    def replaced(self, text: str) -> Events:
        """The whole answer anew (moderation); what was held back is void too."""
        self._think, self._images = ThinkFilter(), ImageFilter(self._owns)
        events = self.whole(text)
        self._images = ImageFilter(self._owns)
        self.spoke = True
        said = "".join(event.text for event in events if isinstance(event, TextDelta))
        return [TextReplaced(said), *(event for event in events if isinstance(event, FileProduced))]

    def flush(self) -> Events:
        """What the filters held back, now that it cannot become a tag or an image any more."""
        text, thought = self._think.close()
        events = self._said(text, thought)
        self._think = ThinkFilter()
        return events + self._shown(self._images.close())

    def _fed(self, text: str) -> Events:
        """The text in slices, between which other greenlets get their turn."""
        return [event for piece in in_turns(_slices(text)) for event in self._said(*self._think.feed(piece))]

    def _said(self, text: str, thought: str) -> Events:
        self.spoke = self.spoke or bool(text.strip())
        text, files = self._images.feed(text)
        said: Events = [Thought(thought)] if thought else []
        return [*said, *self._shown(text), *self._files.take(files)]

    def _shown(self, text: str) -> Events:
        return [TextDelta(text)] if text else []


def _slices(text: str) -> Iterator[str]:
    return (text[begin : begin + SLICE] for begin in range(0, len(text), SLICE))
