from typing import Any

import pytest

from dify_app.answer import FileProduced, Source
from dify_app.stream.citations import NewFiles, file_of, files_in, sources_in


def resource(position: int, name: str, **more: Any) -> dict[str, Any]:
    return {"position": position, "document_name": name, "dataset_name": "Set", "content": "secret", **more}


def test_sources_come_once_each_in_the_order_of_citation() -> None:
    found = sources_in(
        {"retriever_resources": [resource(3, "C"), resource(1, "A"), resource(2, "B"), resource(4, "A")]}
    )
    assert found == (Source("A"), Source("B"), Source("C"))


def test_source_takes_its_address_from_a_later_part_of_the_document() -> None:
    found = sources_in(
        {"retriever_resources": [resource(1, "A"), resource(2, "A", url="https://a.example/")]}
    )
    assert found == (Source("A", "https://a.example/"),)


@pytest.mark.parametrize(
    ("more", "url"),
    [
        ({"url": "https://a.example/x?y=1"}, "https://a.example/x?y=1"),
        ({"doc_metadata": {"url": "http://a.example"}}, "http://a.example"),
        ({"doc_metadata": {"source": "https://a.example"}}, "https://a.example"),
        ({"doc_metadata": {"source": "upload_file"}}, ""),
        ({"url": "javascript:alert(1)"}, ""),
        ({"url": "ftp://a.example"}, ""),
        ({"url": "https://"}, ""),
        ({"url": "https://[::1"}, ""),
        ({"url": "https://a.example/ <!here>"}, ""),
        ({"url": "https://a.example/|x"}, ""),
        ({"url": "https://a.example/\n"}, ""),
        ({"url": "https://a.example/" + "x" * 2000}, ""),
        ({"url": 7, "doc_metadata": []}, ""),
    ],
)
def test_source_links_only_to_a_web_address(more: dict[str, Any], url: str) -> None:
    assert sources_in({"retriever_resources": [resource(1, "A", **more)]}) == (Source("A", url),)


def test_source_without_a_document_name_uses_its_title_or_dataset() -> None:
    found = sources_in({"retriever_resources": [resource(1, "", title="T"), resource(2, ""), {}]})
    assert found == (Source("T"), Source("Set"))


def test_source_name_is_one_short_line() -> None:
    name = sources_in({"retriever_resources": [resource(1, "a\nb" * 200)]})[0].name
    assert "\n" not in name
    assert len(name) <= 150
    assert name.endswith("…")


def test_sources_are_empty_for_odd_metadata() -> None:
    assert sources_in({"retriever_resources": None}) == ()
    assert sources_in({"retriever_resources": [1, None, "x"]}) == ()


def test_file_of_dify_is_read_from_an_event() -> None:
    item = {"type": "image", "url": "/files/tools/a.png?sign=x", "filename": "chart.png"}
    assert file_of(item) == FileProduced("/files/tools/a.png?sign=x", "image", "chart.png")
    assert file_of({"url": "/files/tools/a.png?sign=x"}) == FileProduced(
        "/files/tools/a.png?sign=x", "custom", "a.png"
    )
    assert file_of({"url": "http://[x/a"}) == FileProduced("http://[x/a", "custom", "")
    assert file_of({"type": "image"}) is None
    assert file_of({**item, "belongs_to": "user"}) is None
    assert list(files_in({"files": [item, None, {}]})) == [file_of(item)]
    assert list(files_in({"files": None})) == []


def test_file_of_dify_is_new_only_once_whatever_its_host_and_signature() -> None:
    files = NewFiles(lambda url: "/files/" in url)
    first, again = FileProduced("/f?s=1", "image", "f"), FileProduced("/f?s=2", "image", "f")
    assert files.take([first, again]) == [first]
    assert files.take([again]) == []
    assert len(files.take([FileProduced("/files/tools/a.png?s=1", "image", "a")])) == 1
    assert files.take([FileProduced("http://api:5001/files/tools/a.png?s=2", "image", "a")]) == []


def test_file_elsewhere_is_another_one_with_another_query_or_host() -> None:
    urls = (
        "https://quickchart.io/chart?c=1",
        "https://quickchart.io/chart?c=2",
        "https://a.example/files/x.png",
        "https://b.example/files/x.png",
    )
    files = [FileProduced(url, "image", "chart") for url in urls]
    assert NewFiles(lambda _: False).take([*files, files[0]]) == files


def test_file_of_an_unknown_dify_host_is_new_only_once_under_other_signatures() -> None:
    base = "https://dify.example/files/tools/a.png?timestamp={0}&nonce={0}&sign={0}"
    first, again = (FileProduced(base.format(sign), "image", "a") for sign in "xy")
    assert NewFiles(lambda _: False).take([first, again]) == [first]


def test_number_of_new_files_is_bounded() -> None:
    files = NewFiles(lambda _: False)
    told = files.take(FileProduced(f"https://x.example/{number}", "image", "a") for number in range(2_000))
    assert len(told) == 1_000
    assert files.take([FileProduced("https://x.example/new", "image", "a")]) == []
