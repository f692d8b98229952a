"""The port to a Dify app: what each way to an app can do (docs/architecture.md#d13-two-ways-to-an-app)."""

from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from dify_app.form import Variable
from dify_app.stream import AppKind
from dify_app.uploads import FileSlot, PlacedFile

Via = Literal["plugin", "api"]
"""`plugin`: reverse invocation. `api`: Dify's Service API with the app's key."""
Stream = Generator[dict[str, Any], None, None]
PING = "ping"
"""The name of a keep-alive among the raw events; only the Service API's are seen."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation of an app with the way and the `user` that began it, to which it belongs.

    `id` is "" where a new one begins. `user` is "" on the plugin way, where Dify has one user for all.
    """

    id: str = ""
    via: Via = "plugin"
    user: str = ""


@dataclass(frozen=True, slots=True)
class AppCall:
    """One call of an app. `kind` and `mode` are None and "" where they are not known."""

    query: str
    inputs: dict[str, Any]
    conversation_id: str = ""
    kind: AppKind | None = None
    mode: str = ""


@dataclass(frozen=True, slots=True)
class WaitingForm:
    """A form, and the run that waits for it: `via` and `user` are the run's own. The `token` is a secret."""

    token: str = field(repr=False)
    run_id: str
    via: Via
    user: str


@dataclass(frozen=True, slots=True)
class FollowedRun:
    """A run that goes on while nobody reads it, and whose it is. `conversation_id` is "" for a workflow."""

    run_id: str
    user: str
    conversation_id: str = ""


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """What a member answered: the id of an action, all inputs of the form, and the member as Dify's `user`."""

    action: str
    inputs: Mapping[str, str]
    user: str

    def body(self) -> dict[str, Any]:
        """The answer as Dify takes it from anybody."""
        return {"inputs": dict(self.inputs), "action": self.action}


class AppPort(Protocol):
    """One app over one way, for one request. What it raises besides DifyError, `faults.classify` tells apart."""

    @property
    def via(self) -> Via:
        """The way."""

    @property
    def known_as(self) -> str:
        """The name of the app over this way in what a process remembers of apps."""

    def goes_on(self, known: Conversation) -> tuple["AppPort", Conversation]:
        """The way for this conversation, and the conversation that it can go on with: perhaps a new one."""

    def fetch(self) -> Mapping[str, Any]:
        """The app's form and settings, as `form.parse_form` reads them."""

    def probe_kind(self, variable: Variable) -> AppKind:
        """Find out the kind of the app, where the form does not tell the mode."""

    def stream(self, call: AppCall) -> closing[Stream]:
        """Run the app: its raw events, to be read in a `with` statement. Nothing is sent before the first is read."""

    def suggested(self, message_id: str) -> tuple[str, ...]:
        """The questions that Dify suggests after a message; none where this way cannot tell. Raises DifyError."""

    def stop(self, task_id: str, mode: str) -> None:
        """Stop the run of this name, if the way has a call for that. `mode` is the app's. Raises DifyError."""

    def go_on(self, form: WaitingForm, answer: FormAnswer) -> closing[Stream]:
        """Answer a form of a run of this way and read on: the first event says that Dify took the answer.

        Nothing is sent before that is read. Reading raises DifyError, ApiAway where Dify does not tell what follows.
        """

    def follow(self, run: FollowedRun) -> closing[Stream]:
        """What the run says from now on; the last event has its outputs. Reading raises DifyError."""

    def transcribe(self, name: str, mimetype: str, content: bytes) -> str:
        """The words of a recording, never empty. Raises NotHeard, or DifyError where this way listens to none."""

    def upload(self, slot: FileSlot, content: bytes) -> PlacedFile:
        """Upload a file for a question of this way. Raises FileRefused."""
