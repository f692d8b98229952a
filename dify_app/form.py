"""What an app asks for and offers, from Dify's `fetch_app` (docs/platform/dify.md#app-information)."""

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

import gevent
from cachetools import LRUCache, TLRUCache

from clock import Clock
from dify_app.faults import classify
from dify_app.stream import AppKind
from errors import DifyError, DifyUnavailable
from json_fields import count_of, mapping_of, mappings_of, text_of, texts_of

KIND_OF_MODE: Mapping[str, AppKind] = {
    "chat": "chat",
    "agent-chat": "chat",
    "advanced-chat": "chat",
    "agent": "chat",
    "workflow": "workflow",
    "completion": "completion",
}
"""Dify's modes (docs/platform/dify-service-api.md#version-and-kind) and what they mean for a question."""
TEXT_KINDS = frozenset({"text-input", "paragraph"})
FILE_KINDS = frozenset({"file", "file-list"})
SYS_FILES = "sys.files"
"""Dify's name for the files of a call over the Service API, which belong to no variable of the form."""

_MEGABYTE = 1024 * 1024
_REMEMBERED = 300.0  # seconds
_FAILURE_REMEMBERED = 10.0
_FORM_TIMEOUT = 10.0  # seconds for the call; without it the SDK would wait for 250
_FORM_WALL_FLOOR = 3.0  # wall seconds: a scaled clock does not make Dify faster
_MOST_APPS = 256


@dataclass(frozen=True, slots=True)
class Variable:
    """One field of the form. `max_length` counts characters of a text or files of a file-list; None is no limit."""

    name: str
    kind: str
    required: bool = False
    default: Any = None
    max_length: int | None = None
    options: tuple[str, ...] = ()
    file_types: tuple[str, ...] = ()
    file_extensions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """Bytes for each file by type, and files for each variable; None where Dify states no limit."""

    image: int | None = None
    video: int | None = None
    audio: int | None = None
    document: int | None = None
    count: int | None = None

    def size(self, kind: str) -> int | None:
        """The limit in bytes for a type of file; a file that is no image, video or audio counts as a document."""
        return {"image": self.image, "video": self.video, "audio": self.audio}.get(kind, self.document)


@dataclass(frozen=True, slots=True)
class AppForm:
    """An app's form and settings. An empty AppForm stands for an app that could not be read.

    `mode` is Dify's word for the kind of app and `name` the app's name, "" where only a plugin asked for the form.
    `sys_files` stands for the files of a call; None if the app takes none. `suggests`: the app suggests questions after
    each answer. `hears`: it turns speech into text.
    """

    variables: tuple[Variable, ...] = ()
    opening_statement: str = ""
    suggested_questions: tuple[str, ...] = ()
    limits: UploadLimits = UploadLimits()
    mode: str = ""
    name: str = ""
    sys_files: Variable | None = None
    suggests: bool = False
    hears: bool = False

    @property
    def kind(self) -> AppKind | None:
        """The kind of the app, if Dify told its mode."""
        return KIND_OF_MODE.get(self.mode)

    @property
    def file_variables(self) -> tuple[Variable, ...]:
        """The variables that take files, in the form's order."""
        return tuple(variable for variable in self.variables if variable.kind in FILE_KINDS)


def parse_form(info: Mapping[str, Any]) -> AppForm:
    """Read what `fetch_app` gives; members that are missing or have an unexpected type count as absent."""
    fields = (
        (kind, field)
        for entry in mappings_of(info, "user_input_form")
        for kind, field in entry.items()
        if isinstance(field, Mapping) and text_of(field, "variable")
    )
    return AppForm(
        variables=tuple(_variable(str(kind), field) for kind, field in fields),
        opening_statement=text_of(info, "opening_statement").strip(),
        suggested_questions=texts_of(info, "suggested_questions"),
        limits=_limits(mapping_of(info, "system_parameters")),
        mode=text_of(info, "mode"),
        name=text_of(info, "name"),
        sys_files=_sys_files(mapping_of(info, "file_upload")),
        suggests=mapping_of(info, "suggested_questions_after_answer").get("enabled") is True,
        hears=mapping_of(info, "speech_to_text").get("enabled") is True,
    )


def _variable(kind: str, field: Mapping[str, Any]) -> Variable:
    return Variable(
        name=text_of(field, "variable"),
        kind=kind,
        required=field.get("required") is True,
        default=field.get("default"),
        max_length=count_of(field, "max_length") or None,
        options=texts_of(field, "options"),
        file_types=texts_of(field, "allowed_file_types"),
        file_extensions=texts_of(field, "allowed_file_extensions"),
    )


def _sys_files(upload: Mapping[str, Any]) -> Variable | None:
    """What a chat app takes beside its form. Older chatbots have only the switch for images."""
    methods = texts_of(upload, "allowed_file_upload_methods")
    if upload.get("enabled") is True and (not methods or "local_file" in methods):
        return Variable(
            SYS_FILES,
            "file-list",
            max_length=count_of(upload, "number_limits") or None,
            file_types=texts_of(upload, "allowed_file_types"),
            file_extensions=texts_of(upload, "allowed_file_extensions"),
        )
    image = mapping_of(upload, "image")
    if image.get("enabled") is True:
        most = count_of(image, "number_limits") or None
        return Variable(SYS_FILES, "file-list", max_length=most, file_types=("image",))
    return None


def _limits(parameters: Mapping[str, Any]) -> UploadLimits:
    def size(name: str) -> int | None:
        return (count_of(parameters, name) or 0) * _MEGABYTE or None

    return UploadLimits(
        image=size("image_file_size_limit"),
        video=size("video_file_size_limit"),
        audio=size("audio_file_size_limit"),
        document=size("file_size_limit"),
        count=count_of(parameters, "workflow_file_upload_limit") or None,
    )


class AppCache:
    """What is known of apps, by app id; all turns of a process share one cache.

    A form is kept for five minutes, and a failure to read it for ten seconds. `kinds` holds the kinds of apps.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._forms: TLRUCache[str, AppForm | DifyError] = TLRUCache(_MOST_APPS, _expiry, timer=clock.now)
        self.kinds: MutableMapping[str, AppKind] = LRUCache(_MOST_APPS)

    def form(self, app_id: str, fetch: Callable[[], Mapping[str, Any]]) -> AppForm:
        """The app's form; `fetch` is called when the cache does not have it. Raises DifyError."""
        found = self._forms.get(app_id)
        if found is None:
            seconds = self._clock.wall(_FORM_TIMEOUT, at_least=_FORM_WALL_FLOOR)
            try:
                with gevent.Timeout(seconds, DifyUnavailable("form_late")):
                    found = parse_form(fetch())
            except Exception as error:  # noqa: BLE001 - bare Exceptions: docs/platform/dify.md#error-texts
                found = classify(error)
            self._forms[app_id] = found
        if isinstance(found, DifyError):
            raise found.with_traceback(None)  # a kept error must not hold this turn's frames
        return found

    def forget(self, app_id: str) -> None:
        """Fetch the app's form anew when it is asked for next."""
        self._forms.pop(app_id, None)


def _expiry(_app_id: str, found: AppForm | DifyError, now: float) -> float:
    return now + (_FAILURE_REMEMBERED if isinstance(found, DifyError) else _REMEMBERED)
