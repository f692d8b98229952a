import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from slack_reply.markdown.reader import escape, shows_nothing
from tests.corpus.answers import ANSWERS
from tests.slack_reply.drawn import markdown
from tests.slack_reply.examples import EXAMPLES
from tests.slack_reply.law import is_live
from tests.slack_reply.rendered import rendered

PINGS = (
    "<!channel>",
    "<!here|x>",
    "<@U01>",
    "<#C01|x>",
    "<https://evil|good>",
    "<MAILTO:a@b|c>",
    "<tel:1|x>",
)
AROUND = (
    "`{}`",
    "``{}",
    "`{}",
    "\\`{}`",
    "```\n{}\n```",
    "    {}",
    "> {}",
    "- {}",
    "**{}**",
    "[{}](x)",
    "[x]({})",
    "{}",
)


def visible(text: str) -> str:
    """What a reader reads, should Slack read our entities in code too."""
    return unescaped("".join(char for char, _ in rendered(text)))


def unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">")


@pytest.mark.parametrize("ping", PINGS)
@pytest.mark.parametrize("around", AROUND)
def test_no_token_stays_live_anywhere(ping: str, around: str) -> None:
    escaped = escape(around.format(ping))
    assert not is_live(escaped)
    assert is_live(around.format(ping))


@given(st.text(alphabet="<>!@#`\\[]()*_ \n|chanelhtps:/&;lg\u200b\x00~-") | markdown)
def test_no_text_can_ping_or_hide_a_link(text: str) -> None:
    assert not is_live(escape(text))


@given(markdown)
def test_outside_of_code_no_bracket_is_left_but_quote_marks(text: str) -> None:
    without_code = re.sub(r"[ \t]{2,}", " ", re.sub(r"[`~\t]", "", text))
    escaped = escape(without_code)
    assert "<" not in escaped
    for line in escaped.split("\n"):
        assert ">" not in line.lstrip("> -+*0123456789.)\t\r")


@pytest.mark.parametrize("text", ["a < b", "x>y", "<b>", "a -> b", "1 << 2"])
def test_text_has_no_brackets_left(text: str) -> None:
    escaped = escape(text)
    assert "<" not in escaped
    assert ">" not in escaped
    assert unescaped(escaped) == text


@pytest.mark.parametrize(
    "text",
    [
        "`List<String>` and ``Map<K, V>``",
        "```java\nList<String> names; a->b();\n```",
        "    std::vector<std::string> v;",
        "> a quote\n> > nested\n- > in a list",
        "x && y; AT&T; &amp; &lt;b&gt;",
        "[a](https://example.com/?a=1&b=2)",
        "snake_case **bold** ~~struck~~ $x_1$",
        "| a | b |\n|---|---|\n| 1 | 2 |",
    ],
)
def test_safe_text_is_unchanged(text: str) -> None:
    assert escape(text) == text


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_construct_of_commonmark_reads_as_before(example: str) -> None:
    if any(
        ours in example
        for ours in ("![", "<irc:", "<a+b", "<made-up", "<localhost", "<my url>", "[foo]: <bar>")
    ):
        assert visible(escape(example)).strip()
        return  # images are named as links, and of autolinks only web and mail count
    if example.startswith(("[foo [bar](/uri)](/uri)", "[foo *[bar [baz]", "[foo<https")):
        return  # links within links
    if "[foo]: /url" in example:
        assert visible(escape(example)) == "".join(re.sub(r"(?m)^(?:> ?|- |1[.] )", "", example).split())
        return  # no link and no code for us: the source stands as text
    with_html = MarkdownIt("commonmark").disable(["html_block", "html_inline"])
    read = "".join(
        child.content
        for token in with_html.parse(example)
        for child in token.children or ([token] if token.type in {"fence", "code_block"} else [])
    )
    read = re.sub(r"</?div>|<a href=\"x\">(.*?)</a>", r"\1", unescaped(read))
    assert visible(escape(example)).replace("---", "") == "".join(read.split()).replace("---", "")


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_stay_safe_when_they_are_escaped_twice(name: str) -> None:
    once = escape(ANSWERS[name])
    assert not is_live(once)
    assert not is_live(escape(once))


def test_blanks_around_the_text_are_kept() -> None:
    assert escape("\n\n  a\n\n") == "\n\n  a\n\n"


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\ufeff\u2060" * 2_000, "&nbsp;", " &nbsp;\n\u200b"])
def test_text_of_unseen_characters_shows_nothing(text: str) -> None:
    assert shows_nothing(text)


@pytest.mark.parametrize("text", [".", "[1]: https://example.com", "\u200ba", "| a |\n|---|"])
def test_text_of_any_character_shows_something(text: str) -> None:
    assert not shows_nothing(text)


@pytest.mark.parametrize(
    "text",
    [
        "!<a@b.org>",
        "!<https://a.example|a>",
        "<u>!</u>[a](https://a.example)",
        "!https://a.example/例",
    ],
)
def test_link_behind_an_exclamation_mark_is_no_image(text: str) -> None:
    assert "!\u200b[" in escape(f"Wow{text}")
