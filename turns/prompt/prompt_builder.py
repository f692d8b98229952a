"""Everything that the app gets with a question: the words, the thread around them, the files."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from conversation_store import ThreadRecord
from dify_app import DifyApp, PlacedFile
from errors import FileRefused
from json_fields import mappings_of
from message import Message, moment
from slack_api import UserInfo, name_of
from turns.files import Attachments, SlackFile, name_lists
from turns.prompt.author import Author
from turns.prompt.thread_excerpt import Excerpt, Visibility, Voice, excerpt, is_before, people_in, written
from turns.prompt.thread_reading import ThreadReading
from wording import Say


@dataclass(frozen=True, slots=True)
class Prompt:
    """`preface` is what others said in the thread, with a heading; it comes before the query.

    `context` holds the same text as `slack_thread`, for an app that declares this variable. `left_out` are files that
    could not be passed on, `passed` the names of the `files`. If `query` is empty, there is nothing to ask.
    """

    query: str
    context: Mapping[str, str]
    preface: str = ""
    files: tuple[PlacedFile, ...] = ()
    passed: tuple[str, ...] = ()
    left_out: tuple[FileRefused, ...] = ()


class PromptBuilder:
    """Writes the prompt for one message. `people` gives the users of some ids and never raises."""

    def __init__(
        self,
        app: DifyApp,
        author: Author,
        circle: Visibility,
        reading: ThreadReading,
        attachments: Attachments,
        people: Callable[[Iterable[str]], Mapping[str, UserInfo]],
    ) -> None:
        self._message: Message = circle.message
        self._app = app
        self._author = author
        self._circle = circle
        self._reading = reading
        self._attachments = attachments
        self._people = people

    @cached_property
    def words(self) -> str:
        """The words of the message itself."""
        return self._author.query

    def is_empty(self) -> bool:
        """Whether the message has neither words nor files."""
        return not self.words and not self.files

    @cached_property
    def files(self) -> tuple[SlackFile, ...]:
        """The message's own files. A mention's event may lack them: then the message is read where they matter."""
        message = self._message
        if message.files or message.source != "app_mention":
            return message.files
        if self.words and not self._attachments.wanted():
            return ()
        return _files_of(self._reading.message())

    def write(self, record: ThreadRecord, working: Callable[[Say], None], *, lost: bool = False) -> Prompt:
        """Read the thread and bring the files. `working` is called with the sentence for what happens now.

        `lost`: the app has lost the conversation, so it gets the whole thread, with its own answers.
        """
        begins = lost or not record.conversation_id
        thread = self._thread(record, begins=begins, ours=lost or self._app.forgets, working=working)
        files = [*self.files, *self._root_files(begins=begins)]
        if files:
            working(Say.READING_FILES)
        brought = self._attachments.bring(files) if files else []
        placed = tuple(file for file in brought if isinstance(file, PlacedFile))
        query = self.words or (self._only_files() if placed else "")
        heading = Say.THREAD_BEFORE if begins else Say.THREAD_SINCE
        return Prompt(
            query=query,
            context={**self._author.context(), "slack_thread": thread},
            preface=self._preface(heading, thread) if thread else "",
            files=placed,
            passed=tuple(
                name_of(file)
                for file, what in zip(files, brought, strict=False)
                if isinstance(what, PlacedFile)
            ),
            left_out=tuple(file for file in brought if isinstance(file, FileRefused)),
        )

    def _preface(self, heading: Say, thread: str) -> str:
        asks = self._author.say(Say.THREAD_ASKS, name=self._author.name)
        return f"{self._author.say(heading)}\n{thread}\n\n{asks}\n"

    def _thread(
        self, record: ThreadRecord, *, begins: bool, ours: bool, working: Callable[[Say], None]
    ) -> str:
        """What others wrote: all of that for an app that does not know this thread yet, otherwise what is new."""
        message = self._message
        if message.is_dm or not message.is_reply:
            return ""
        asked = [ts for ts in record.handled if ts != message.ts and ts not in record.unasked]
        if begins:
            working(Say.READING_THREAD)
        after = "" if begins else _latest_before(message.ts, asked) or record.last_answer_ts
        found = excerpt(
            self._reading.after(after),
            self._circle,
            after=after,
            handled=() if begins else asked,
            ours=ours,
        )
        return self._written(found) if found.messages else ""

    def _written(self, found: Excerpt) -> str:
        people = self._people(people_in(found))
        marks = {
            Voice.APP: self._author.say(Say.MARK_APP),
            Voice.OURS: self._author.say(Say.MARK_APP),
            Voice.EXTERNAL: self._author.say(Say.MARK_EXTERNAL),
        }

        def name(user_id: str) -> str:
            user = people.get(user_id)
            return user.name if user and user.known else ""

        return written(found, name, marks, self._message.bot_user_id)

    def _root_files(self, *, begins: bool) -> tuple[SlackFile, ...]:
        """The files of the thread's first message, for an app that did not get them with an earlier question."""
        message = self._message
        if not message.is_reply or not (begins or (not self.files and self._attachments.required())):
            return ()
        if not self._attachments.wanted():
            return ()  # the member did not send these files with the question, so no note tells of them
        root = self._reading.root()
        if self._circle.voice(root) not in {Voice.MEMBER, Voice.EXTERNAL, Voice.APP}:
            return ()
        ours = {file.get("id") for file in self.files}
        return tuple(file for file in _files_of(root) if file.get("id") not in ours)

    def _only_files(self) -> str:
        names = [name_of(file) for file in self.files]
        return self._author.say(Say.ONLY_FILES, name=name_lists(names)[0])


def _files_of(raw: Mapping[str, Any]) -> tuple[SlackFile, ...]:
    return tuple(mappings_of(raw, "files"))


def _latest_before(ts: str, others: Iterable[str]) -> str:
    return max((other for other in others if is_before(other, ts)), key=moment, default="")
