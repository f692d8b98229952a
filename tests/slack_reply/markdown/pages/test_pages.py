import random
import textwrap
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from slack_reply.markdown.pages.layout import Layout
from slack_reply.markdown.pages.pages import pages_after
from slack_reply.markdown.parts import Limits, Markdown, Page, Table
from slack_reply.markdown.reader import scan
from slack_reply.markdown.slack_form import closed
from slack_reply.markdown.tables import row_of
from slack_reply.markdown.units import apart
from slack_reply.writers import edited_message, streamed_message
from tests.corpus.answers import ANSWERS
from tests.slack_reply.drawn import EDIT, NATIVE, PROFILES, limits, markdown
from tests.slack_reply.examples import EXAMPLES
from tests.slack_reply.law import Screen, assert_fits, assert_grows, markdown_of, whole
from tests.slack_reply.rendered import rendered_page
from tests.slack_reply.whole_pages import paginate

CHUNKINGS = 48
SOAK_CHUNKINGS = 200
STATES = 48
"""Of each answer; the soak has twice as many."""
LONG = 4000
SMALL = Limits(size=400, measure=len, tables=True)


def texts(pages: tuple[Page, ...]) -> list[str]:
    return [markdown_of([page]) for page in pages]


@given(text=markdown, limits=limits)
def test_pages_only_grow_at_every_character(text: str, limits: Limits) -> None:
    before: tuple[Page, ...] = ()
    for length in range(len(text) + 1):
        now = paginate(text[:length], limits, final=False)
        assert_grows(before, now)
        before = now
    assert_grows(before, paginate(text, limits, final=True))


@given(text=markdown, limits=limits, length=st.integers(0, 200))
def test_final_pages_extend_growing_pages_at_any_length(text: str, limits: Limits, length: int) -> None:
    growing = paginate(text[:length], limits, final=False)
    ended = paginate(text[:length], limits, final=True)
    assert_grows(growing, ended)
    assert_fits(growing, limits)
    assert_fits(ended, limits)
    assert all(not page.tail for page in ended)
    assert not ended or ended[-1].end == len(text[:length])


@given(text=markdown, limits=limits)
def test_page_continues_where_the_previous_one_ended(text: str, limits: Limits) -> None:
    pages = paginate(text, limits, final=True)
    for number, page in enumerate(pages[:-1], 1):
        assert pages_after(text, page.end, limits, final=True) == pages[number:]


@given(text=markdown, limits=limits, data=st.data())
def test_pages_continue_when_a_writer_begins_a_new_message(
    text: str, limits: Limits, data: st.DataObject
) -> None:
    length = data.draw(st.integers(0, len(text)))
    before = paginate(text[:length], limits, final=False)
    if not before:
        return
    end = before[-1].end
    after = paginate(text, limits, final=True, cut=end)
    assert_grows(before, after)
    assert_fits(after, limits)
    rest = pages_after(text, end, limits, final=True)
    assert after[len(before) :] == rest
    assert pages_after(text, 0, limits, final=True, cut=end) == after


@pytest.mark.parametrize("chunkings", [CHUNKINGS, pytest.param(SOAK_CHUNKINGS, marks=pytest.mark.soak)])
@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", ANSWERS)
def test_pages_are_the_same_in_whatever_chunks_the_text_came(name: str, profile: str, chunkings: int) -> None:
    text, limits = ANSWERS[name], PROFILES[profile]
    chance = random.Random(f"{name} {profile}")
    states = STATES if chunkings == CHUNKINGS else 2 * STATES
    count = states if len(text) < LONG else states // 3
    ends = sorted(chance.sample(range(1, len(text)), min(count, len(text) - 1)))
    state = cache(lambda end: paginate(text[:end], limits, final=False))
    final = paginate(text, limits, final=True)
    looks = [rendered_page(page) for page in final]
    wanted = whole(final)
    assert_fits(final, limits)
    before: tuple[Page, ...] = ()
    for end in ends:
        assert_grows(before, state(end))
        before = state(end)
        if name.endswith("reference-links"):
            continue  # Slack resolves them once the definition has come
        if before and not (limits.by_row and isinstance(before[-1].parts[-1], Table)):
            look = rendered_page(closed(before[-1]))
            assert look == looks[len(before) - 1][: len(look)], text[:end][-80:]
    for _ in range(chunkings):
        screen = Screen(by_row=limits.by_row)
        for end in sorted(chance.sample(ends, chance.randint(0, min(len(ends), 12)))):
            screen.show(state(end))
        screen.show(final)
        assert screen.messages == wanted


