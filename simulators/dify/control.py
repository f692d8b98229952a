"""DifyControl: tells a running simulated Dify what its apps are and say, and reads what it was asked."""

from typing import Any

from simulators.dify.script import Steps
from simulators.dify.service_api import key_of
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

    def health_version(self, version: str) -> None:
        """Name this version at /health (docs/platform/dify.md#version-of-a-running-dify)."""
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

    @staticmethod
    def api_key(app_id: str) -> str:
        """The app's key for the Service API."""
        return key_of(app_id)

    def version(self, name: str) -> None:
        """Answer the Service API as this version of Dify does; a name of `versions.VERSIONS`."""
        self.call("service", version=name)

    def revoke_keys(self, *app_ids: str) -> None:
        """Delete the keys of these apps, and of no others."""
        self.call("service", revoked=app_ids)

    def switch_api_off(self, *app_ids: str) -> None:
        """Switch the API of these apps off, and of no others."""
        self.call("service", switched_off=app_ids)

    def answer_oddly(self, status: int = 0, body: str = "", **headers: str) -> None:
        """Answer every call of the Service API with this, as another program at its address does; 0: as Dify."""
        pairs = [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.call("service", odd=[status, body, pairs] if status else None)

    def limit_runs(self, most: int) -> None:
        """Let an app have so many runs at once over the Service API; 0: any number."""
        self.call("service", limit=most)

    def workers(self, count: int | None) -> None:
        """Let so many workers run chatflows and workflows; None: as many as the version has."""
        self.call("service", workers=count)

    def suggest(self, *questions: str, seconds: float = 0.0) -> None:
        """Let a model suggest these questions after each answer, for which it takes so many design seconds."""
        self.call("service", suggestions=questions, seconds=seconds)

    def speech(self, fault: str = "", *, seconds: float = 0.0) -> None:
        """Let the model that hears recordings take so many design seconds, and answer this of `speech.FAULTS`."""
        self.call("service", fault=fault, listens=seconds)

    def recordings(self) -> list[Record]:
        """app_id, user, name, mimetype and words of each recording that was to become text."""
        found: list[Record] = self.call("service_recordings")
        return found

    def feedbacks(self) -> list[Record]:
        """message_id, app_id, rating and content of each message that has a vote now."""
        found: list[Record] = self.call("service_feedbacks")
        return found

    def ratings(self) -> list[Record]:
        """message_id, user, rating and content of each call that rated a message, in their order."""
        found: list[Record] = self.call("service_ratings")
        return found

    def service_calls(self) -> list[Record]:
        """method, path and authorization of each call of the Service API."""
        found: list[Record] = self.call("service_calls")
        return found

    def service_stops(self) -> list[Record]:
        """task_id and user of each stop call, and whether it works."""
        found: list[Record] = self.call("service_stops")
        return found

    def service_uploads(self) -> list[Record]:
        """Files of end users: id, name, mimetype, owner (an end user's row) and hex."""
        found: list[Record] = self.call("service_uploads")
        return found

    def end_users(self) -> list[Record]:
        """row_id, app_id and session_id (the `user`) of each end user."""
        found: list[Record] = self.call("end_users")
        return found

    def forms(self, app_id: str = "") -> list[Record]:
        """form_id, token, app_id, run_id and status of its run, answer and listeners of each form of the app."""
        found: list[Record] = self.call("forms")
        return [form for form in found if app_id in {"", form["app_id"]}]

    def answer_form(self, form_id: str, action: str = "ok", **inputs: Any) -> None:
        """Answer a form elsewhere, as Dify's own page does."""
        self.call("answer_form", form_id=form_id, action=action, inputs=inputs)

    def expire_form(self, form_id: str) -> None:
        """Let a form's time be over."""
        self.call("expire_form", form_id=form_id)

    def deaf_to_forms(self, *, deaf: bool) -> None:
        """Answer every answer to a form with 500, or take them again."""
        self.call("deaf_to_forms", deaf=deaf)

    def decrypted(self) -> int:
        """How often the daemon had settings decrypted: once per endpoint request with secrets."""
        return int(self.call("decrypted"))
