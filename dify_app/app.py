"""One Dify app, asked over the SDK's reverse invocation, always streaming.

Source: docs/platform/dify.md#app-events, docs/platform/dify.md#blocking-calls.
"""

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

from dify_app.answer import AnswerEvent, FilesDropped, QuestionCut
from dify_app.calls import AppCalls, Kinds, open_stream, probe_kind
from dify_app.faults import classify, refuses_files
from dify_app.files import FileSlot, OfferedFile, PlacedFile, place
from dify_app.form import AppForm, FormCache, Variable
from dify_app.inputs import checked, known_values, query_variable, with_query
from dify_app.run_options import RunOptions
from dify_app.stream import AppKind, Reducer
from errors import AppMisconfigured, ConversationLost, DifyError, FileRefused, Incomplete

_THREAD = "slack_thread"  # the variable that takes what other members said before the question


@dataclass(frozen=True, slots=True)
class Question:
    """What the app is asked, and the facts that go with the question; these are the arguments of `DifyApp.ask`."""

    query: str
    context: Mapping[str, str]
    files: tuple[PlacedFile, ...] = ()
    preface: str = ""

    @property
    def prefaced(self) -> str:
        """The query, with what other members said put before it."""
        return self.preface + self.query


class DifyApp:
    """An app, for one request. `calls` is the SDK's `session.app`, which is valid only as long as the request.

    `forms` and `kinds` belong to the process, which may serve several workspaces of Dify; `scope` keeps these apart.
    """

    def __init__(
        self,
        calls: AppCalls,
        app_id: str,
        admin_inputs: Mapping[str, Any],
        forms: FormCache,
        kinds: Kinds,
        manner: RunOptions = RunOptions(),  # noqa: B008 - frozen
        *,
        scope: str = "",
    ) -> None:
        self._calls = calls
        self._app_id = app_id
        self._known_as = f"{scope}/{app_id}" if scope else app_id
        self._admin_inputs = admin_inputs
        self._forms = forms
        self._kinds = kinds
        self._manner = manner

    def speak(self, locale: str) -> None:
        """Name tools in this language from now on. `locale` is written as Dify writes it, such as ja_JP."""
        self._manner = replace(self._manner, locale=locale)

    def form(self) -> AppForm:
        """The app's form, opener and limits. Raises DifyError."""
        return self._forms.get(self._known_as, lambda: self._calls.fetch_app(self._app_id))

    @property
    def forgets(self) -> bool:
        """Whether the app is known to keep no conversations, so that earlier messages are found only in the thread."""
        return self._kinds.get(self._known_as) == "inputs"

    def takes_files(self) -> bool:
        """Whether the admin left a file variable empty. Raises DifyError."""
        return any(variable.name not in self._filled() for variable in self.form().file_variables)

    def needs_file(self) -> bool:
        """Whether the form requires a file variable that the admin left empty. Raises DifyError."""
        return any(
            variable.required and variable.name not in self._filled()
            for variable in self.form().file_variables
        )

    def place(self, files: Sequence[OfferedFile]) -> list[FileSlot | FileRefused]:
        """Where each file would go in the form. Raises DifyError."""
        return list(place(self.form(), self._filled(), files))

    def _filled(self) -> Collection[str]:
        return {name for name, value in self._admin_inputs.items() if value not in (None, "", [], {})}

    def ask(
        self,
        query: str,
        context: Mapping[str, str],
        conversation_id: str = "",
        files: Iterable[PlacedFile] = (),
        *,
        preface: str = "",
        anew: Callable[[], Question] | None = None,
    ) -> Generator[AnswerEvent]:
        """Run the app once and yield what it says. Close the iterator if it is not read to its end.

        `context` holds Slack's facts by variable name (README.md#what-the-app-learns); `files` holds what `uploads.py`
        uploaded. `preface` is put before the query only if the app keeps conversations and declares no `slack_thread`;
        the query of any other app goes into a variable, which is often short. Dify refuses a lost conversation, or
        files that it cannot find, before anything runs. Only then the app is asked once more: after a lost conversation
        with the question that `anew` returns, since the app has forgotten everything, or else without the files.
        Raises DifyError; InputMissing is raised only before a run, the other errors at any time.
        """
        question = Question(query, context, tuple(files), preface)
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
            yield FilesDropped("file_upload_refused")
            bare = replace(question, files=())
            yield from self._run(self._call(bare, conversation_id), conversation_id)

    def _call(self, question: Question, conversation_id: str) -> "_Call":
        try:
            form = self.form()
        except DifyError:
            # If the form is wrong, the run itself gives a better error.
            return _Call(question.prefaced, dict(self._admin_inputs))
        values = known_values(form, self._admin_inputs, question.context, question.files)
        variable = query_variable(form, values)
        if variable and self._kind(conversation_id, variable) == "inputs":
            inputs = checked(form, with_query(form, values, question.query))
            cut = inputs[variable.name] != question.query
            return _Call(question.query, inputs, variable.max_length if cut else None)
        declared = any(variable.name == _THREAD for variable in form.variables)
        return _Call(question.query if declared else question.prefaced, checked(form, values))

    def _kind(self, conversation_id: str, variable: Variable) -> AppKind:
        kind: AppKind | None = "chat" if conversation_id else self._kinds.get(self._known_as)
        if kind is None:
            kind = self._kinds[self._known_as] = probe_kind(self._calls, self._app_id, variable)
        return kind

    def _run(self, call: "_Call", conversation_id: str) -> Iterator[AnswerEvent]:
        reducer = Reducer(self._manner)
        fault: DifyError | None = None
        begun = False
        kind: AppKind | None = None
        with closing(
            open_stream(self._calls, self._app_id, call.query, call.inputs, conversation_id)
        ) as stream:
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
                if reducer.kind and reducer.kind != kind:
                    kind = self._kinds[self._known_as] = reducer.kind
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
