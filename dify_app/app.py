"""One Dify app, asked over the SDK's reverse invocation, always streaming (docs/platform/dify.md#blocking-calls)."""

from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dify_app.answer import AnswerEvent, FilesDropped, QuestionCut
from dify_app.calls import AppCalls, open_stream, probe_kind
from dify_app.coverage import Covered, coverage
from dify_app.faults import DIFY_BROKE, classify, refuses_files
from dify_app.form import AppCache, AppForm, Variable
from dify_app.inputs import THREAD, checked, is_empty, known_values, query_variable, with_query
from dify_app.stream import AppKind, Reducer, RunOptions
from dify_app.uploads import FileSlot, OfferedFile, PlacedFile, place
from errors import (
    AppMisconfigured,
    CompletionApp,
    ConversationLost,
    DifyError,
    DifyUnavailable,
    FileRefused,
    Incomplete,
)


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


class DifyApp:
    """An app, for one request. `calls` is the SDK's `session.app`, which is valid only as long as the request.

    `cache` belongs to the process, which may serve several workspaces of Dify; `scope` keeps these apart.
    """

    def __init__(
        self,
        calls: AppCalls,
        app_id: str,
        admin_inputs: Mapping[str, Any],
        cache: AppCache,
        options: RunOptions = RunOptions(),  # noqa: B008 - frozen
        *,
        scope: str = "",
    ) -> None:
        self._calls = calls
        self._app_id = app_id
        self._known_as = f"{scope}/{app_id}" if scope else app_id
        self._admin_inputs = admin_inputs
        self._filled = {name for name, value in admin_inputs.items() if not is_empty(value)}
        self._cache = cache
        self._options = options

    def speak(self, locale: str) -> None:
        """Name tools in this language from now on. `locale` is written as Dify writes it, such as ja_JP."""
        self._options = replace(self._options, locale=locale)

    def form(self) -> AppForm:
        """The app's form, opener and limits. Raises DifyError."""
        return self._cache.form(self._known_as, lambda: self._calls.fetch_app(self._app_id))

    def form_now(self) -> AppForm:
        """The same as `form`, asked anew. Raises DifyError."""
        self._cache.forget(self._known_as)
        return self.form()

    def kind(self) -> AppKind | None:
        """The kind of the app, None where neither an answer nor a test call tells it yet. Raises DifyError."""
        form = self.form()
        variable = query_variable(form, known_values(form, self._admin_inputs, {}))
        return self._kind("", variable) if variable else self._cache.kinds.get(self._known_as)

    def coverage(self, facts: Collection[str]) -> list[Covered]:
        """By what each required variable is filled. `facts` are names that Slack fills. Raises DifyError."""
        chats = self.kind() in {"chat", None}
        return coverage(self.form(), self._admin_inputs, facts, keeps_conversations=chats)

    @property
    def forgets(self) -> bool:
        """Whether the app is known to keep no conversations, so that earlier messages are found only in the thread."""
        return self._cache.kinds.get(self._known_as, "chat") != "chat"

    def takes_files(self) -> bool:
        """Whether the admin left a file variable empty. Raises DifyError."""
        return bool(self._free())

    def needs_file(self) -> bool:
        """Whether the form requires a file variable that the admin left empty. Raises DifyError."""
        return any(variable.required for variable in self._free())

    def _free(self) -> list[Variable]:
        return [variable for variable in self.form().file_variables if variable.name not in self._filled]

    def place(self, files: Sequence[OfferedFile]) -> list[FileSlot | FileRefused]:
        """Where each file would go in the form. Raises DifyError."""
        return place(self.form(), self._filled, files)

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
        call = self._call(question, conversation_id)
        if call.cut_to is not None:
            yield QuestionCut(call.cut_to)
        try:
            yield from self._run(call, conversation_id)
        except AppMisconfigured as error:
            if not question.files or not refuses_files(error):
                raise
            yield FilesDropped("file_not_owned")
            without = self._call(replace(question, files=()), conversation_id)
            yield from self._run(without, conversation_id)

    def _call(self, question: Question, conversation_id: str) -> "_Call":
        query = question.preface + question.query
        try:
            form = self.form()
        except DifyError:
            # If the form is wrong, the run itself gives a better error.
            return _Call(query, dict(self._admin_inputs))
        values = known_values(form, self._admin_inputs, question.context, question.files)
        variable = query_variable(form, values)
        if variable and self._kind(conversation_id, variable) != "chat":
            inputs = checked(form, with_query(form, values, question.query))
            cut = inputs[variable.name] != question.query
            return _Call(question.query, inputs, variable.max_length if cut else None)
        if any(variable.name == THREAD for variable in form.variables):
            query = question.query
        return _Call(query, checked(form, values))

    def _kind(self, conversation_id: str, variable: Variable) -> AppKind:
        if conversation_id:
            return "chat"
        if self._known_as not in self._cache.kinds:
            try:
                self._cache.kinds[self._known_as] = probe_kind(self._calls, self._app_id, variable)
            except DifyUnavailable as error:
                if error.kind == DIFY_BROKE and self._still_tells_form():
                    raise CompletionApp from error
                raise
        return self._cache.kinds[self._known_as]

    def _still_tells_form(self) -> bool:
        """Whether Dify works and knows the app, although the test call failed inside Dify."""
        self._cache.forget(self._known_as)
        try:
            self.form()
        except DifyError:
            return False
        return True

    def _run(self, call: "_Call", conversation_id: str) -> Iterator[AnswerEvent]:
        reducer = Reducer(self._options)
        fault: DifyError | None = None
        begun = False
        kind = "chat" if conversation_id else self._cache.kinds.get(self._known_as)
        with open_stream(self._calls, self._app_id, call.query, call.inputs, conversation_id, kind) as stream:
            while not reducer.over:
                try:
                    raw = next(stream, None)
                except Exception as error:  # noqa: BLE001 - bare Exceptions: docs/platform/dify.md#error-texts
                    fault = classify(error, conversation_id="" if begun else conversation_id)
                    break
                if raw is None:
                    break
                begun = True
                yield from reducer.feed(raw)
                if reducer.kind:
                    self._cache.kinds[self._known_as] = reducer.kind
        yield from reducer.close()
        if not reducer.finished:
            raise fault or Incomplete()
        if reducer.fault:
            raise reducer.fault


@dataclass(frozen=True, slots=True)
class _Call:
    """What goes to Dify. `cut_to` is the number of characters kept of a question that was too long."""

    query: str
    inputs: dict[str, Any]
    cut_to: int | None = None
