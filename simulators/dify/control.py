"""DifyControl: tells a running simulated Dify what its apps are and say, and reads what it was asked."""

from typing import Any

from simulators.dify.script import Steps
from simulators.http1.control import ControlClient

Record = dict[str, Any]


class DifyControl(ControlClient):
    """Client of `python -m simulators.dify`. Waits take the wall's seconds and raise ControlError in vain."""

    def app(
        self,
        app_id: str,
        mode: str = "chat",
        *,
        published: bool = True,
        form: list[Record] | None = None,
        **parameters: Any,
    ) -> str:
        """Make an app; mode: chat, agent-chat, advanced-chat, workflow, completion, agent.

        `form` is made of `apps.variable(...)`.

        `parameters` replace members of what fetch_app gives (opening_statement, suggested_questions ...).
        """
        self.call(
            "app", app_id=app_id, mode=mode, published=published, form=form or [], parameters=parameters
        )
        return app_id

    def remove_app(self, app_id: str) -> bool:
        """Delete an app; whether it was there."""
        return bool(self.call("remove_app", app_id=app_id))

    def script(
        self, steps: Steps, app_id: str | None = None, *, when: str = "", times: int | None = None
    ) -> None:
        """Answer with these steps: one app or all, if `when` occurs in the query, for `times` calls or ever.

        Counted scripts are used in the order set, before the uncounted; of those the newest counts.
        """
        self.call("script", steps=steps, app_id=app_id, when=when, times=times)

    def clear_scripts(self) -> None:
        """Back to the echo of the query."""
        self.call("clear_scripts")

    def reset(self) -> None:
        """Forget scripts and records; apps, conversations and files stay."""
        self.call("reset")

    def invocations(self, since: int = 0) -> list[Record]:
        """Every call of invoke/app: the fields of `invocations.Invocation`."""
        found: list[Record] = self.call("invocations", since=since)
        return found

    def running(self) -> int:
        """How many invocations have not ended."""
        return int(self.call("running"))

    def counts(self) -> tuple[int, int]:
        """How many invocations have begun, and how many of them have ended; cheap."""
        begun, ended = self.call("counts")
        return begun, ended

    def wait_invocations(self, count: int, timeout: float = 10.0) -> list[Record]:
        """Wait until so many have begun."""
        self.until(lambda: self.counts()[0] >= count, timeout, f"{count} invocations")
        return self.invocations()

    def wait_ended(self, count: int = 1, timeout: float = 10.0) -> list[Record]:
        """Wait until so many have ended; gives those that have."""
        self.until(lambda: self.counts()[1] >= count, timeout, f"{count} ended invocations")
        return [record for record in self.invocations() if record["outcome"]]

    def conversations(self) -> list[Record]:
        """conversation_id, app_id, end_user and turns of each."""
        found: list[Record] = self.call("conversations")
        return found

    def forget_conversation(self, conversation_id: str) -> bool:
        """Delete a conversation; whether it was there."""
        return bool(self.call("forget_conversation", conversation_id=conversation_id))

    def change_owner(self) -> None:
        """Lose all conversations at once, as an upgrade does (docs/platform/dify.md#lost-conversations)."""
        self.call("change_owner")

    def uploads(self) -> list[Record]:
        """Tool files: id, name, mimetype, size, hex."""
        found: list[Record] = self.call("uploads")
        return found

    def add_file(self, name: str, mimetype: str, content: bytes) -> str:
        """Put a tool file there; gives its signed URL."""
        return str(self.call("add_file", name=name, mimetype=mimetype, hex=content.hex()))

    def refuse_uploads(self, status: int = 0, message: str = "") -> None:
        """Answer uploads with this; status 0: take them again."""
        self.call("settings", upload_refusal=[status, message] if status else None)

    def foreign_uploads(self, *, foreign: bool) -> None:
        """Let the user who invokes own none of the uploads (docs/platform/dify.md#tool-file-owner)."""
        self.call("settings", foreign_uploads=foreign)

    def files_url(self, base: str) -> None:
        """Set INTERNAL_FILES_URL; empty gives relative URLs, as in Docker's defaults."""
        self.call("settings", files_url=base)

    def version(self, version: str) -> None:
        """Say that Dify is this version."""
        self.call("settings", version=version)

    def down(self, why: str = "down") -> None:
        """Answer every inner call with 500; empty: work again."""
        self.call("settings", down=why)

    def fetch_errors(self, *, in_band: bool) -> None:
        """How fetch/app/info tells an error.

        200 with `error` (docs/platform/dify.md#error-texts), or Dify's 400, which the daemon calls "data is nil"
        (docs/platform/dify.md#app-information).
        """
        self.call("settings", fetch_errors_in_band=in_band)

    def decrypted(self) -> int:
        """How often the daemon had settings decrypted: once per endpoint request with secrets."""
        return int(self.call("decrypted"))
