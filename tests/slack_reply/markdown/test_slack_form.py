from hypothesis import given

from simulators.slack.blocks import check_blocks
from slack_reply.markdown.parts import Cell, Limits, Markdown, Page, Run, Table
from slack_reply.markdown.slack_form import (
    FALLBACK_LIMIT,
    chunks_between,
    closed,
    fallback_text,
    page_arguments,
    table_block,
)
from slack_reply.markdown.tables import row_of
from tests.slack_reply.drawn import limits, markdown
from tests.slack_reply.whole_pages import paginate

LINKED = Cell((Run("docs", frozenset({"bold"}), "https://x.y"), Run(" and more")))
TABLE = Table((row_of("| a | |", 2), row_of("| 1 | 2 |", 2)), ("", "right"))


def page(*parts: Markdown | Table, tail: str = "") -> Page:
    return Page(parts, 1, tail)


def test_text_and_tables_go_as_blocks_beside_a_text_for_notifications() -> None:
    assert page_arguments(page(Markdown("*a*"))) == {
        "blocks": [{"type": "markdown", "text": "*a*"}],
        "text": "*a*",
    }
    arguments = page_arguments(page(Markdown("See:\n\n"), TABLE))
    assert [block["type"] for block in arguments["blocks"]] == ["markdown", "table"]
    assert arguments["text"] == "See:\n\n\na\t\n1\t2"


def test_table_block_has_no_empty_cell() -> None:
    assert table_block(TABLE) == {
        "type": "table",
        "rows": [
            [{"type": "raw_text", "text": "a"}, {"type": "raw_text", "text": " "}],
            [{"type": "raw_text", "text": "1"}, {"type": "raw_text", "text": "2"}],
        ],
        "column_settings": [{"align": "left"}, {"align": "right"}],
    }
    assert "column_settings" not in table_block(Table((row_of("| a |", 1),), ("",)))


def test_cell_with_markup_keeps_its_look_and_its_link() -> None:
    [[cell]] = table_block(Table(((LINKED,),), ("",)))["rows"]
    assert cell["type"] == "rich_text"
    assert cell["elements"][0]["elements"] == [
        {"type": "link", "url": "https://x.y", "text": "docs", "style": {"bold": True}},
        {"type": "text", "text": " and more"},
    ]


def test_chunks_contain_only_the_added_text() -> None:
    begun = page(Markdown("Hello "))
    assert chunks_between(None, begun) == [{"type": "markdown_text", "text": "Hello "}]
    assert chunks_between(begun, begun) == []
    grown = page(Markdown("Hello you"), TABLE, Markdown("Bye"))
    chunks = chunks_between(begun, grown)
    assert chunks
    assert [chunk["type"] for chunk in chunks] == ["markdown_text", "blocks", "markdown_text"]
    assert chunks[0]["text"] == "you"
    assert chunks_between(page(Markdown("Hello you"), TABLE), grown) == [
        {"type": "markdown_text", "text": "Bye"}
    ]


def test_changed_page_cannot_be_appended() -> None:
    assert chunks_between(page(Markdown("Hello")), page(Markdown("Bye"))) is None
    assert chunks_between(page(Markdown("Hello")), page(TABLE)) is None
    assert chunks_between(page(Markdown("a"), TABLE), page(Markdown("a"))) is None
    assert chunks_between(page(Markdown("a")), page()) is None


def test_only_an_open_page_is_closed() -> None:
    assert closed(page(Markdown("```\nx\n"), tail="```")).parts == (Markdown("```\nx\n```"),)
    assert closed(page(Markdown("x"))) == page(Markdown("x"))


@given(text=markdown, limits=limits)
def test_text_beside_blocks_fits_an_update_and_has_no_brackets(text: str, limits: Limits) -> None:
    for shown in paginate(text, limits, final=True):
        fallback = fallback_text(shown)
        assert fallback
        assert "<" not in fallback
        assert len(fallback.encode()) <= FALLBACK_LIMIT


def test_data_table_has_a_caption_and_a_plain_head() -> None:
    block = table_block(Table(((LINKED, Cell()), *[row_of("| **1** | 2 |", 2)] * 150), ("", ""), data=100))
    assert block["type"] == "data_table"
    assert block["caption"] == "docs (https://x.y) and more,"
    assert [cell["type"] for cell in block["rows"][0]] == ["raw_text", "raw_text"]
    assert [cell["type"] for cell in block["rows"][1]] == ["rich_text", "raw_text"]
    assert len(block["rows"]) == 151
    assert check_blocks([block])
