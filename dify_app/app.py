"""One Dify app, asked over one of its ways, always streaming (docs/platform/dify.md#blocking-calls)."""

import logging
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from gevent.lock import BoundedSemaphore

from dify_app.answer import AnswerEvent, ConversationStarted, FilesDropped, FormTaken, QuestionCut, RunStarted
from dify_app.coverage import Covered, coverage
from dify_app.faults import DIFY_BROKE, classify, refuses_files
from dify_app.form import AppCache, AppForm, Variable
from dify_app.inputs import THREAD, checked, is_empty, known_values, query_variable, with_query
from dify_app.port import (
    PING,
    AppCall,
    AppPort,
    Conversation,
    FollowedRun,
    FormAnswer,
    Stream,
    Via,
    WaitingForm,
)
from dify_app.stream import AppKind, Reducer, RunOptions
from dify_app.uploads import FileSlot, OfferedFile, PlacedFile, place
from dify_app.ways import Ways
from errors import (
    ApiAway,
    ApiRefused,
    AppMisconfigured,
    CompletionApp,
    ConversationLost,
    DifyError,
    DifyUnavailable,
    FileRefused,
    FormRefused,
    Incomplete,
    SpeechOff,
)

_log = logging.getLogger("slack_bridge.dify")  # the daemon receives the lines of the parent logger


@dataclass(frozen=True, slots=True)
class Question:
    """What the app is asked.

    `context` holds Slack's facts by variable name (README.md#what-the-app-learns). `preface` is what other members
    said before: it is put before the query only if the app keeps conversations and declares no `slack_thread`, since
    the query of any other app goes into a variable, which is often short.
    """

    query: str
    context: Mapping[str, str]
    files: tuple[PlacedFile, ...] = ()
    preface: str = ""


@dataclass(frozen=True, slots=True)
class KeyOwner:
    """The app that an API key is of: its name and mode in Dify's words.

    `is_same`: whether its form is that of the app the key was given for; None where no plugin may read that form.
    """

    name: str
    mode: str
    is_same: bool | None