def test_page_ends_at_the_last_paragraph_of_its_last_quarter() -> None:
    text = "\n\n".join("word " * 12 + f"end{number}." for number in range(20))
    for page in texts(paginate(text, SMALL, final=True))[:-1]:
        assert page.endswith(".\n\n")
        assert 300 <= len(page) <= 400


def test_page_ends_at_a_line_a_word_or_anywhere_without_a_paragraph() -> None:
    lines = texts(paginate("\n".join("word " * 9 + "." for _ in range(40)), SMALL, final=True))
    assert all(page.endswith(".\n") for page in lines[:-1])
    words = texts(paginate("word " * 300, SMALL, final=True))
    assert all(page.endswith(" ") for page in words[:-1])
    nothing = texts(paginate("x" * 1000, SMALL, final=True))
    assert "".join(nothing) == "x" * 1000
    assert len(nothing) == 3


def test_page_ends_before_the_backslash_that_breaks_a_line() -> None:
    line = "word " * 15 + "end"
    pages = texts(paginate(f"{line}\\\n" * 20, SMALL, final=True))
    assert all(page.startswith(line) and page.endswith(line) for page in pages[:-1])
    assert pages[0].count("\\\n") == 4


def test_line_with_a_backslash_below_it_keeps_what_was_shown_of_it() -> None:
    text = f"Above.\n\n{'word ' * 68}end\\\n# {'Head ' * 12}"
    assert_grows(paginate(text[:340], SMALL, final=False), paginate(text, SMALL, final=True))


def test_page_ends_at_a_full_stop_in_japanese() -> None:
    pages = texts(paginate("これは日本語の文章です。" * 100, SMALL, final=True))
    assert all(page.endswith("。") for page in pages)


def test_emphasis_and_links_are_not_split() -> None:
    text = " ".join(
        f"**bold words {number}** and [a link {number}](https://example.com/{number})" for number in range(40)
    )
    for page in texts(paginate(text, SMALL, final=True)):
        assert page.count("**") % 2 == 0
        assert page.count("[") == page.count("](") == page.count(")")


def test_code_block_is_closed_and_opened_again_on_the_next_page() -> None:
    pages = texts(paginate("```c++\n" + "x = 1;\n" * 150 + "```\nEnd", SMALL, final=True))
    assert len(pages) > 2
    assert all(page.startswith("```c++\n") for page in pages)
    assert all(page.endswith("\n```") for page in pages[:-1])
    assert sum(page.count("x = 1;") for page in pages) == 150


def test_no_page_shows_an_empty_code_block() -> None:
    for lines in range(40, 60):
        text = "```py\n" + "x = 1  # some\n" * lines + "```\n\n" + "word " * 30
        for page in texts(paginate(text, SMALL, final=True)):
            assert "```py\n```" not in page


def test_list_code_stays_code_on_the_next_page() -> None:
    pages = texts(
        paginate("1. Do:\n\n     ```sh\n" + "     run\n" * 100 + "     ```\n2. Done", SMALL, final=True)
    )
    assert pages[1].startswith("```sh\nrun\n")
    assert pages[-1].endswith("run\n```\n2. Done")


def test_nested_list_is_no_indented_code_when_it_begins_a_page() -> None:
    text = (
        "- a\n  - b\n"
        + "".join(f"    - deep item number {number} with words\n" for number in range(30))
        + "- end"
    )
    pages = texts(paginate(text, SMALL, final=True))
    assert pages[1].startswith("- deep item")
    assert "\n- deep item" in pages[1]
    assert pages[-1].endswith("\n- end")


TABLE = "|x|y|\n|-|-|\n|1|2|\n"
WIDE = f"|{'x|' * 21}\n|{'-|' * 21}\n"
"""A table with more columns than Slack's blocks have."""


def below(marks: str, table: str, indent: str, text: str) -> str:
    """What is shown below a table in an item, of further text in the item."""
    rows = "".join(f"{indent}{row}\n" for row in table.splitlines())
    [page] = paginate(f"{marks}\n\n{rows}\n{textwrap.indent(text, indent)}", EDIT, final=True)
    return markdown_of([page]).rpartition("-|\n```\n\n" if table == WIDE else f"{marks}\n\n")[2]


@pytest.mark.parametrize("table", [TABLE, WIDE])
@pytest.mark.parametrize(("marks", "indent"), [("10. a", "    "), ("1000. a", "      "), ("- a", "\t")])
@pytest.mark.parametrize(
    "text",
    ["**b**", "> a quote\n\n- sub\n- sub", "- b\n  - c", "```\nb\n\nc\n```"],
    ids=["text", "quote", "list", "code"],
)
def test_text_below_a_table_in_an_item_is_no_indented_code(
    table: str, marks: str, indent: str, text: str
) -> None:
    assert below(marks, table, indent, text) == text


