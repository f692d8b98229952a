from dataclasses import replace

from markdown_it import MarkdownIt

from slack_reply.markdown.inline_parser import JOINER
from slack_reply.markdown.pages.filling import State, look, tail
from slack_reply.markdown.reader import scan

VISIBLE = State(visible=True)


def test_code_is_opened_again_when_a_page_begins_in_it() -> None:
    line = scan("  - ```py\n    x = 1\n    ```", None, final=True)[1]
    assert look(line, VISIBLE) == ("    x = 1\n", 0)
    assert look(line, State()) == ("```py\nx = 1\n", 4)
    assert tail(line, "x = 1\n", 4) == "```"
    assert tail(line, "x =", 4) == "\n```"


def test_list_moves_left_when_a_page_begins_in_it() -> None:
    inner, outer = scan("- a\n    - b\n- c", None, final=True)[1:]
    assert look(inner, State()) == ("- b\n", 4)
    assert look(outer, replace(VISIBLE, shift=4)) == ("- c", 0)


def test_numbers_of_an_inner_list_end_no_other_list_when_a_page_begins_in_the_inner_one() -> None:
    text = "1. a\n   1. b\n   2. c\n      1. d\n   3. e\n2. f"
    shown, state = "", State()
    for unit in scan(text, None, final=True)[2:]:
        line, shift = look(unit, state)
        shown, state = shown + line, replace(VISIBLE, shift=shift)
    assert shown == "2) c\n   1. d\n3) e\n2. f"
    lists = [token for token in MarkdownIt("commonmark").parse(shown) if token.type == "ordered_list_open"]
    assert [token.attrGet("start") or 1 for token in lists] == [2, 1, 2]


def test_number_at_the_beginning_of_an_answer_keeps_its_sign() -> None:
    item = scan("  1. a\n  2. b", None, final=True)[0]
    assert look(item, State()) == ("  1. a\n", 0)


def test_indented_quote_moves_left_when_a_page_begins_in_it() -> None:
    _, quote, _ = scan("> # a\n    > b\n\nc", None, final=True)[:3]
    assert look(quote, State())[0] == "> b\n"
    assert look(quote, State(visible=True))[0] == "    > b\n"


def test_quote_mark_behind_four_blanks_stays_text_when_a_page_begins_with_it() -> None:
    _, line = scan("a\n    > b", None, final=True)
    assert look(line, State())[0] == f"{JOINER}&gt; b"


def test_blank_lines_and_ends_of_code_do_not_begin_a_page() -> None:
    units = scan("```\nx\n```\n\ny", None, final=True)
    assert look(units[2], State()) == ("", 0)
    assert look(units[3], State()) == ("", 0)
    assert look(units[3], VISIBLE) == ("\n", 0)
    assert look(units[3], replace(VISIBLE, after_table=True)) == ("", 0)
