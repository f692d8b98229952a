import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import FileRefused
from slack_api.file_objects import (
    ANY_TYPE,
    HEAD,
    LONGEST_NAME,
    declared_size,
    download_url,
    mime_of,
    name_of,
    refusal,
    safe_name,
)
from slack_api.pool import HttpResponse
from tests.slack_api.scripted_pool import says

FILE = {
    "id": "F1",
    "name": "a.txt",
    "mimetype": "text/plain",
    "mode": "hosted",
    "size": 5,
    "url_private": "https://files.slack.com/p",
    "url_private_download": "https://files.slack.com/d",
}
LOGIN = b"<!DOCTYPE html>\n<html><head><title>Slack</title></head></html>"


@given(st.text(max_size=400))
def test_a_name_is_one_visible_part_of_bounded_length(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert len(safe) <= LONGEST_NAME
    assert not set(safe) & {"/", "\\"}
    assert safe not in {".", ".."}
    assert all(unicodedata.category(character)[0] != "C" for character in safe)
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("报告 2026.pdf", "报告 2026.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\temp\\a.txt", "a.txt"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ("invoice\u202egpj.exe", "invoicegpj.exe"),
        (".bashrc", "bashrc"),
        ("", "file"),
        ("..", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_title_stands_in_for_a_name() -> None:
    assert name_of({"title": "notes.md"}) == "notes.md"
    assert name_of({"name": 7, "title": "notes.md"}) == "notes.md"
    assert name_of({"name": None}) == "file"


@pytest.mark.parametrize(
    ("given_type", "read"),
    [
        ("Image/PNG", "image/png"),
        ("", ANY_TYPE),
        (None, ANY_TYPE),
        ("a", ANY_TYPE),
        ("a/b\r\nX: y", ANY_TYPE),
    ],
)
def test_types(given_type: object, read: str) -> None:
    assert mime_of({"mimetype": given_type}) == read


@pytest.mark.parametrize(
    ("size", "read"), [(5, 5), (0, 0), (-1, None), ("5", None), (True, None), (None, None)]
)
def test_sizes(size: object, read: int | None) -> None:
    assert declared_size({"size": size}) == read


def test_the_download_address_comes_first() -> None:
    assert download_url(FILE, 5) == "https://files.slack.com/d"
    assert download_url({**FILE, "url_private_download": None}, 5) == "https://files.slack.com/p"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"mode": "external"}, "file_external"),
        ({"is_external": True}, "file_external"),
        ({"mode": "tombstone"}, "file_deleted"),
        ({"mode": "hidden_by_limit"}, "file_deleted"),
        ({"file_access": "file_not_found"}, "file_deleted"),
        ({"file_access": "check_file_info"}, "file_shared_elsewhere"),
        ({"mode": "file_access"}, "file_shared_elsewhere"),
        ({"file_access": "access_denied"}, "file_shared_elsewhere"),
        ({"mode": "canvas"}, "file_wrong_type"),
        ({"size": 6}, "file_too_large"),
        ({"size": 0}, "file_empty"),
        ({"url_private": "", "url_private_download": None}, "file_no_url"),
    ],
)
def test_what_cannot_be_fetched_says_why(change: dict[str, Any], reason: str) -> None:
    with pytest.raises(FileRefused) as caught:
        download_url({**FILE, **change}, 5)
    assert (caught.value.name, caught.value.reason) == ("a.txt", reason)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (says(b"hello", content_length="5"), None),
        (says(b"", content_length="0"), "file_empty"),
        (says(LOGIN, content_type="text/html; charset=utf-8"), "file_login_page"),
        (says(LOGIN, content_type="text/plain"), "file_login_page"),
        (says(b"\xef\xbb\xbf  <HTML>"), "file_login_page"),
        (says(b"moved", content_type="text/html"), None),  # five bytes: the file itself
        (says(b"", 302, x_slack_meta="?;acl_fail"), "file_login_page"),
        (says(b"", 302, location="https://acme.slack.com/?redir=%2Ffiles-pri"), "file_login_page"),
        (says(b"", 302, location="https://evil.example/"), "file_foreign_host"),
        (says(b"", 307), "file_foreign_host"),
        (says(b"", 403), "file_login_page"),
        (says(b"", 404), "file_deleted"),
        (says(b"", 500), "file_download_failed"),
        (says(b"", 206), "file_download_failed"),
        (says(b"hell"), "file_truncated"),
        (says(b"hell", transfer_encoding="chunked"), None),
    ],
)
def test_what_an_answer_means(answer: HttpResponse, reason: str | None) -> None:
    assert refusal(FILE, answer, owned_target=False) == reason


@pytest.mark.parametrize(
    ("before", "reason"), [(HEAD - len(LOGIN), "file_login_page"), (HEAD, None), (20 * HEAD, None)]
)
def test_only_how_a_body_begins_tells_a_page(before: int, reason: str | None) -> None:
    """A file of megabytes is not searched: nothing else runs meanwhile."""
    body = b"\n " * (before // 2) + LOGIN
    assert refusal({**FILE, "size": None}, says(body), owned_target=False) == reason


def test_a_redirect_on_the_files_host_is_not_followed_either() -> None:
    loop = says(b"", 302, location="https://files.slack.com/d")
    assert refusal(FILE, loop, owned_target=True) == "file_download_failed"


def test_a_page_that_is_a_page_is_taken() -> None:
    page = {**FILE, "mimetype": "text/html", "size": None}
    assert refusal(page, says(LOGIN, content_type="text/html"), owned_target=False) is None


@pytest.mark.parametrize(
    ("given", "name", "kind"),
    [
        ("audio/mp4", "audio_message.m4a", "audio/mp4"),
        ("video/mp4", "audio_message.mp4", "audio/mp4"),
        ("video/webm", "audio_message.webm", "audio/webm"),
        ("", "audio_message.m4a", "audio/mp4"),
        (None, "audio_message.webm", "audio/webm"),
    ],
)
def test_voice_clips_are_sound(given: str | None, name: str, kind: str) -> None:
    assert mime_of({"name": name, "mimetype": given, "subtype": "slack_audio"}) == kind
