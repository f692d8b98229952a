"""Everything that the app gets with a question: the words, the thread around them, the files."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import zip_longest

from conversation_store import ThreadRecord
from dify_app import DifyApp, PlacedFile
from errors import FileRefused, NotHeard
from json_fields import text_of
from message import files_of, moment
from slack_api import name_of
from turns.files import Attachments, Brought, Heard, Recordings, SlackFile, name_lists
from turns.prompt.author import Author
from turns.prompt.thread_excerpt import SHOWN, Visibility, Voice, excerpt, is_before, people_in, written
from turns.prompt.thread_reading import ThreadReading
from wording import Say

_SPEAKERS = {Voice.MEMBER, Voice.EXTERNAL, Voice.OURS}


@dataclass(frozen=True, slots=True)
class Prompt:
    """`preface` is what others said in the thread, with a heading; it comes before the query.

    `context` holds the same text as `slack_thread`, for an app that declares this variable. `left_out` are files that
    could not be passed on, `passed` the names of the `files`. If `query` is empty, there is nothing to ask.
    `transcript` is what of the query was heard in recordings.
    """

    query: str
    context: Mapping[str, str]
    preface: str = ""
    files: tuple[PlacedFile, ...] = ()
    passed: tuple[str, ...] = ()
    left_out: tuple[FileRefused, ...] = ()
    transcript: str = ""


@dataclass(frozen=True)
class PromptBuilder:
    """Writes the prompt for one message."""

    app: DifyApp
    author: Author
    circle: Visibility
    reading: ThreadReading
    attachments: Attachments
    recordings: Recordings

    def is_empty(self) -> bool:
        """Whether the message has neither words nor files."""
        return not self.author.query and not self.files

    @cached_property
    def files(self) -> Sequence[SlackFile]:
        """The message's own files. A mention's event may lack them: then the message is read where they matter."""
        message = self.circle.message
        if message.files or message.source != "app_mention":
            return message.files
        if self.author.query and not (self.attachments.wanted() or self.recordings.wanted()):
            return ()
        return files_of(self.reading.message())

    def answers_us(self) -> bool:
        """Whether an app wrote the message after one of ours in the thread, with no person's message between.

        Two bots could answer each other for ever. True also for a thread that can't be read.
        """
        message = self.circle.message
        if not (message.bot_id and message.is_reply):
            return False
        before = [raw for raw in self.reading.after("") if is_before(text_of(raw, "ts"), message.ts)]
        voices = [voice for voice in self.circle.voices(before) if voice in _SPEAKERS]
        return voices[-1] is Voice.OURS if voices else not before

    def write(self, record: ThreadRecord, working: Callable[[Say], None], *, lost: bool = False) -> Prompt:
        """Read the thread, listen to recordings and bring the files.

        `working` is called with the sentence for what happens now. `lost`: the app has lost the conversation, so it
        gets the whole thread, with its own answers. Raises ApiAway or ApiRefused, as `Recordings.listen` does.
        """
        begins = lost or not record.conversation_id
        thread = self._thread(record, begins=begins, ours=lost or self.app.forgets, working=working)
        heard = self.recordings.listen(self.files, working, alone=not self.author.query)
        files = [*self.files, *self._root_files(begins=begins)]
        if any(words is None for words in heard) or len(files) > len(heard):
            working(Say.READING_FILES)
        brought = self.attachments.bring(files) if files else []
        placed = tuple(file for file in brought if isinstance(file, PlacedFile))
        transcript = "\n\n".join(words for words in heard if isinstance(words, str))
        query = "\n\n".join(filter(None, [self.author.query, transcript]))
        if placed and not query:
            names = name_lists([name_of(file) for file in self.files])
            query = self.author.say(Say.ONLY_FILES, name=names[0])
        heading = Say.THREAD_BEFORE if begins else Say.THREAD_SINCE
        return Prompt(
            query=query,
            context={**self.author.context(), "slack_thread": thread},
            preface=self._preface(heading, thread) if thread else "",
            files=placed,
            passed=tuple(name_of(file) for file, what in zip(files, brought, strict=False) if what in placed),
            left_out=tuple(_left_out(heard, brought)),
            transcript=transcript,
        )

    def _preface(self, heading: Say, thread: str) -> str:
        asks = self.author.say(Say.THREAD_ASKS, name=self.author.name)
        return f"{self.author.say(heading)}\n{thread}\n\n{asks}\n"

    def read_ahead(self, record: ThreadRecord) -> None:
        """Read from Slack what `write` will read for an app that has not lost the conversation."""
        if self._in_thread:
            self.reading.after(self._since(record) if record.conversation_id else "")
        self.files  # noqa: B018 - is kept, and may be read from Slack

    @property
    def _in_thread(self) -> bool:
        """Whether the message has a thread around it. In a direct message the app knows what was said before."""
        message = self.circle.message
        return message.is_reply and not message.is_dm

    def _asked(self, record: ThreadRecord) -> list[str]:
        """The thread's messages that the app was asked before."""
        return [ts for ts in record.handled if ts != self.circle.message.ts and ts not in record.unasked]

    def _since(self, record: ThreadRecord) -> str:
        """The latest message up to which an app with a conversation knows the thread."""
        earlier = (ts for ts in self._asked(record) if is_before(ts, self.circle.message.ts))
        return max(earlier, key=moment, default="") or record.last_answer_ts

    def _thread(
        self, record: ThreadRecord, *, begins: bool, ours: bool, working: Callable[[Say], None]
    ) -> str:
        """What others wrote: all of that for an app that does not know this thread yet, otherwise what is new."""
        message = self.circle.message
        if not self._in_thread:
            return ""
        asked = self._asked(record)
        if begins:
            working(Say.READING_THREAD)
        after = "" if begins else self._since(record)
        handled = () if begins else asked
        found = excerpt(self.reading.after(after), self.circle, after=after, handled=handled, ours=ours)
        if not found:
            return ""
        an_app, an_outsider = self.author.say(Say.MARK_APP), self.author.say(Say.MARK_EXTERNAL)
        marks = {Voice.APP: an_app, Voice.OURS: an_app, Voice.EXTERNAL: an_outsider}
        return written(found, self.author.names(people_in(found)), marks, message.bot_user_id)

    def _root_files(self, *, begins: bool) -> Sequence[SlackFile]:
        """The files of the thread's first message, for an app that did not get them with an earlier question."""
        message = self.circle.message
        if not message.is_reply or not (begins or (not self.files and self.attachments.required())):
            return ()
        if not self.attachments.wanted():
            return ()  # the member did not send these files with the question, so no note tells of them
        root = self.reading.root()
        if self.circle.voice(root) not in SHOWN:
            return ()
        ours = {file.get("id") for file in self.files}
        return [file for file in files_of(root) if file.get("id") not in ours]


def _left_out(heard: Sequence[Heard], brought: Sequence[Brought]) -> Iterator[FileRefused]:
    """Recordings that gave no words, and files that were refused. A recording need not go as a file too."""
    yield from (words for words in heard if isinstance(words, NotHeard))
    for words, what in zip_longest(heard, brought):
        if words is None and isinstance(what, FileRefused):
            yield what