class DifyApp:
    """An app, for one turn. `cache` belongs to the process; the names of the ways keep the apps in it apart."""

    def __init__(
        self,
        ways: Ways,
        admin_inputs: Mapping[str, Any],
        cache: AppCache,
        options: RunOptions = RunOptions(),  # noqa: B008 - frozen
    ) -> None:
        self._ways = ways
        self._admin_inputs = admin_inputs
        self._filled = frozenset(name for name, value in admin_inputs.items() if not is_empty(value))
        self._cache = cache
        self._options = options
        self._fetching = BoundedSemaphore()  # a second caller waits for the form that is being fetched
        self._began = False

    @property
    def via(self) -> Via:
        """The way that is taken."""
        return self._way.via

    @property
    def _way(self) -> AppPort:
        return self._ways.current

    def speak(self, locale: str) -> None:
        """Name tools in this language from now on. `locale` is written as Dify writes it, such as ja_JP."""
        self._options = replace(self._options, locale=locale)

    def begin(self, known: Conversation) -> Conversation:
        """Choose the way for this turn, and tell the conversation that it goes on with: `known`, or a new one.

        From here on only `fall_back` changes the way. The prompt and the files must be made after this call.
        """
        if self.via == "api":
            with suppress(DifyError):
                self.form()
        self._began = True
        return self._ways.begin(known)

    def fall_back(self, error: DifyError) -> bool:
        """Take the plugin way, if the error says that the Service API did not take the call, so that nothing ran.

        Then `begin` must be called anew, since conversations and files belong to a way. False if there is no other way.
        """
        return isinstance(error, ApiAway | ApiRefused) and self._ways.fall_back(error)

    @property
    def why_not_api(self) -> DifyError | None:
        """Why the Service API is not asked although there is a key."""
        return self._ways.why_not

    def form(self) -> AppForm:
        """The app's form, opener and limits. Raises DifyError."""
        way = self._way
        try:
            return self._form()
        except DifyError as error:
            # To read a form runs nothing, so before the turn has begun any failure to reach the API changes the way.
            away = way.via == "api" and isinstance(error, ApiRefused | DifyUnavailable)
            if self._began or not away or not (self._way is not way or self._ways.fall_back(error)):
                raise
            return self._form()

    def _form(self) -> AppForm:
        with self._fetching:
            way = self._way
            form = self._cache.form(way.known_as, way.fetch)
            if form.kind:
                self._cache.kinds[way.known_as] = form.kind
            return form

    def form_now(self) -> AppForm:
        """The same as `form`, asked anew. Raises DifyError."""
        self._cache.forget(self._way.known_as)
        return self.form()

    def owner_of_key(self) -> KeyOwner | None:
        """Whose app the API key is of, asked anew; None without a key. Raises DifyError, as a call with the key would.

        Dify tells no app's id to a key. Both ways tell the same form of one app, so another form is another app
        (docs/platform/dify-service-api.md#key-of-an-app).
        """
        api, plugin = self._ways.api, self._ways.plugin
        if api is None:
            return None
        for way in (api, plugin):
            self._cache.forget(way.known_as)
        told = self._cache.form(api.known_as, api.fetch)
        try:
            own = self._cache.form(plugin.known_as, plugin.fetch)
        except DifyError:
            return KeyOwner(told.name, told.mode, None)
        return KeyOwner(told.name, told.mode, replace(told, name="", mode="") == own)

    def kind(self) -> AppKind | None:
        """The kind of the app, None where neither an answer nor a test call tells it yet. Raises DifyError."""
        form = self.form()
        variable = query_variable(form, known_values(form, self._admin_inputs, {}))
        return self._kind("", variable) if variable else self._cache.kinds.get(self._way.known_as)

    def coverage(self, facts: Collection[str]) -> list[Covered]:
        """By what each required variable is filled. `facts` are names that Slack fills. Raises DifyError."""
        chats = self.kind() in {"chat", None}
        return coverage(self.form(), self._admin_inputs, facts, keeps_conversations=chats)

    @property
    def forgets(self) -> bool:
        """Whether the app is known to keep no conversations, so that earlier messages are found only in the thread."""
        return self._cache.kinds.get(self._way.known_as, "chat") != "chat"

    def takes_files(self) -> bool:
        """Whether a file of the question has a place in a call. Raises DifyError."""
        return bool(self._free())

    def needs_file(self) -> bool:
        """Whether the form requires a file variable that the admin left empty. Raises DifyError."""
        return any(variable.required for variable in self._free())

    def _free(self) -> list[Variable]:
        """The places for files: variables that the admin left empty, and at last those beside the form."""
        form = self.form()
        free = [variable for variable in form.file_variables if variable.name not in self._filled]
        if self.via == "api" and form.sys_files and form.kind != "workflow":
            free.append(form.sys_files)
        return free

    def suggested(self, message_id: str) -> tuple[str, ...]:
        """The questions that Dify suggests after its message. Raises DifyError."""
        return self._way.suggested(message_id)

    def place(self, files: Sequence[OfferedFile]) -> list[FileSlot | FileRefused]:
        """Where each file would go in the form. Raises DifyError."""
        return place(self.form(), self._free(), files)

    def upload(self, slot: FileSlot, content: bytes) -> PlacedFile:
        """Upload a file for the question. Raises FileRefused."""
        return self._way.upload(slot, content)

    def takes(self, file: OfferedFile) -> bool:
        """Whether a file of this type and size has a place in a call. Raises DifyError."""
        return not isinstance(self.place([file])[0], FileRefused)

    def hears(self) -> bool:
        """Whether recordings can become text: over the Service API alone, if the app has that on. Raises DifyError."""
        return self.via == "api" and self.form().hears

    def transcribe(self, name: str, mimetype: str, content: bytes) -> str:
        """The words of a recording, never empty.

        Raises NotHeard; SpeechOff if the app hears no more; ApiAway or ApiRefused if the way took nothing at all.
        """
        way = self._way
        try:
            return way.transcribe(name, mimetype, content)
        except SpeechOff:
            self._cache.forget(way.known_as)
            raise

    def stop(self, task_id: str) -> None:
        """Stop the run of this name, where the way has a call for that. Never raises."""
        try:
            self._way.stop(task_id, self.form().mode)
        except DifyError as error:
            _log.warning("a run could not be stopped: %s", error.kind)

    def ask(
        self, question: Question, conversation_id: str = "", anew: Callable[[], Question] | None = None
    ) -> Generator[AnswerEvent]:
        """Run the app once and yield what it says. Close the iterator if it is not read to its end.

        Dify refuses a lost conversation, or files that it cannot find, before anything runs. Only then the app is
        asked once more: after a lost conversation with the question that `anew` returns, since the app has forgotten
        everything, or else without the files. Raises DifyError; InputMissing is raised only before a run, the other
        errors at any time.
        """
        try:
            yield from self._ask(question, conversation_id)
        except ConversationLost:
            yield from self._ask(anew() if anew else question, "")

    def _ask(self, question: Question, conversation_id: str) -> Iterator[AnswerEvent]:
        call, cut_to = self._call(question, conversation_id)
        if cut_to is not None:
            yield QuestionCut(cut_to)
        try:
            yield from self._run(call)
        except AppMisconfigured as error:
            if not question.files or not refuses_files(error):
                raise
            yield FilesDropped("file_not_owned")
            without, _ = self._call(replace(question, files=()), conversation_id)
            yield from self._run(without)

    def _call(self, question: Question, conversation_id: str) -> tuple[AppCall, int | None]:
        """What goes to Dify; and the number of characters kept of a question that was too long."""
        query = question.preface + question.query
        try:
            form = self.form()
        except DifyError:
            if self.via == "api":
                raise
            # If the form is wrong, the run itself gives a better error.
            return self._called(query, dict(self._admin_inputs), conversation_id), None
        values = known_values(form, self._admin_inputs, question.context, question.files)
        variable = query_variable(form, values)
        if variable and self._kind(conversation_id, variable) != "chat":
            inputs = checked(form, with_query(form, values, question.query))
            cut = inputs[variable.name] != question.query
            # A completion app reads a query as one more message (docs/platform/dify-service-api.md#routes-by-kind).
            call = self._called("", inputs, conversation_id, form.mode)
            return call, variable.max_length if cut else None
        if any(variable.name == THREAD for variable in form.variables):
            query = question.query
        return self._called(query, checked(form, values), conversation_id, form.mode), None

    def _called(self, query: str, inputs: dict[str, Any], conversation_id: str, mode: str = "") -> AppCall:
        kind = "chat" if conversation_id else self._cache.kinds.get(self._way.known_as)
        return AppCall(query, inputs, conversation_id, kind, mode)

    def _kind(self, conversation_id: str, variable: Variable) -> AppKind:
        if conversation_id:
            return "chat"
        known_as = self._way.known_as
        if known_as not in self._cache.kinds:
            try:
                self._cache.kinds[known_as] = self._way.probe_kind(variable)
            except DifyUnavailable as error:
                if error.kind == DIFY_BROKE and self._still_tells_form():
                    raise CompletionApp from error
                raise
        return self._cache.kinds[known_as]

    def _still_tells_form(self) -> bool:
        """Whether Dify works and knows the app, although the test call failed inside Dify."""
        self._cache.forget(self._way.known_as)
        try:
            self.form()
        except DifyError:
            return False
        return True

    @property
    def takes_forms(self) -> bool:
        """Whether `answer_form` can reach Dify."""
        return self._ways.takes_forms()

    def answer_form(self, form: WaitingForm, answer: FormAnswer) -> Generator[AnswerEvent]:
        """Answer a form that a paused run waits for: `FormTaken` first, and then what the app says, if it goes on here.

        Raises DifyError: FormRefused if Dify does not take the answer.
        """
        way = self._ways.of_run(form)
        if way is not None:
            try:
                yield from self._go_on(way, form, answer)
            except (ApiAway, ApiRefused):
                pass  # nothing was answered yet, and the other route needs no key
            else:
                return
        route = self._ways.open_forms
        if route is None:
            raise FormRefused("form_gone")
        route.answer(form, answer)
        yield FormTaken(goes_on=False)

    def _go_on(self, way: AppPort, form: WaitingForm, answer: FormAnswer) -> Iterator[AnswerEvent]:
        with way.go_on(form, answer) as stream:
            next(stream)
            yield FormTaken(goes_on=True)
            for event in self._read(stream, way.known_as):
                if not isinstance(event, ConversationStarted):  # the thread may be in another one by now
                    yield event

    def follow(self, run: FollowedRun) -> Generator[AnswerEvent]:
        """What a run says from now on, and at its end its whole answer once more. Raises DifyError.

        Dify tells nothing of what came before (docs/platform/dify-service-api.md#run-events).
        """
        self._began = True
        way = self._ways.of_open_run(Conversation(run.conversation_id, "api", run.user))
        with way.follow(run) as stream:
            for event in self._read(
                stream, way.known_as, follows="chat" if run.conversation_id else "workflow"
            ):
                if not isinstance(event, RunStarted):  # a run that has ended does not tell all its names
                    yield event

    def _run(self, call: AppCall) -> Iterator[AnswerEvent]:
        way = self._way
        with way.stream(call) as stream:
            yield from self._read(stream, way.known_as, call.conversation_id)

    def _read(
        self, stream: Stream, known_as: str, conversation_id: str = "", follows: AppKind | None = None
    ) -> Iterator[AnswerEvent]:
        """What the app says. `conversation_id` is the one that was sent, "" for none; `follows` as in Reducer."""
        reducer = Reducer(self._options, follows=follows)
        fault: DifyError | None = None
        begun = False
        named = reducer.run
        while not reducer.over:
            try:
                raw = next(stream, None)
            except Exception as error:  # noqa: BLE001 - bare Exceptions: docs/platform/dify.md#error-texts
                fault = classify(error, conversation_id="" if begun else conversation_id)
                break
            if raw is None or (reducer.finished and raw.get("event") == PING):
                break  # behind the answer's own end, a ping says that nothing more is due
            begun = True
            events = reducer.feed(raw)
            if reducer.run != named:
                named = reducer.run
                yield named
            yield from events
            if reducer.kind:
                self._cache.kinds[known_as] = reducer.kind
        yield from reducer.close()
        if not reducer.finished:
            raise fault or Incomplete()
        if reducer.fault:
            raise reducer.fault
