"""What the daemon needs of a runtime, local or remote."""

from typing import Any, Protocol

from simulators.daemon.declaration import Declaration


class WriteFailed(Exception):
    """No process took the request; its text is in the daemon's 500."""


class Begins(Protocol):
    """What a runtime needs of a session that begins."""

    @property
    def session_id(self) -> str:
        """Its id in every line."""

    @property
    def abandoned(self) -> bool:
        """Whether its client has left."""

    def listen(self, kind: str, data: dict[str, Any], /) -> None:
        """Take a message of the plugin's."""


class Runtime(Protocol):
    """Sessions are written to the process that took their request."""

    @property
    def declaration(self) -> Declaration | None:
        """What the plugin declares; none until a remote one has connected."""

    @property
    def launched(self) -> bool:
        """Whether the daemon knows the plugin as running: from the first heartbeat after its start on."""

    def begin(self, session: Begins, line: bytes) -> int:
        """Hand a request to a process and give its number; WriteFailed if none takes it in time."""

    def end(self, session_id: str) -> None:
        """Forget a session: what its process says from now on is dropped."""

    def write(self, session_id: str, line: bytes, *, gently: bool = False) -> None:
        """Write to a session's process; dropped when the session or the process is gone."""
