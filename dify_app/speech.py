"""The text of an answer while it comes: thoughts and Dify's own images taken out, replacements obeyed."""

from collections.abc import Callable

from dify_app.answer import AnswerEvent, TextDelta, TextReplaced, Thought
from dify_app.citations import NewFiles
from dify_app.images import ImageFilter
from dify_app.think import ThinkFilter

Events = list[AnswerEvent]


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
        return events + self._said(*self._think.feed(text))

    def whole(self, text: str) -> Events:
        """A text that comes at once."""
        return (self._said(*self._think.feed(text)) if text else []) + self.flush()

    def replaced(self, text: str) -> Events:
        """The whole answer anew (moderation); what was held back is void too."""
        think, images = ThinkFilter(), ImageFilter(self._owns)
        text = think.feed(text)[0] + think.close()[0]
        shown, files = images.feed(text)
        self._think, self._images = ThinkFilter(), ImageFilter(self._owns)
        self.spoke = True
        return [TextReplaced(shown + images.close()), *self._files.take(files)]

    def flush(self) -> Events:
        """What the filters held back, now that it cannot become a tag or an image any more."""
        text, thought = self._think.close()
        events = self._said(text, thought)
        self._think = ThinkFilter()
        return events + self._shown(self._images.close())

    def _said(self, text: str, thought: str) -> Events:
        self.spoke = self.spoke or bool(text.strip())
        text, files = self._images.feed(text)
        said: Events = [Thought(thought)] if thought else []
        return [*said, *self._shown(text), *self._files.take(files)]

    def _shown(self, text: str) -> Events:
        return [TextDelta(text)] if text else []
