"""The SDK's calls to an app, as far as they are used, and what they leave to know.

Source: docs/platform/dify.md#app-information.

Two kinds of app must be told apart before they run, because nothing may run twice
(docs/architecture.md#d10-never-run-twice) and Dify tells no app's mode. Chatbots, agents and chatflows take the
query beside their inputs; workflows and completion apps only in one of their inputs. Dify goes by the app's real
mode whichever call is made, so one call serves all kinds, and the question is only whether the query must also go
into a variable:

- there is a conversation, or the app spoke before in this process: known;
- the form has no text variable left for it: no question;
- otherwise the app is called once with an empty query and a list where that text belongs. A chat app refuses
  this as "missing query" before it looks at its inputs, any other as an input of the wrong type; both before
  anything runs ([A] core/plugin/backwards_invocation/app.py, core/app/apps/base_app_generator.py).

Limit: Dify up to 1.14 at least runs no completion app for a plugin (it misses their `query`: HTTP 500).
"""

from collections.abc import Generator, Mapping, MutableMapping
from contextlib import closing
from typing import Any, Protocol

from cachetools import LRUCache

from dify_app.faults import classify, kind_refused
from dify_app.form import Variable
from dify_app.stream import AppKind
from errors import DifyUnavailable, UnsupportedApp

Stream = Generator[dict[str, Any], None, None]
Kinds = MutableMapping[str, AppKind]
_MOST_APPS = 256


class ChatCalls(Protocol):
    """`session.app.chat` of the SDK; its stream is lazy: nothing is sent before its first item is wanted."""

    def invoke(  # noqa: D102 - the SDK's
        self, app_id: str, query: str, inputs: dict[str, Any], response_mode: Any, conversation_id: str | None
    ) -> Any: ...


class AppCalls(Protocol):
    """`session.app` of the SDK. Failures are bare Exceptions."""

    @property
    def chat(self) -> ChatCalls: ...  # noqa: D102 - the SDK's

    def fetch_app(self, app_id: str) -> Mapping[str, Any]: ...  # noqa: D102 - the SDK's


def new_kinds() -> Kinds:
    """An empty memory of apps' kinds by app id, for all turns of a process."""
    return LRUCache(_MOST_APPS)


def open_stream(
    calls: AppCalls, app_id: str, query: str, inputs: Mapping[str, Any], conversation_id: str = ""
) -> Stream:
    """The app's raw events. Close it."""
    stream: Stream = calls.chat.invoke(
        app_id=app_id,
        query=query,
        inputs=dict(inputs),
        response_mode="streaming",
        conversation_id=conversation_id or None,
    )
    return stream


def probe_kind(calls: AppCalls, app_id: str, variable: Variable) -> AppKind:
    """The kind of app, from how it refuses a call that none can take. Raises DifyError."""
    try:
        with closing(open_stream(calls, app_id, "", {variable.name: [0]})) as stream:
            event = next(stream, None)
    except Exception as error:
        kind = kind_refused(error)
        if kind is None:
            raise classify(error) from error
        return kind
    # It took the call: not to be asked a second time, whatever it is doing now.
    raise UnsupportedApp("kind_unknown") if event else DifyUnavailable()
