"""The part of the SDK's app calls that the bridge uses, and how an app's kind is found out.

Dify does not say an app's mode (docs/platform/dify.md#app-information), but uses the real one whichever call is made.
So the call for chats serves all kinds until the kind is known, and the only question is whether the query must also go
into a variable: chatbots, agents and chatflows take the query beside their inputs; workflows and completion apps take
it only as one of their inputs.
If there is a conversation, or the app spoke before in this process, the kind is known. If the form has no text variable
left for the query, the kind does not matter.

Otherwise the kind must be found before the run, because nothing may run twice
(docs/architecture.md#d10-never-run-twice): the app is called once with an empty query and a list where a text belongs.
A chat app refuses this call as "missing query" before it looks at its inputs; a workflow refuses it as an input of the
wrong type ([A] core/plugin/backwards_invocation/app.py, core/app/apps/base_app_generator.py). At a completion app Dify
itself fails with HTTP 500, as at every call of one (docs/platform/dify.md#completion-apps). Dify may fail so for other
reasons too, so such an app counts as a completion app only if Dify then still tells its form.
"""

from collections.abc import Generator, Mapping
from contextlib import closing
from typing import Any, Protocol

from dify_app.faults import classify, kind_refused
from dify_app.form import Variable
from dify_app.stream import AppKind
from errors import DifyUnavailable, UnsupportedApp

Stream = Generator[dict[str, Any], None, None]


class ChatCalls(Protocol):
    """`session.app.chat` of the SDK. Its stream is lazy: nothing is sent before the first item is read."""

    def invoke(  # noqa: D102 - the SDK's
        self, app_id: str, query: str, inputs: dict[str, Any], response_mode: Any, conversation_id: str | None
    ) -> Any: ...


class InputCalls(Protocol):
    """`session.app.workflow` and `session.app.completion` of the SDK; their streams are lazy too."""

    def invoke(self, app_id: str, inputs: dict[str, Any], response_mode: Any) -> Any: ...  # noqa: D102 - the SDK's


class AppCalls(Protocol):
    """`session.app` of the SDK. Failures are bare Exceptions."""

    @property
    def chat(self) -> ChatCalls: ...  # noqa: D102 - the SDK's
    @property
    def workflow(self) -> InputCalls: ...  # noqa: D102 - the SDK's
    @property
    def completion(self) -> InputCalls: ...  # noqa: D102 - the SDK's

    def fetch_app(self, app_id: str) -> Mapping[str, Any]: ...  # noqa: D102 - the SDK's


def open_stream(
    calls: AppCalls,
    app_id: str,
    query: str,
    inputs: dict[str, Any],
    conversation_id: str = "",
    kind: AppKind | None = None,
) -> closing[Stream]:
    """The app's raw events, to be read in a `with` statement, which closes the stream. `kind`: None if not known."""
    if kind in {"workflow", "completion"}:
        own = calls.workflow if kind == "workflow" else calls.completion
        return closing(own.invoke(app_id=app_id, inputs=inputs, response_mode="streaming"))
    return closing(
        calls.chat.invoke(
            app_id=app_id,
            query=query,
            inputs=inputs,
            response_mode="streaming",
            conversation_id=conversation_id or None,
        )
    )


def probe_kind(calls: AppCalls, app_id: str, variable: Variable) -> AppKind:
    """The kind of the app, known from how it refuses a call that no app can accept. Raises DifyError."""
    try:
        with open_stream(calls, app_id, "", {variable.name: [0]}) as stream:
            event = next(stream, None)
    except Exception as error:
        kind = kind_refused(error)
        if kind is None:
            raise classify(error) from error
        return kind
    # The app accepted the call and may be running: it must not be called a second time.
    raise UnsupportedApp("kind_unknown") if event else DifyUnavailable()
