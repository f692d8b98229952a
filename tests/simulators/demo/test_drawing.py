import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console, RenderableType

from simulators.demo.document import Block, Item, Paragraph, Post, Quote, Span, Table, Task, Text, ThreadView
from simulators.demo.drawing import draw_blocks, draw_thread
from simulators.demo.markdown_reader import read_markdown
from tests.simulators.demo.texts import MARKDOWN, posts, text


def shown(drawn: RenderableType, width: int, *, colour: bool = False) -> list[str]:
    """The lines of it without the blanks at their ends."""
    out = io.StringIO()
    console = Console(
        file=out, width=width, force_terminal=colour, color_system="standard" if colour else None
    )
    console.print(drawn, highlight=False, markup=False)
    return [line.rstrip() for line in out.getvalue().removesuffix("\n").split("\n")]


def blocks(*given: Block, room: int) -> list[str]:
    return shown(draw_blocks(given), room)


def thread(view: ThreadView, width: int = 30) -> list[str]:
    return shown(draw_thread(view), width)


def test_a_thread_as_a_terminal_shows_it() -> None:
    question = Post("Anna", is_app=False, blocks=(Paragraph(text("@bot how?")),))
    answer = Post("bot", is_app=True, blocks=read_markdown(MARKDOWN), growing=True)
    assert thread(ThreadView("team", (question, answer), "is thinking…")) == [
        "─ #team ──────────────────────",
        "",
        "Anna",
        "  @bot how?",
        "",
        "bot APP  ● streaming",
        "  Title",
        "",
        "  Some words and code.",
        "  1. one",
        "     ◦ deep",
        "  2. two",
        "  ☑ done",
        "",
        "  ╭─ python ─╮",
        "  │ if a:    │",
        "  │     b()  │",
        "  ╰──────────╯",
        "",
        "  ▏ said",
        "",
        "  ────────────────────────────",
        "",
        "  ┌───┬───┐",
        "  │ A │ B │",
        "  ├───┼───┤",
        "  │ 1 │ 2 │",
        "  └───┴───┘",
        "",
        "  bot is thinking…",
    ]


def test_task_cards_show_their_state_and_what_came_of_them() -> None:
    tasks = (
        Task("Search", "complete", output="3 found", sources=("A", "B")),
        Task("Mail", "error", details="1\n2\n3\n4"),
    )
    assert thread(ThreadView("", (Post("bot", is_app=True, blocks=tasks),))) == [
        "",
        "bot APP",
        "  ▎✓ Search",
        "  ▎  3 found",
        "  ▎  A · B",
        "  ▎✗ Mail",
        "  ▎  1",
        "  ▎  2",
        "  ▎  3",
    ]


def test_an_edited_message_and_its_files() -> None:
    post = Post("bot", is_app=True, blocks=(), edited=True, files=("plan.pdf",))
    assert thread(ThreadView("", (post,))) == ["", "bot APP (edited)", "  ⎘ plan.pdf"]


def test_an_empty_item_still_has_its_marker() -> None:
    assert blocks(Item("•", ()), room=20) == ["•"]


def test_every_line_of_a_quote_and_of_an_item_is_set_in() -> None:
    said = Paragraph(text("one two"))
    assert blocks(Quote((said,)), room=6) == ["▏ one", "▏ two"]
    assert blocks(Item("1.", (said,)), room=7) == ["1. one", "   two"]


@pytest.mark.parametrize(
    ("said", "room", "lines"),
    [
        (text("one two  three"), 7, ["one two", "three"]),
        ((Span("see "), Span("bold", frozenset({"bold"})), Span(", ok")), 8, ["see", "bold, ok"]),
        (text("a\n\nb"), 9, ["a", "", "b"]),
        (text("日本語"), 5, ["日本", "語"]),
        (text("abcdefgh"), 4, ["abcd", "efgh"]),
        (text("ae\u0301o"), 2, ["ae\u0301", "o"]),
    ],
)
def test_a_paragraph_is_wrapped_in_cells(said: Text, room: int, lines: list[str]) -> None:
    assert blocks(Paragraph(said), room=room) == lines


def test_marks_are_colours_and_lines_of_letters() -> None:
    said = Paragraph((Span("a ", frozenset({"bold"})), Span("b", frozenset({"code", "strike"}))))
    assert shown(draw_blocks([said]), 9, colour=True) == ["\x1b[1ma \x1b[0m\x1b[9;33mb\x1b[0m"]


def test_columns_are_as_wide_as_their_texts_in_cells() -> None:
    table = Table(((text("日本"), text("n")), (text("a"), text("10"))), ("left", "right"))
    assert blocks(table, room=40) == [
        "┌──────┬────┐",
        "│ 日本 │  n │",
        "├──────┼────┤",
        "│ a    │ 10 │",
        "└──────┴────┘",
    ]


@pytest.mark.parametrize(
    ("said", "cells"),
    [
        ("abc", 3),
        ("日本", 4),
        ("ｱｲ", 2),
        ("Ａ", 2),
        ("e\u0301", 1),
        ("👩\u200d💻", 2),
        ("❤\ufe0f", 2),
        ("🇳🇱", 2),
        ("한", 2),
        ("a\u200bb", 2),
    ],
)
def test_a_column_is_so_many_cells_wide(said: str, cells: int) -> None:
    assert blocks(Table(((text(said),),)), room=20)[0] == f"┌{'─' * (cells + 2)}┐"


def test_too_wide_a_table_wraps_in_its_cells() -> None:
    table = Table(((text("a"), text("b")), (text("key"), text("some words here"))))
    assert blocks(table, room=19) == [
        "┌─────┬───────────┐",
        "│ a   │ b         │",
        "├─────┼───────────┤",
        "│ key │ some      │",
        "│     │ words     │",
        "│     │ here      │",
        "└─────┴───────────┘",
    ]


def test_rows_of_different_lengths_are_filled_up() -> None:
    assert blocks(Table(((text("a"), text("b")), (text("c"),))), room=20)[3] == "│ c │   │"


@given(
    st.lists(
        st.lists(st.text("ab 日é", max_size=12).map(text), min_size=2, max_size=2).map(tuple),
        min_size=1,
        max_size=4,
    ),
    st.integers(14, 40),
)
def test_all_lines_of_a_table_are_equally_long_and_fit(rows: list[tuple[Text, ...]], room: int) -> None:
    [width] = {cell_len(line) for line in blocks(Table(tuple(rows)), room=room)}
    assert width <= room


@given(st.lists(posts, max_size=2), st.integers(20, 100), st.booleans())
def test_whatever_is_said_nothing_steers_the_terminal(said: list[Post], width: int, colour: bool) -> None:
    for line in shown(
        draw_thread(ThreadView("team", tuple(said), "is\x1b[2J thinking")), width, colour=colour
    ):
        assert "\x1b[2J" not in line
        assert colour or not any(char < " " for char in line)


@given(st.text("ab| -`#>*1.\n\t日", max_size=60))
def test_lines_of_any_markdown_fit(markdown: str) -> None:
    assert all(cell_len(line) <= 80 for line in blocks(*read_markdown(markdown), room=80))


@given(st.text("ab \n日é", max_size=60), st.integers(2, 30))
def test_a_paragraph_loses_only_white_space(said: str, room: int) -> None:
    lines = blocks(Paragraph(text(said)), room=room)
    assert all(cell_len(line) <= room for line in lines)
    assert "".join("".join(lines).split()) == "".join(said.split())
