"""Apps as Dify knows them: mode, form, parameters, the checks before a run.

Source: docs/platform/dify.md#app-information, docs/platform/dify.md#errors-before-the-stream.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

CHAT_MODES = frozenset({"chat", "agent-chat", "advanced-chat"})
MODES = CHAT_MODES | {"workflow", "completion", "agent"}
TEXT_TYPES = frozenset({"text-input", "paragraph", "select"})


class Refused(Exception):
    """An exception of Dify's before the stream: HTTP status, code and message of its JSON."""

    def __init__(self, message: str, status: int = 400, code: str = "invalid_param") -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def body(self) -> dict[str, Any]:
        """Give Dify's JSON for it (libs/external_api)."""
        return {"code": self.code, "message": str(self), "status": self.status}


@dataclass(slots=True)
class App:
    """One app. `form` is the user_input_form.

    `published` false is a chatflow without a published workflow.
    """

    app_id: str
    mode: str = "chat"
    published: bool = True
    form: list[dict[str, Any]] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)

    def variables(self) -> list[tuple[str, dict[str, Any]]]:
        """(type, definition) of each variable of the form."""
        return [(kind, variable) for item in self.form for kind, variable in item.items()]

    def info(self) -> dict[str, Any]:
        """What fetch/app/info gives: parameters only, neither mode nor name (docs/platform/dify.md#app-information)."""
        if self.mode == "agent" or not self.published:
            raise Refused("unexpected app type")
        return self.parameters_dict()

    def takes_sys_files(self) -> bool:
        """Whether file upload is on, so that `sys.files` reach the app."""
        upload = self.parameters.get("file_upload") or {}
        return bool(upload.get("enabled") or (upload.get("image") or {}).get("enabled"))

    def parameters_dict(self) -> dict[str, Any]:
        """What fetch/app/info and GET /parameters give (docs/platform/dify-service-api.md#version-and-kind)."""
        return {
            "opening_statement": "",
            "suggested_questions": [],
            "suggested_questions_after_answer": {"enabled": False},
            "speech_to_text": {"enabled": False},
            "text_to_speech": {"enabled": False},
            "retriever_resource": {"enabled": True},
            "annotation_reply": {"enabled": False},
            "more_like_this": {"enabled": False},
            "user_input_form": self.form,
            "sensitive_word_avoidance": {"enabled": False},
            "file_upload": {"enabled": False, "image": {"enabled": False, "number_limits": 3}},
            "system_parameters": {
                "image_file_size_limit": 10,
                "video_file_size_limit": 100,
                "audio_file_size_limit": 50,
                "file_size_limit": 15,
                "workflow_file_upload_limit": 10,
            },
        } | self.parameters


def variable(name: str, kind: str = "text-input", *, required: bool = False, **more: Any) -> dict[str, Any]:
    """One entry of a user_input_form; `more` are max_length, options, allowed_file_types and the like."""
    return {kind: {"variable": name, "label": name, "required": required, **more}}


def check_call(app: App, query: str, inputs: dict[str, Any], known_files: set[str]) -> None:
    """Raise Refused as invoke_app and the form's validation do, in their order."""
    if app.mode in CHAT_MODES and not query:
        raise Refused("missing query")
    if app.mode not in MODES or app.mode == "agent" or not app.published:
        raise Refused("unexpected app type")
    if (
        app.mode == "completion"
    ):  # it fails before it looks at the inputs (docs/platform/dify.md#completion-apps)
        raise Refused("Internal Server Error", 500, "unknown")
    for kind, definition in app.variables():
        check_input(kind, definition, inputs.get(definition["variable"]), known_files)


def check_input(
    kind: str, definition: dict[str, Any], value: Any, known_files: set[str], uploads: Collection[str] = ()
) -> None:
    """One variable of the form ([A] core/app/apps/base_app_generator.py)."""
    name = definition["variable"]
    if value is None:
        if definition.get("required"):
            raise Refused(f"{name} is required in input form")
        return
    if kind in TEXT_TYPES:
        check_text(kind, definition, value)
    elif kind in {"file", "file-list"}:
        for item in value if kind == "file-list" and isinstance(value, list) else [value]:
            check_file(name, item, known_files, uploads)
    elif isinstance(value, dict | list):
        raise Refused(f"Invalid input type for ['{name}']")


def check_text(kind: str, definition: dict[str, Any], value: Any) -> None:
    """Text, paragraph and select."""
    name = definition["variable"]
    if isinstance(value, dict | list):
        raise Refused(f"Invalid input type for ['{name}']")
    if not isinstance(value, str):
        raise Refused(f"(type '{kind}') {name} in input form must be a string")
    options = definition.get("options") or []
    if kind == "select" and value not in options:
        raise Refused(f"{name} in input form must be one of the following: {options}")
    limit = definition.get("max_length")
    if kind != "select" and limit and len(value) > limit:
        raise Refused(f"{name} in input form must be less than {limit} characters")


def check_file(name: str, item: Any, known_files: set[str], uploads: Collection[str] = ()) -> None:
    """A file variable takes tool files of this workspace, and `uploads` of the end user of the Service API.

    Source: docs/platform/dify.md#files-in, docs/platform/dify-service-api.md#service-files.
    """
    if not isinstance(item, dict):
        raise Refused(f"{name} in input form must be a file")
    if item.get("transfer_method") == "local_file" and item.get("upload_file_id") in uploads:
        return
    if item.get("transfer_method") != "tool_file":
        raise Refused("Invalid upload file")
    if item.get("tool_file_id") not in known_files:
        raise Refused(f"ToolFile {item.get('tool_file_id')} not found")
