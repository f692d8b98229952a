"""Brings files of a Slack message into an app (docs/platform/dify.md#files-in); refusals name a key of `wording`.

A reverse invocation has no `files`: a file is uploaded first and then goes into a file or file-list variable of the
app's form. The Service API has `sys.files` besides, which counts as the last variable. Each file goes to the first
variable, in the form's order, that the admin left empty, that accepts the file's type
(docs/platform/dify.md#app-form) and has room.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import requests

from dify_app.form import AppForm, UploadLimits, Variable
from errors import FileRefused

# The endings that Dify itself counts as documents ([A] constants/__init__.py), and other text its extractor reads.
_DOCUMENTS = frozenset(
    {
        *("txt", "markdown", "md", "mdx", "pdf", "html", "htm", "xlsx", "xls", "vtt", "properties", "doc"),
        *("docx", "csv", "eml", "msg", "ppt", "pptx", "xml", "epub"),
    }
)
_TEXTS = frozenset({"application/json", "application/yaml", "application/x-yaml", "application/xml"})


@dataclass(frozen=True, slots=True)
class OfferedFile:
    """A file before its download; `size` is in bytes, as Slack states it."""

    name: str
    mimetype: str
    size: int


@dataclass(frozen=True, slots=True)
class FileSlot:
    """The variable that a file goes into, and the type (`kind`) it is sent as. `many`: the variable is a file-list."""

    file: OfferedFile
    variable: str
    many: bool
    kind: str


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """An uploaded file and the variable it goes into. `many`: the variable is a file-list.

    `method` is Dify's word for where the file was uploaded: `tool_file` by a plugin, `local_file` over the Service API.
    """

    variable: str
    many: bool
    kind: str
    file_id: str
    method: Literal["tool_file", "local_file"] = "tool_file"

    def value(self) -> dict[str, str]:
        """The input as Dify expects it; the SDK's own `to_app_parameter` was wrong before 0.10.1."""
        name = "tool_file_id" if self.method == "tool_file" else "upload_file_id"
        return {"type": self.kind, "transfer_method": self.method, name: self.file_id}


class FileCalls(Protocol):
    """`session.file` of the SDK. An upload takes at most 10 s; it raises bare Exceptions, or those of `requests`."""

    def upload(self, filename: str, content: bytes, mimetype: str) -> Any: ...  # noqa: D102 - the SDK's


def place(
    form: AppForm, free: Sequence[Variable], files: Iterable[OfferedFile]
) -> list[FileSlot | FileRefused]:
    """One answer for each file, in order; `free` are the file variables that have no value of the admin's."""
    room = {variable.name: _room(form.limits, variable) for variable in free}
    return [_place(form.limits, free, room, file) for file in files]


def upload(calls: FileCalls, place: FileSlot, content: bytes) -> PlacedFile:
    """Upload the content to Dify. Raises FileRefused."""
    try:
        answer = calls.upload(place.file.name, content, place.file.mimetype)
    except Exception as error:
        raise FileRefused(place.file.name, _reason(error)) from error
    return PlacedFile(place.variable, place.many, place.kind, str(answer.id))


def file_type(name: str, mimetype: str, variable: Variable) -> str:
    """Image, document, audio, video or custom: as what the variable accepts the file; empty if it does not."""
    extension = name.rpartition(".")[2].lower() if "." in name else ""
    natural = mimetype.partition("/")[0]
    if natural not in {"image", "audio", "video"}:
        is_document = extension in _DOCUMENTS or natural == "text" or mimetype in _TEXTS
        natural = "document" if is_document else "custom"
    if not variable.file_types or (natural != "custom" and natural in variable.file_types):
        return natural
    if "custom" not in variable.file_types:
        return ""
    named = {allowed.lower().lstrip(".") for allowed in variable.file_extensions}
    return "custom" if not named or extension in named else ""


def _place(
    limits: UploadLimits, free: Sequence[Variable], room: dict[str, int], file: OfferedFile
) -> FileSlot | FileRefused:
    """Where the file goes, which takes one place of the `room` that each variable has left."""
    if not free:
        return FileRefused(file.name, "file_no_variable")
    if file.size <= 0:
        return FileRefused(file.name, "file_empty")
    taking = [(v, kind) for v in free if (kind := file_type(file.name, file.mimetype, v))]
    if not taking:
        return FileRefused(file.name, "file_wrong_type")
    fitting = [(v, kind) for v, kind in taking if file.size <= (limits.size(kind) or file.size)]
    if not fitting:
        return FileRefused(file.name, "file_too_large")
    for variable, kind in fitting:
        if room[variable.name] > 0:
            room[variable.name] -= 1
            return FileSlot(file, variable.name, variable.kind == "file-list", kind)
    return FileRefused(file.name, "file_too_many")


def _room(limits: UploadLimits, variable: Variable) -> int:
    """How many files the variable accepts; 10, Dify's usual limit, where the form gives no number."""
    most = limits.count or 10
    return 1 if variable.kind == "file" else min(variable.max_length or most, most)


def _reason(error: Exception) -> str:
    """Why an upload failed. Without INTERNAL_FILES_URL the upload's address has no host, or one we cannot reach."""
    if isinstance(error, requests.exceptions.ReadTimeout):
        return "file_upload_refused"
    if isinstance(error, requests.exceptions.ConnectionError | ValueError):
        return "file_upload_unset"
    return "file_too_large" if "status code: 413" in str(error)[:100] else "file_upload_refused"