def test_items_below_a_table_keep_their_depths_beside_each_other() -> None:
    rows = "".join(f"      {row}\n" for row in TABLE.splitlines())
    [page] = paginate(f"- a\n  - b\n    - c\n{rows}    - d\n      - e\n  - f\n- g", EDIT, final=True)
    assert page.parts[-1] == Markdown("- d\n  - e\n- f\n- g")


def longest(text: str) -> int:
    """The longest stretch that no page may end in: a link, a code span, what is emphasised."""
    found, length = 0, 0
    for unit in scan(text, None, final=True):
        for piece in list(apart(unit)) or [unit]:
            length += len(piece.text)
            found = max(found, length)
            length = 0 if piece.rank >= 0 else length
    return found


@pytest.mark.parametrize("example", [example for example in EXAMPLES if "]:" not in example])
@pytest.mark.parametrize("size", [60, 100])
def test_split_text_reads_like_the_whole(example: str, size: int) -> None:
    def read(limits: Limits) -> str:
        pages = paginate(example, limits, final=True)
        return "".join(char for page in pages for char, _ in rendered_page(page) if char != "---")

    assert read(Limits(max(size, longest(example)), len, tables=False)) == read(
        Limits(10_000, len, tables=False)
    )


def test_quoted_line_continues_as_a_quote_on_the_next_page() -> None:
    pages = texts(paginate("> " + "word " * 200, SMALL, final=True))
    assert all(page.startswith("> word") for page in pages)


def test_heading_never_ends_a_page() -> None:
    for length in range(40, 80):
        text = "word " * length + "\n\n## Heading\n\n" + "other " * 40
        pages = texts(paginate(text, SMALL, final=True))
        assert not any(page.rstrip().endswith("Heading") for page in pages)


def test_small_table_becomes_a_table_block_when_it_is_whole() -> None:
    text = "Look:\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n"
    assert texts(paginate(text, NATIVE, final=False)) == ["Look:\n\n"] or not paginate(
        text, NATIVE, final=False
    )
    (page,) = paginate(text + "\nDone", NATIVE, final=False)
    assert page.parts == (
        Markdown("Look:\n\n"),
        Table((row_of("|a|b|", 2), row_of("|1|2|", 2)), ("", "right")),
    )


def test_large_table_is_aligned_code_with_its_head_on_every_page() -> None:
    rows = "".join(f"| {number} | 名前 {number} |\n" for number in range(900))
    pages = texts(paginate("| No | Name |\n|---:|---|\n" + rows + "\nEnd", EDIT, final=True))
    assert len(pages) > 1
    assert all(page.startswith("```\n| No | Name") for page in pages)
    assert all(line.count("|") == 3 for page in pages for line in page.split("\n") if "名前" in line)
    assert sum(page.count("名前") for page in pages) == 900


@pytest.mark.parametrize(("rows", "cell"), [(120, 60), (85, 110), (260, 60)])
def test_growing_table_stays_in_its_message_when_it_has_too_many_rows(rows: int, cell: int) -> None:
    table = "| No | Name |\n|---|---|\n" + "".join(f"| {n} | {'x' * cell} |\n" for n in range(rows))
    text = f"{'word ' * 700}\n\n## Data\n\n{table}\nEnd"
    layout = Layout(edited_message.LIMITS)
    before: tuple[Page, ...] = ()
    for end in (*range(0, len(text), 40), len(text)):
        now = pages_after(text[:end], 0, layout.limits, final=end == len(text), layout=layout)
        assert_grows(before, now)
        before = now
    assert len(before) > 1
    assert not any(isinstance(part, Table) for part in before[0].parts)


def test_many_tables_share_what_a_message_may_hold() -> None:
    cell = "x" * 500
    table = f"| a | b |\n|---|---|\n| {cell} | {cell} |\n\n"
    limits = Limits(size=100_000, measure=len, tables=True)
    pages = paginate(table * 50, limits, final=True)
    assert sum(len(page.parts) for page in pages) == 50
    for page in pages:
        assert sum(len(part.text) for part in page.parts) <= 10_000


def test_markup_is_not_shown_while_it_is_half_open() -> None:
    for begun in (
        "Hello **bo",
        "Hello `co",
        "Hello [la",
        "Hello [label](http",
        "Hello ![",
        "Hello <https://x",
        "Hello &am",
    ):
        assert texts(paginate(begun + "ldtext", EDIT, final=False)) == ["Hello "], begun
    for begun in (
        "Hello\n\n- ",
        "Hello\n\n12",
        "Hello\n\n``",
        "Hello\n\n```py",
        "Hello\n\n| a | b",
        "Hello\n\n--",
        "Hello\n\n# He",
    ):
        assert texts(paginate(begun, EDIT, final=False)) == ["Hello\n\n"], begun


