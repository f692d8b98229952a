"""Files that end users of the Service API upload (docs/platform/dify-service-api.md#service-files)."""

import mimetypes
import uuid
from dataclasses import dataclass
from io import BytesIO

from werkzeug.formparser import parse_form_data

from simulators.dify.apps import Refused
from simulators.http1.messages import Request

MEGABYTE = 1024 * 1024
LIMITS = {"image": 10 * MEGABYTE, "audio": 50 * MEGABYTE, "video": 100 * MEGABYTE}
OTHER_LIMIT = 15 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Upload:
    """One file; `owner` is the id of the end user who uploaded it."""

    file_id: str
    name: str
    mimetype: str
    content: bytes
    owner: str

    def answer(self) -> dict[str, object]:
        """What Dify answers with 201."""
        return {
            "id": self.file_id,
            "name": self.name,
            "size": len(self.content),
            "extension": (mimetypes.guess_extension(self.mimetype) or ".bin").lstrip("."),
            "mime_type": self.mimetype,
            "created_by": self.owner,
        }


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A multipart body: the field `user`, and the one file."""

    user: str
    name: str
    mimetype: str
    content: bytes


def read_form(request: Request) -> UploadForm:
    """Read the body as Dify does. Raises Refused."""
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": request.get("content-type"),
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.input": BytesIO(request.body),
    }
    _, fields, parts = parse_form_data(environ)
    part = parts.get("file")
    if part is None:
        raise Refused("Please upload your file.", 400, "no_file_uploaded")
    if len(list(parts.values())) > 1:
        raise Refused("Only one file is allowed.", 400, "too_many_files")
    if not part.filename:
        raise Refused("The specified filename does not exist.", 400, "filename_not_exists_error")
    if not part.mimetype:
        raise Refused("File type not allowed.", 415, "unsupported_file_type")
    return UploadForm(fields.get("user", ""), part.filename, part.mimetype, part.read())


def stored(form: UploadForm, owner: str) -> Upload:
    """The file as the end user's own. Raises Refused for one that is too large."""
    if len(form.content) > LIMITS.get(form.mimetype.partition("/")[0], OTHER_LIMIT):
        raise Refused("File size exceeded.", 413, "file_too_large")
    return Upload(str(uuid.uuid4()), form.name, form.mimetype, form.content, owner)
