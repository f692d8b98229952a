"""The text of an answer while it arrives: thoughts and Dify's own images are taken out, replacements are applied."""

from clock import in_turns
from dify_app.answer import AnswerEvent, FileProduced, TextDelta, TextReplaced, Thought
from dify_app.stream.citations import NewFiles
from dify_app.stream.images import ImageFilter
from dify_app.stream.think import MOST_HELD, ThinkFilter, without_tags

Events = list[AnswerEvent]

SLICE = 500  # characters that the filters read at once; some apps send the text of a whole book in one event


class Speech:
    """Filters the text of one answer. `spoke`: text came or was replaced, so the outputs do not become the answer."""

    def __init__(self, files: NewFiles) -> None:
        self.spoke = False
        self._files = files
        self._think = ThinkFilter()
        self._images = ImageFilter(files.owns)
        self._source: object = None
        self._thoughts = ""  # their beginning

    def delta(self, text: str, source: object = None) -> Events:
        """Append text of one model. Text of another is filtered anew, so an unclosed `<think>` hides only its own."""
        if not text:
            return []
        events = self.flush() if source != self._source else []
        self._source = source
        return events + self._fed(text)

    def whole(self, text: str) -> Events:
        """Append a text that arrives complete in one event."""
        return self._fed(text) + self.flush()

    def outputs(self, text: str) -> Events:
        """Append the text of the outputs. Thoughts in it are left out if thoughts were streamed: they are the same."""
        if not self._thoughts:
            return self.whole(text)
        think = ThinkFilter()
        return self.whole(think.feed(text)[0] + think.close()[0])

    def replaced(self, text: str) -> Events:
        """Replace the whole answer (moderation); text that was held back is dropped too."""
        events = Speech(self._files).whole(text)
        self._think, self._images, self.spoke = ThinkFilter(), ImageFilter(self._files.owns), True
        said = "".join(event.text for event in events if isinstance(event, TextDelta))
        return [TextReplaced(said), *(event for event in events if isinstance(event, FileProduced))]

    def flush(self) -> Events:
        """The text that the filters held back; it can no longer become a tag or an image."""
        events = self._said(*self._think.close())
        self._think = ThinkFilter()
        return events + _shown(self._images.close())

    def unsaid(self) -> Events:
        """At the end of an answer without words: its thoughts as the answer, since a model may never close the tag."""
        return [] if self.spoke else self._said(without_tags(self._thoughts), "") + self.flush()

    def _fed(self, text: str) -> Events:
        """Filter the text in slices; other greenlets may run between two slices."""
        slices = (text[begin : begin + SLICE] for begin in range(0, len(text), SLICE))
        return [event for piece in in_turns(slices) for event in self._said(*self._think.feed(piece))]

    def _said(self, text: str, thought: str) -> Events:
        self.spoke = self.spoke or bool(text.strip())
        self._thoughts += thought[: MOST_HELD - len(self._thoughts)]
        text, files = self._images.feed(text)
        said: Events = [Thought(thought)] if thought else []
        return [*said, *_shown(text), *self._files.take(files)]


def _shown(text: str) -> Events:
    return [TextDelta(text)] if text else []
