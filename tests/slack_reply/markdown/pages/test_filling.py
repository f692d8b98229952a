import pytest

from slack_reply.markdown.pages.filling import Filling
from slack_reply.markdown.parts import Limits, Markdown, Page
from slack_reply.markdown.reader import scan


def filled(text: str, size: int) -> tuple[Filling, bool]:
    limits = Limits(size=size, measure=len, tables=True)
    filling = Filling(limits)
    taken = [filling.take(unit) for unit in scan(text, limits, final=True)]
    return filling, all(taken)


def text_of(page: Page) -> str:
    return "".join(part.text for part in page.parts if isinstance(part, Markdown))


def test_page_has_room_to_close_a_code_block_at_any_unit() -> None:
    text = "```py\nabc\ndef\n"
    assert filled(text, len("```py\nabc\ndef") + 3)[1] is False
    filling, fits = filled(text, len("```py\nabc\ndef") + 4)
    assert fits
    assert text_of(filling.whole()) == "```py\nabc\ndef\n```"


def test_cut_returns_the_units_of_the_next_page() -> None:
    filling, _ = filled("aaaa\n\nbbbb\n\ncccc\ndd\n\n## Head\n", 30)
    page, rest = filling.cut()
    assert text_of(page) == "aaaa\n\nbbbb\n\ncccc\ndd\n\n"
    assert [unit.text for unit in rest] == ["## Head"]


def test_blank_lines_are_not_shown_at_the_top() -> None:
    filling, _ = filled("\n\n  \ntext", 100)
    assert text_of(filling.whole()) == "text"


def test_growing_page_ends_before_units_that_may_belong_to_the_next() -> None:
    source = "a" * 10 + "\n\n" + "b " * 34 + "\n\n" + "c " * 8 + "x y"
    filling, _ = filled(source, 100)
    assert text_of(filling.growing(source)).endswith("b \n\n")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1. said\ngoes on\n-", "goes on\n\n-"),
        ("- said\ngoes on\n-\n- x", "goes on\n\n-\n- x"),
        ("- said\n- next\n-", "- next\n-"),
        ("- said\n\n  goes on\n\n-", "goes on\n\n-"),
    ],
)
def test_empty_item_makes_no_heading_of_the_line_that_a_page_begins_with(text: str, shown: str) -> None:
    limits = Limits(size=100, measure=len, tables=True)
    filling = Filling(limits)
    said, *units = scan(text, limits, final=True)
    assert said.text in {"1. said\n", "- said\n"}
    for unit in units:
        filling.take(unit)
    assert text_of(filling.whole()).lstrip() == shown
