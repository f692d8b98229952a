import logging
from collections.abc import Mapping
from typing import Any

import gevent
import pytest

from clock import Clock
from dify_app.form import AppForm, UploadLimits
from dify_app.uploads import FileSlot, OfferedFile, PlacedFile
from errors import AppMisconfigured, FileRefused
from slack_api.files import Downloaded
from slack_api.pool import Bounds
from turns.files.attachments import MOST_BYTES, MOST_FILES, Attachments
from turns.files.transfers import Transfers

MEGABYTE = 1024 * 1024
SECRET = "xoxb-nobodys-business"


class FakeApp:
    """An app whose form takes every file as `files`."""

    def __init__(self, *, takes: bool = True, broken: bool = False) -> None:
        self.takes = takes
        self.broken = broken

    def takes_files(self) -> bool:
        if self.broken:
            raise AppMisconfigured
        return self.takes

    def place(self, files: list[OfferedFile]) -> list[FileSlot | FileRefused]:
        return [
            FileRefused(file.name, "file_wrong_type")
            if file.name.endswith(".exe")
            else FileSlot(file, "files", True, "document")
            for file in files
        ]

    def upload(self, slot: FileSlot, _content: bytes) -> PlacedFile:
        return PlacedFile(slot.variable, slot.many, slot.kind, f"id-{slot.file.name}")

    def form(self) -> AppForm:
        return AppForm(limits=UploadLimits(document=15 * MEGABYTE))


class FakeSlack:
    def __init__(self) -> None:
        self.limits: list[int] = []
        self.loaded: list[str] = []

    def resolve(self, file: Mapping[str, Any]) -> Mapping[str, Any]:
        if file.get("mode") == "file_access":
            raise FileRefused("file", "file_shared_elsewhere")
        return file

    def download(self, file: Mapping[str, Any], limits: Bounds) -> Downloaded:
        self.limits.append(limits.size)
        name = str(file["name"])
        if "slow" in name:
            gevent.sleep(60)
        if "bad" in name:
            raise FileRefused(name, "file_login_page")
        if "odd" in name:
            raise RuntimeError(SECRET)
        self.loaded.append(name)
        return Downloaded(name, "text/plain", b"abc")


def file(name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "name": name, "mimetype": "text/plain", "size": 3, "url_private": "https://x", **more}


@pytest.fixture
def slack() -> FakeSlack:
    return FakeSlack()


def attachments(slack: FakeSlack, app: FakeApp | None = None) -> Attachments:
    return Attachments(slack, app or FakeApp(), Transfers(2, 2).of("hook"), Clock(0.0005))  # type: ignore[arg-type]


def fate(brought: list[PlacedFile | FileRefused]) -> list[str]:
    return [what.reason if isinstance(what, FileRefused) else what.file_id for what in brought]


def test_result_of_each_file_comes_in_order(slack: FakeSlack) -> None:
    names = ["a.txt", "bad.txt", "b.exe", "odd.txt", "c.txt", "slow.txt"]
    stub = {"id": "F1", "mode": "file_access"}
    brought = attachments(slack).bring([*map(file, names), stub, file("d.txt", size=0), file("e.txt")])
    assert fate(brought) == [
        "id-a.txt",
        "file_login_page",
        "file_wrong_type",
        "file_download_failed",
        "id-c.txt",
        "file_stalled",
        "file_shared_elsewhere",
        "file_empty",
        "id-e.txt",
    ]


def test_unexpected_error_of_a_file_is_logged_without_its_text(
    slack: FakeSlack, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        attachments(slack).bring([file("odd.txt")])
    assert "into the app: RuntimeError at test_attachments.py:" in caplog.text
    assert SECRET not in caplog.text


def test_no_call_is_made_for_an_app_that_takes_no_files(slack: FakeSlack) -> None:
    assert fate(attachments(slack, FakeApp(takes=False)).bring([file("a.txt")])) == ["file_no_variable"]
    assert slack.limits == []


def test_nothing_is_brought_to_an_app_that_cannot_be_asked(slack: FakeSlack) -> None:
    broken = attachments(slack, FakeApp(broken=True))
    assert broken.bring([file("a.txt")]) == []
    assert not broken.wanted()


def test_files_above_the_limit_are_refused(slack: FakeSlack) -> None:
    brought = attachments(slack).bring([file(f"{n}.txt") for n in range(MOST_FILES + 1)])
    assert fate(brought)[-2:] == [f"id-{MOST_FILES - 1}.txt", "file_too_many"]


def test_file_larger_than_the_app_or_the_process_takes_is_refused(slack: FakeSlack) -> None:
    assert fate(attachments(slack).bring([file("huge.txt", size=MOST_BYTES + 1)])) == ["file_too_large"]
    attachments(slack).bring([file("a.txt")])
    assert slack.limits == [15 * MEGABYTE]
