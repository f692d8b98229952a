"""A quote holds words that anybody may have said: they stay words, on one line, on the pages of each writer."""

import html
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from simulators.slack.reader import live_tokens
from slack_reply.markdown import page_arguments
from slack_reply.quote import above, heard_quote, on_one_line
from tests.slack_reply.drawn import FRAGMENTS
from tests.slack_reply.every_state import WRITERS, broken
from tests.slack_reply.law import is_live
from tests.slack_reply.whole_pages import paginate

LONGEST = 60
ANSWER = "The answer is `42`."
WORDS = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=20).map("".join)
KEPT = frozenset({"text", "text_special"})
GFM = MarkdownIt("commonmark").enable("strikethrough").enable("table")


def parsed(source: str) -> list[Token]:
    return GFM.parse(source)


def plain(words: str) -> str:
    shown = "".join(" " if unicodedata.category(character) == "Cc" else character for character in words)
    return " ".join(shown.split())


def without_addresses(children: list[Token]) -> list[Token]:
    """The tokens of a line, but for links that show the address that they lead to: Slack makes these itself."""
    bare = {
        place + more
        for place, (opens, label, _) in enumerate(zip(children, children[1:], children[2:], strict=False))
        if opens.type == "link_open" and unquote(str(opens.attrs["href"])) == unquote(label.content)
        for more in range(3)
    }
    return [child for place, child in enumerate(children) if place not in bare]


@given(words=WORDS)
@example(words="<!channel> <@U0ANNA000> <#C0GENERAL|x> <https://evil.example|bank.example>")
@example(words="# heading\n> quote\n- list\n```\ncode\n```\n| a | b |\n|---|---|")
@example(words="**bold** _it_ ~~gone~~ `code` [label](https://evil.example) ![x](https://x.y/z)")
@example(words="&lt;!channel&gt; \\<!here> a\u2028b\x0bc\x85d")
@example(words="a" * 200)
def test_words_are_one_quoted_line_without_markup_on_each_writers_pages(words: str) -> None:
    quote = heard_quote(words, LONGEST)
    if not plain(words):
        assert quote == ""
        return
    for limits in WRITERS.values():
        [page] = paginate(above(quote, ANSWER), limits, final=True)
        [part] = page.parts
        assert not is_live(part.text)
        assert live_tokens(str(page_arguments(page))) == []
        first, blank, rest = part.text.partition("\n\n")
        assert (blank, rest) == ("\n\n", ANSWER)
        assert first.startswith("> 🎤 ")
        assert "\n" not in first
        kinds = [token.type for token in parsed(part.text) if token.nesting >= 0]
        assert kinds == ["blockquote_open", "paragraph_open", "inline", "paragraph_open", "inline"]
        inline = next(token for token in parsed(part.text) if token.type == "inline")
        assert {child.type for child in without_addresses(inline.children or [])} <= KEPT


@given(words=WORDS)
def test_quote_reads_as_the_words_that_were_heard(words: str) -> None:
    """Beside entities of Markdown's, which the words may hold themselves."""
    flat = plain(words)
    if "&" in flat or not flat or len(flat) > LONGEST:
        return
    inline = next(token for token in parsed(heard_quote(words, LONGEST)) if token.type == "inline")
    read = "".join(child.content for child in inline.children or ())
    assert html.unescape(read) == f"🎤 {flat}"


@given(words=WORDS, text=st.lists(st.sampled_from(FRAGMENTS), min_size=1, max_size=6).map("".join))
def test_growing_answer_below_a_quote_breaks_no_law(words: str, text: str) -> None:
    whole = above(heard_quote(words, LONGEST), text)
    start = len(whole) - len(text)
    for limits in WRITERS.values():
        assert broken(whole, limits, range(start, len(whole) + 1)) is None


@pytest.mark.parametrize("count", [LONGEST - 1, LONGEST, LONGEST + 1, 10_000])
def test_long_words_are_cut_with_an_ellipsis(count: int) -> None:
    line = on_one_line("a" * count, LONGEST)
    assert len(line) == min(count, LONGEST)
    assert line.endswith("…") == (count > LONGEST)


def test_quote_stands_above_a_text_alone() -> None:
    assert above("> q", "text") == "> q\n\ntext"
    assert (above("> q", ""), above("", "text")) == ("", "text")
    assert heard_quote(" \n", LONGEST) == ""
