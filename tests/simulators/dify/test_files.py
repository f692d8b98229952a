"""Signed uploads and downloads."""

import urllib.error
import urllib.request

import pytest
import requests

from tests.simulators.dify.conftest import Wire


def upload_url(dify: Wire, name: str = "a.txt", kind: str = "text/plain") -> str:
    return str(dify.inner("upload/file/request", {"filename": name, "mimetype": kind})[1]["data"]["url"])


def send(url: str, name: str = "a.txt", kind: str = "text/plain") -> requests.Response:
    return requests.post(url, files={"file": (name, b"content", kind)}, timeout=5)


def test_an_upload_becomes_a_file_to_fetch(dify: Wire) -> None:
    answer = send(upload_url(dify))
    stored = answer.json()
    assert answer.status_code == 201
    assert (stored["name"], stored["size"], stored["extension"]) == ("a.txt", 7, ".txt")
    assert requests.get(stored["preview_url"], timeout=5).content == b"content"


@pytest.mark.parametrize(("name", "kind"), [("b.txt", "text/plain"), ("a.txt", "image/png")])
def test_the_signature_covers_name_and_type(dify: Wire, name: str, kind: str) -> None:
    assert send(upload_url(dify), name, kind).status_code == 403


def test_a_tampered_url_is_refused(dify: Wire) -> None:
    url = dify.add_file("x.png", "image/png", b"png")
    assert urllib.request.urlopen(url).headers["Content-Type"] == "image/png"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(url[:-1] + ("0" if url[-1] != "0" else "1"))


def test_uploads_refused(dify: Wire) -> None:
    url = upload_url(dify)
    dify.refuse_uploads(413, "File size exceeded")
    assert send(url).status_code == 413
    dify.refuse_uploads()
    assert send(url).status_code == 201


def test_relative_urls(dify: Wire) -> None:
    dify.files_url("")
    assert upload_url(dify).startswith("/files/upload/for-plugin?")
    dify.files_url(dify.url)