def test_markup_is_shown_after_it_stayed_open_too_long() -> None:
    text = "Hello **bold " + "word " * 60
    assert texts(paginate(text, EDIT, final=False))[0].startswith("Hello **bold word")


def test_open_code_block_can_be_closed_for_showing() -> None:
    (page,) = paginate("```py\nx = 1\ny = 2\nz", EDIT, final=False)
    assert texts((page,)) == ["```py\nx = 1\ny = 2\n"]
    assert texts((closed(page),)) == ["```py\nx = 1\ny = 2\n```"]


def test_halves_of_surrogate_pairs_are_replaced() -> None:
    (page,) = paginate("a \ud83d b", NATIVE, final=True)
    assert markdown_of([page]) == "a \ufffd b"


@pytest.mark.parametrize(
    ("marker", "begins"),
    [
        *(
            ("# rest of the sentence", "\\# rest"),
            ("- rest", "\\- rest"),
            ("1. rest", "1\\. rest"),
            ("* 3", "\\* 3"),
        ),
        *(("--- rest", "\\--- rest"), ("| rest", "\\| rest"), ("-5 degrees", "-5 degrees"), ("3.14", "3.14")),
    ],
)
def test_page_that_begins_within_a_line_begins_no_list_or_heading(marker: str, begins: str) -> None:
    words = "word " * 20
    [first, second] = texts(
        paginate(words + marker + " " + words, Limits(100, len, tables=False), final=True)
    )[:2]
    assert (first.strip(), second[: len(begins)]) == (words.strip(), begins)


@pytest.mark.parametrize("text", ["\u200b", "&nbsp;", "\ufeff \u2060\n\n"])
def test_page_of_unseen_characters_is_left_out(text: str) -> None:
    assert paginate(text, SMALL, final=True) == paginate(text, SMALL, final=False) == ()


@pytest.mark.parametrize("word", ["Answers", "Né", "w0000", "ab"])
def test_first_word_is_shown_once_a_blank_has_come_but_for_its_last_letter_in_a_stream(word: str) -> None:
    """A chunk must not begin with a blank, so the last letter waits for what follows the blank."""
    for writers, shown in ((edited_message.LIMITS, word), (streamed_message.LIMITS, word[:-1])):
        assert pages_after(word, 0, writers, final=False) == ()
        for blanks in (" ", "  ", " \n"):
            assert texts(pages_after(word + blanks, 0, writers, final=False)) == [shown]
        assert texts(pages_after(f"{word} and", 0, writers, final=False)) == [f"{word} "]


@pytest.mark.parametrize(
    "text", ["42 ", "**bo ", "`co ", "https: ", "<b ", "a_b ", "- ", "word: ", "| ", "a ", "日本 "]
)
def test_first_word_with_other_signs_than_letters_waits_for_the_next_word(text: str) -> None:
    assert pages_after(text, 0, streamed_message.LIMITS, final=False) == ()


@given(st.sampled_from(["Answers ", "Name ", "w0 "]), st.text("ab0 \n\t|-=*_~`<>[]()!:./&;\\", max_size=40))
@settings(max_examples=300, deadline=None)
def test_first_word_looks_the_same_whatever_follows(word: str, rest: str) -> None:
    for writers in (streamed_message.LIMITS, edited_message.LIMITS):
        text, screen = word + rest, Screen(by_row=writers.by_row)
        for end in range(len(word), len(text) + 1):
            screen.show(pages_after(text[:end], 0, writers, final=False))
        screen.show(pages_after(text, 0, writers, final=True))
        assert screen.messages == whole(pages_after(text, 0, writers, final=True))


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("**重要：**この設定は必ず確認してください。", "**重要：\u200b**この設定は必ず確認してください。"),
        ("**重要**な設定は必ず確認してください。", "**重要**な設定は必ず確認してください。"),
        ("#重要な設定は必ず確認してください。", "#重要な設定は必ず確認してください。"),
    ],
)
def test_marker_beside_a_letter_of_a_script_without_spaces_stays_what_it_is_where_a_message_begins(
    text: str, second: str
) -> None:
    words, small = "word " * 10, Limits(size=52, measure=len, tables=True)
    assert texts(paginate(words + text, small, final=True)) == [words, second]
    assert texts(paginate(f"{words}{text}次。", small, final=False))[0] == words
