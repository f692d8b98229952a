import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dify_app.answer import FileProduced
from dify_app.stream.images import ImageFilter
from markdown_source import Link, read_link


def owns(url: str) -> bool:
    return url.startswith("/files/")


def filtered(*chunks: str) -> tuple[str, list[FileProduced]]:
    images = ImageFilter(owns)
    text, found = "", []
    for chunk in chunks:
        said, new = images.feed(chunk)
        text += said
        found += new
    return text + images.close(), found


CHART = FileProduced("/files/tools/1.png?sign=x", "image", "chart.png")
LIST = FileProduced("/files/tools/a.pdf?sign=x", "custom", "the list.pdf")
CHART_LIST = FileProduced("/files/tools/a.pdf?sign=x", "custom", "chart.pdf")


@pytest.mark.parametrize(
    ("text", "left", "images"),
    [
        ("See ![chart](/files/tools/1.png?sign=x) there", "See  there", [CHART]),
        ('![chart](</files/tools/1.png?sign=x> "The chart")', "", [CHART]),
        (
            "![chart](/files/tools/1.png?a=b&amp;sign=x)",
            "",
            [FileProduced("/files/tools/1.png?a=b&sign=x", "image", "chart.png")],
        ),
        ("[see ![c](https://x.y/c) there](https://x.y)", "[see ![c](https://x.y/c) there](https://x.y)", []),
        ("![](/files/tools/1.png)", "", [FileProduced("/files/tools/1.png", "image", "1.png")]),
        ("![a.jpg](/files/tools/1.png)", "", [FileProduced("/files/tools/1.png", "image", "a.jpg")]),
        ("![chart](https://elsewhere.example/1.png)", "![chart](https://elsewhere.example/1.png)", []),
        ("[chart](/files/tools/1.png)", "[chart](/files/tools/1.png)", []),
        ("Get [the list](/files/tools/a.pdf?sign=x) now", "Get the list now", [LIST]),
        ("[![chart](/files/tools/1.png?sign=x)](https://x.y)", "[chart.png](https://x.y)", [CHART]),
        ("[![chart](/files/tools/1.png?sign=x)](/files/tools/a.pdf?sign=x)", "", [CHART, CHART_LIST]),
        ("[![b](https://b.c/d)](https://x.y)", "[![b](https://b.c/d)](https://x.y)", []),
        ("![a [b]](/files/tools/1.png)", "", [FileProduced("/files/tools/1.png", "image", "a [b].png")]),
        ('![chart](/files/tools/1.png?sign=x "one (1)")', "", [CHART]),
        ("Look:\n\n```\n![chart](/files/tools/1.png?sign=x)\n```\n\nEnd", "Look:\n\n\n\nEnd", [CHART]),
        ("```md\n![chart](/files/tools/1.png?sign=x)\n```", "", [CHART]),
        ("```\nx\n![chart](/files/tools/1.png?sign=x)\n```", "```\nx\n\n```", [CHART]),
        (
            "```\nx\n```\n![chart](/files/tools/1.png?sign=x)\n```\ny\n```",
            "```\nx\n```\n\n```\ny\n```",
            [CHART],
        ),
        ("```\n\n```\n", "```\n\n```\n", []),
        ("[a](b) [ ] [x] \\[y\\](z) a[0](1) [c\\", "[a](b) [ ] [x] \\[y\\](z) a[0](1) [c\\", []),
        ("Wow! ![x] !![ ![a](b ![c](", "Wow! ![x] !![ ![a](b ![c](", []),
        ("!![chart](/files/tools/1.png?sign=x)", "!", [CHART]),
        ("![a\nb](/files/tools/1.png)", "![a\nb](/files/tools/1.png)", []),
    ],
)
def test_image_filter_takes_out_only_difys_own_images(
    text: str, left: str, images: list[FileProduced]
) -> None:
    assert filtered(text) == (left, images)
    assert filtered(*text) == (left, images)


def test_image_filter_does_not_hold_plain_text_back() -> None:
    images = ImageFilter(owns)
    assert images.feed("Hello, world! And") == ("Hello, world! And", [])
    assert images.feed(" more![alt](") == (" more", [])


def test_image_that_never_closes_is_given_back_as_text() -> None:
    images = ImageFilter(owns)
    assert images.feed("![x](/files/" + "a" * 3000)[0] != ""


def test_picture_whose_content_is_its_address_is_not_held_back() -> None:
    images = ImageFilter(owns)
    assert images.feed("![x](data:image/png;base64," + "A" * 3000)[0] != ""


pieces = st.sampled_from(
    [
        *("!", "[", "]", "(", ")", "a", " ", "\n", "\\", '"', "```", "`", "~~~", "\r", "\0"),
        *("![c](/files/tools/1.png)", "![c](http://x/)", "[c](/files/tools/1.pdf?sign=x)"),
    ]
)


@given(st.lists(pieces, max_size=30).map("".join), st.data())
def test_image_filter_gives_the_same_text_however_the_stream_is_cut(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)) | {0, len(text)})
    assert filtered(*(text[start:end] for start, end in pairwise(cuts))) == filtered(text)


@given(st.lists(pieces, max_size=30).map("".join))
def test_image_filter_keeps_all_other_text(text: str) -> None:
    assume("`" not in text and "~" not in text and not re.search(r"\[ *!\[", text))
    left, files = filtered(text)
    taken = sum(len(f"![c]({file.url})" if file.kind == "image" else f"[]({file.url})") for file in files)
    assert len(text) == len(left) + taken


def test_each_line_is_read_alone_however_long_the_text_is(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def read(line: str, start: int, *, whole: bool) -> Link | int | None:
        sizes.append(len(line))
        return read_link(line, start, whole=whole)

    monkeypatch.setattr("dify_app.stream.images.read_link", read)
    text = "[a](\n" * 1_000
    assert ImageFilter(owns).feed(text) == (text, [])
    assert sizes == [4] * 1_000
