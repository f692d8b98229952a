from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dify_app.answer import FileProduced
from dify_app.images import ImageFilter


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


@pytest.mark.parametrize(
    ("text", "left", "images"),
    [
        ("See ![chart](/files/tools/1.png?sign=x) there", "See  there", [CHART]),
        ('![chart](</files/tools/1.png?sign=x> "The chart")', "", [CHART]),
        ("![](/files/tools/1.png)", "", [FileProduced("/files/tools/1.png", "image", "1.png")]),
        ("![a.jpg](/files/tools/1.png)", "", [FileProduced("/files/tools/1.png", "image", "a.jpg")]),
        ("![chart](https://elsewhere.example/1.png)", "![chart](https://elsewhere.example/1.png)", []),
        ("[chart](/files/tools/1.png)", "[chart](/files/tools/1.png)", []),
        ("Wow! ![x] !![ ![a](b ![c](", "Wow! ![x] !![ ![a](b ![c](", []),
        ("!![chart](/files/tools/1.png?sign=x)", "!", [CHART]),
        ("![a\nb](/files/tools/1.png)", "![a\nb](/files/tools/1.png)", []),
    ],
)
def test_only_difys_own_images_are_taken_out(text: str, left: str, images: list[FileProduced]) -> None:
    assert filtered(text) == (left, images)
    assert filtered(*text) == (left, images)


def test_plain_text_is_not_held_back() -> None:
    images = ImageFilter(owns)
    assert images.feed("Hello, world! And") == ("Hello, world! And", [])
    assert images.feed(" more![alt](") == (" more", [])


def test_an_image_that_never_closes_is_let_go() -> None:
    images = ImageFilter(owns)
    assert images.feed("![x](/files/" + "a" * 3000)[0] != ""


pieces = st.sampled_from(
    ["!", "[", "]", "(", ")", "a", " ", "\n", "![c](/files/tools/1.png)", "![c](http://x/)"]
)


@given(st.lists(pieces, max_size=30).map("".join), st.data())
def test_chunks_make_no_difference(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)) | {0, len(text)})
    assert filtered(*(text[start:end] for start, end in pairwise(cuts))) == filtered(text)


@given(st.lists(pieces, max_size=30).map("".join))
def test_nothing_else_is_lost(text: str) -> None:
    left, images = filtered(text)
    assert len(text) == len(left) + len("![c](/files/tools/1.png)") * len(images)
