from typing import Any

import pytest
import requests

from dify_app.form import AppForm, UploadLimits, Variable
from dify_app.uploads import FileSlot, OfferedFile, file_type, place, upload
from errors import FileRefused

PDF = OfferedFile("a.pdf", "application/pdf", 100)
PNG = OfferedFile("b.png", "image/png", 100)


def form(*variables: Variable, limits: UploadLimits | None = None) -> AppForm:
    return AppForm(variables, limits=limits or UploadLimits())


def placed(asked: AppForm, *files: OfferedFile, filled: tuple[str, ...] = ()) -> list[str]:
    """The variable of each file, or the reason why the file has none."""
    free = [variable for variable in asked.file_variables if variable.name not in filled]
    found = place(asked, free, files)
    return [answer.variable if isinstance(answer, FileSlot) else answer.reason for answer in found]


def test_file_goes_to_the_first_variable_that_takes_its_type() -> None:
    asked = form(
        Variable("text", "text-input"),
        Variable("pic", "file", file_types=("image",)),
        Variable("any", "file"),
    )
    assert placed(asked, PDF, PNG) == ["any", "pic"]
    assert placed(asked, PDF, PNG, filled=("pic",)) == ["any", "file_too_many"]


def test_file_list_takes_files_up_to_its_length() -> None:
    asked = form(Variable("docs", "file-list", max_length=2))
    assert placed(asked, PDF, PNG, PDF) == ["docs", "docs", "file_too_many"]
    found = next(iter(place(asked, asked.file_variables, [PNG])))
    assert found == FileSlot(PNG, "docs", many=True, kind="image")


def test_file_list_takes_no_more_than_difys_own_limit() -> None:
    asked = form(Variable("docs", "file-list", max_length=50), limits=UploadLimits(count=1))
    assert placed(asked, PDF, PDF) == ["docs", "file_too_many"]


@pytest.mark.parametrize(
    ("asked", "file", "reason"),
    [
        (form(Variable("text", "text-input")), PDF, "file_no_variable"),
        (form(Variable("pic", "file", file_types=("image",))), PDF, "file_wrong_type"),
        (form(Variable("any", "file"), limits=UploadLimits(document=99)), PDF, "file_too_large"),
        (form(Variable("any", "file"), limits=UploadLimits(image=99)), PNG, "file_too_large"),
        (form(Variable("any", "file")), OfferedFile("a.pdf", "application/pdf", 0), "file_empty"),
    ],
)
def test_refused_file_has_its_reason(asked: AppForm, file: OfferedFile, reason: str) -> None:
    assert placed(asked, file) == [reason]


def test_size_limit_holds_only_for_its_type_of_file() -> None:
    asked = form(Variable("any", "file-list"), limits=UploadLimits(image=99, document=100))
    assert placed(asked, PDF, PNG) == ["any", "file_too_large"]


@pytest.mark.parametrize(
    ("name", "mimetype", "types", "extensions", "expected"),
    [
        ("a.png", "image/png", (), (), "image"),
        ("a.mp3", "audio/mpeg", (), (), "audio"),
        ("a.mp4", "video/mp4", ("video",), (), "video"),
        ("a.PDF", "application/pdf", ("document",), (), "document"),
        ("a.py", "text/x-python", ("document",), (), "document"),
        ("a.bin", "application/octet-stream", ("document",), (), ""),
        ("a.bin", "application/octet-stream", (), (), "custom"),
        ("a.bin", "application/octet-stream", ("custom",), (".BIN",), "custom"),
        ("a.bin", "application/octet-stream", ("custom",), ("zip",), ""),
        ("a.png", "image/png", ("document", "custom"), (), "custom"),
        ("noending", "", ("custom",), ("noending",), ""),
    ],
)
def test_file_type_follows_the_name_and_the_variable(
    name: str, mimetype: str, types: tuple[str, ...], extensions: tuple[str, ...], expected: str
) -> None:
    variable = Variable("v", "file", file_types=types, file_extensions=extensions)
    assert file_type(name, mimetype, variable) == expected


class Uploads:
    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.sent: list[tuple[str, bytes, str]] = []

    def upload(self, filename: str, content: bytes, mimetype: str) -> Any:
        self.sent.append((filename, content, mimetype))
        if self.fault:
            raise self.fault
        return type("Answer", (), {"id": "f-1"})()


SPOT = FileSlot(PDF, "docs", many=True, kind="document")


def test_uploaded_file_becomes_an_input() -> None:
    calls = Uploads()
    found = upload(calls, SPOT, b"content")
    assert calls.sent == [("a.pdf", b"content", "application/pdf")]
    assert (found.variable, found.many) == ("docs", True)
    assert found.value() == {"type": "document", "transfer_method": "tool_file", "tool_file_id": "f-1"}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (
            requests.exceptions.MissingSchema("Invalid URL '/files/upload/for-plugin': No scheme supplied."),
            "file_upload_unset",
        ),
        (requests.exceptions.ConnectionError("refused"), "file_upload_unset"),
        (requests.exceptions.ConnectTimeout("late"), "file_upload_unset"),
        (requests.exceptions.ReadTimeout("late"), "file_upload_refused"),
        (Exception("upload file failed, status code: 413, response: too large"), "file_too_large"),
        (Exception("upload file failed, status code: 500, response: no"), "file_upload_refused"),
        (Exception("upload file failed, empty response from server"), "file_upload_refused"),
    ],
)
def test_failed_upload_is_refused_with_its_reason(fault: Exception, reason: str) -> None:
    with pytest.raises(FileRefused) as found:
        upload(Uploads(fault), SPOT, b"x")
    assert (found.value.name, found.value.reason) == ("a.pdf", reason)
