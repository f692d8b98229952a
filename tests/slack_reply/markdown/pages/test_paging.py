import pytest

from slack_reply.markdown.pages.filling import Filling
from slack_reply.markdown.pages.pages import fill
from slack_reply.markdown.parts import Limits, Markdown, Page
from slack_reply.markdown.reader import scan

LIMITS = Limits(size=200, measure=len, tables=True)


def pages(text: str, cuts: tuple[int, ...] = (), start: int = 0) -> list[str]:
    found = [
        page.whole() if isinstance(page, Filling) else page
        for page in fill(scan(text, LIMITS, final=True), LIMITS, cuts[0] if cuts else None, start)
    ]
    return ["".join(part.text for part in page.parts if isinstance(part, Markdown)) for page in found]


def test_cut_ends_a_page_and_the_code_block_in_it() -> None:
    text = "```sh\none\ntwo\n```\nend"
    assert pages(text, (10,)) == ["```sh\none\n```", "```sh\ntwo\n```\nend"]


def test_cut_within_a_line_begins_a_page() -> None:
    assert pages("> some words", (7,)) == ["> some ", "> words"]


def test_start_within_a_text_continues_like_the_page() -> None:
    text = "```sh\none\ntwo\n```\nend"
    assert pages(text, start=10) == pages(text, (10,))[1:]
    assert pages("- a b\n- c", start=4) == ["b\n- c"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("10. a |rest\n11. b\n\n    ```sh\n    x\n    ```", "rest\n\n11. b\n\n    ```sh\n    x\n    ```"),
        ("- a\n|  rest\n---\nb", "rest\n\n---\nb"),
        ("- a |rest\n===\nb", "rest\n\\===\nb"),
        ("- a |rest\n--\nb", "rest\n\\--\nb"),
        ("- a |rest\n-\n  b", "rest\n\n-\n  b"),
        ("- a\n\n|  rest\n2. b", "rest\n\n2. b"),
        ("3. a |rest\n\n   more\n4. b", "rest\n\nmore\n\n4. b"),
        ("3. a\n   - b |rest\n\n   more\n4. c", "rest\n\nmore\n\n4. c"),
        ("3. a\n   > b |rest\n\n   more\n4. c", "> rest\n\nmore\n\n4. c"),
        ("3. a |rest\n\nmore\n---\nb", "rest\n\nmore\n---\nb"),
        ("- a\n\n        deep\n|            deeper\n        deep\n- b", "          deeper\n      deep\n- b"),
        ("- a |rest\n\n      1. code\n      ---\n- b", "rest\n\n    1. code\n    ---\n- b"),
        ("- a\n  ```\n  x\n|  1. y\n  ---\n  ```\n- b", "```\n1. y\n---\n```\n- b"),
        ("> - a |rest\n> ---\n> b", "> rest\n>\n> ---\n> b"),
        ("1. a\n   - b |rest\n     ---\n   - c\n2. d", "rest\n---\n- c\n2. d"),
    ],
)
def test_what_stands_below_an_item_is_no_part_of_it_when_a_page_begins_in_it(text: str, shown: str) -> None:
    assert pages(text.replace("|", ""), start=text.index("|")) == [shown]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("10. a |rest\n    - b\n    c", "rest\n- b\nc"),
        ("10. a |rest\nlazy\n    - b\n\n    c", "rest\nlazy\n- b\n\nc"),
        ("- a |rest\n    - b\n\n    c\n- d", "rest\n  - b\n\n  c\n- d"),
        ("- [ ] a |rest\n  b\n    - c", "rest\nb\n  - c"),
    ],
)
def test_list_in_an_item_moves_left_when_a_page_begins_in_the_items_text(text: str, shown: str) -> None:
    assert pages(text.replace("|", ""), start=text.index("|")) == [shown]


def test_unit_larger_than_a_page_is_cut_between_entities() -> None:
    link = f"[a](https://x.y/{'z' * 400})"
    found = pages(link)
    assert "".join(found) == link
    assert all(len(page) <= 200 for page in found)
    rows = pages("| a |\n|---|\n| " + "<@U1>" * 200 + " |")
    assert "".join(rows).count("&lt;") == 200


def test_fill_ends_for_any_text_and_limits() -> None:
    tiny = Limits(size=3, measure=len, tables=True)
    found = list(fill(scan("```py\nlong line\n```", tiny, final=True), tiny, None, 0))
    assert all(isinstance(page, Page | Filling) for page in found)
    assert found
