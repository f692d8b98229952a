"""Uploads by signed URL and the tool files they become (docs/platform/dify.md#files-in)."""

import hashlib
import hmac
import mimetypes
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlencode

from werkzeug.datastructures import FileStorage
from werkzeug.formparser import parse_form_data

from simulators.dify.apps import Refused
from simulators.http1.messages import Request

UPLOAD_PATH = "/files/upload/for-plugin"
TOOLS_PATH = "/files/tools/"
VALID_SECONDS = 300


@dataclass(frozen=True, slots=True)
class ToolFile:
    """One stored file."""

    file_id: str
    name: str
    mimetype: str
    content: bytes
    tenant_id: str

    @property
    def extension(self) -> str:
        """With its dot, as Dify writes it."""
        return mimetypes.guess_extension(self.mimetype) or ".bin"


def read_upload(request: Request) -> tuple[Mapping[str, str], Mapping[str, FileStorage]]:
    """The fields and the files of a multipart body; one of these is `file`. Raises Refused as Dify does."""
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": request.get("content-type"),
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.input": BytesIO(request.body),
    }
    _, fields, parts = parse_form_data(environ)
    if "file" not in parts:
        raise Refused("Please upload your file.", 400, "no_file_uploaded")
    return fields, parts


class Files:
    """The tool files of a workspace. `base` is INTERNAL_FILES_URL or FILES_URL.

    Empty by default in Docker.
    """

    def __init__(self, base: str) -> None:
        self.base = base
        self.refusal: tuple[int, str] | None = None
        self._key = uuid.uuid4().bytes
        self._files: dict[str, ToolFile] = {}

    @property
    def ids(self) -> set[str]:
        """Every known file's id."""
        return set(self._files)

    def _sign(self, *parts: str) -> str:
        return hmac.new(self._key, "|".join(parts).encode(), hashlib.sha256).hexdigest()

    def upload_url(self, body: dict[str, Any]) -> str:
        """Give the URL that takes one upload of that name and type."""
        moment, nonce = str(int(time.time())), uuid.uuid4().hex
        name, kind = body["filename"], body["mimetype"]
        query = {
            "timestamp": moment,
            "nonce": nonce,
            "sign": self._sign("upload", name, kind, moment, nonce),
            "tenant_id": body.get("tenant_id", ""),
            "user_id": "DEFAULT-USER",
        }
        return f"{self.base}{UPLOAD_PATH}?{urlencode(query)}"

    def take(self, request: Request) -> dict[str, Any]:
        """Store an upload; give what Dify answers with 201."""
        if self.refusal:
            raise Refused(self.refusal[1], self.refusal[0], "upload_refused")
        query = {name: values[0] for name, values in parse_qs(request.query).items()}
        _, parts = read_upload(request)
        part = parts["file"]
        name, kind = part.filename or "", part.mimetype
        signed = self._sign("upload", name, kind, query.get("timestamp", ""), query.get("nonce", ""))
        if not hmac.compare_digest(signed, query.get("sign", "")):
            raise Refused("Invalid request.", 403, "forbidden")
        stored = ToolFile(str(uuid.uuid4()), name, kind, part.read(), query.get("tenant_id", ""))
        self._files[stored.file_id] = stored
        return {
            "id": stored.file_id,
            "name": name,
            "size": len(stored.content),
            "extension": stored.extension,
            "mime_type": kind,
            "preview_url": self.url(stored.file_id),
        }

    def add(self, name: str, mimetype: str, content: bytes) -> str:
        """Put a file there as a tool of an app does; give its signed URL."""
        stored = ToolFile(str(uuid.uuid4()), name, mimetype, content, "")
        self._files[stored.file_id] = stored
        return self.url(stored.file_id)

    def url(self, file_id: str) -> str:
        """Give a file's signed URL; relative when no base is set (docs/platform/dify.md#files-out)."""
        moment, nonce = str(int(time.time())), uuid.uuid4().hex
        query = {"timestamp": moment, "nonce": nonce, "sign": self._sign("tool", file_id, moment, nonce)}
        return f"{self.base}{TOOLS_PATH}{file_id}{self._files[file_id].extension}?{urlencode(query)}"

    def serve(self, request: Request, scale: float) -> ToolFile:
        """Find the file of a signed URL; FILES_ACCESS_TIMEOUT is 300 s."""
        query = {name: values[0] for name, values in parse_qs(request.query).items()}
        file_id = request.path.removeprefix(TOOLS_PATH).partition(".")[0]
        moment = query.get("timestamp", "0")
        signed = self._sign("tool", file_id, moment, query.get("nonce", ""))
        fresh = time.time() - float(moment) <= max(1.0, VALID_SECONDS * scale)
        if not hmac.compare_digest(signed, query.get("sign", "")) or not fresh:
            raise Refused("Invalid request.", 403, "forbidden")
        if file_id not in self._files:
            raise Refused("file not found", 404, "not_found")
        return self._files[file_id]

    def as_json(self) -> list[dict[str, Any]]:
        """Give what is stored, contents as hex."""
        return [
            {
                "id": f.file_id,
                "name": f.name,
                "mimetype": f.mimetype,
                "size": len(f.content),
                "hex": f.content.hex(),
            }
            for f in self._files.values()
        ]
