import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from slack_reply.markdown import inline
from slack_reply.markdown.html import PAIR_LIMIT, plain_entity
from slack_reply.markdown.reader import escape

PARTS = st.sampled_from(
    [
        *(
            "<b>",
            "</b>",
            "<i>",
            "</i>",
            "<br>",
            "<p>",
            "</p>",
            "<sup>",
            "</sup>",
            "<code>",
            "</code>",
            "<li>",
            "</li>",
            "<ul>",
            "</ul>",
            "\n",
            "<",
            ">",
            "=",
            " a ",
            "</",
            "<b",
        ),
        *(
            "a",
            " ",
            "word",
            "*",
            "`",
            "[a](https://b.example)",
            "&nbsp;",
            "&mdash;",
            "&lt;",
            "&",
            "https://a.example",
        ),
        *("。", "語", "**", "<https://a.example|b>", "|"),
        *("<a href='https://a.example'>", "</a>", "<img src='a.png' alt='b'>", "<h3>", "</h3>", "<hr>"),
    ]
)


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("one<br>two<BR/>three<br class='x'>", "one\ntwo\nthree"),
        ("a<br>\nb", "a\nb"),
        ("a\n<br>b", "a\nb"),
        ("**a<br><br>b**", "**a\n\u200b\nb**"),
        ("**a\n<br />\nb**", "**a\n\u200b\nb**"),
        ("> a\n> <br>\n> b", "> a\n> \u200b\n> b"),
        ("- <br>a", "- a"),
        ("- a<p>b\n- [ ] c<p>d", "- a\n\n  b\n- [ ] c\n\n  d"),
        ("> - a<p>b\n> 1. c", "> - a\n>\n>   b\n> 1. c"),
        ("Then…<p>Bye</p>", "Then…\n\nBye"),
        ("<p>One</p><p>Two</p>three", "\n\nOne\n\nTwo three"),
        ("a *</p>*b", "a * *b"),
        ("<b>x</b> <i>y</i> <strong>z</strong> <del>w</del>", "**x** _y_ **z** ~~w~~"),
        ("<b> x </b>", " **x** "),
        ("<b><i>x</i></b>", "**_x_**"),
        ("<i>x</i><u>y</u>", "*x*\u200by"),
        ("<b>x.</b><sup>2</sup>", "**x.\u200b**\u200b²"),
        ("<i>x</i><i>y</i>&#65;", "*x*\u200b*y*\u200bA"),
        ("<u>a</u><i>x</i>", "a*x*"),
        ("<i>x</i><br>y", "_x_\u00a0\ny"),
        ("<i>x</i><details>y", "_x_\u00a0y"),
        ("<details><summary>More</summary>Text</details>", "**More**\nText"),
        ("x<sup>2</sup> H<sub>2</sub>O <span style='color:red'>red</span>", "x² H₂O red"),
        ("<u>*</u>x* <b>*</b> <u>a *b* ~~c~~~</u>", r"\*x* **\*** a *b* ~~c\~~~"),
        ("<sup>*</sup> note <u>snake_case</u>", r"\* note snake_case"),
        ("<sup>1.</sup> note", r"1\. note"),
        ("10<sup>-6</sup> x<sup>n+1</sup> a<sub>i</sub> 1<sup>st</sup>", "10⁻⁶ xⁿ⁺¹ aᵢ 1st"),
        ("Press <kbd>Ctrl</kbd>+<kbd>C</kbd>.", "Press `Ctrl`+`C`."),
        ("<code>a_b*c*</code><code>x &lt; y</code>`z`", "`a_b*c*`\u200b\u200b`x < y`\u200b`z`"),
        ("<code>`</code> <code>*</code> <tt>&lt;@U1&gt;</tt>", r"\` `*` `&lt;@U1>`"),
        ("<details open><summary>More</summary>Text</details>", "**More**\nText"),
        ("Two:<ul><li>x <b>y</b></li><li>z</li></ul>more", "Two:\n• x **y**\n• z\nmore"),
        ("<ul>\n  <li>x</li>\n  <li>y</li>\n</ul>\nmore", "\u200b\n  • x\n  • y\n\u200b\nmore"),
        ("Two<h3>One <i>word</i></h3>Text", "Two\n**One _word_\u200b**\nText"),
        ("<h2>Title</h2>\n<p>Text</p>", "**Title**\n\n\nText"),
        ("a<hr>b<div>c</div>d", "a\n\nb\n\nc d"),
        (
            'See <a href="https://a.example" target="_blank">the <b>doc</b></a>.',
            "See [the doc](https://a.example).",
        ),
        (
            "<a class=x href='https://evil.example?a=1&amp;b=2'>bank.example</a>",
            "[bank.example → https://evil.example?a=1&b=2](https://evil.example?a=1&b=2)",
        ),
        (
            '<img width=3 src="https://a.example/x.png" alt="A *chart*"/>',
            r"[A \*chart\*](https://a.example/x.png)",
        ),
        ("<img src='https://a.example/x.png'> <img src='x.png'>", "[x.png](https://a.example/x.png) x.png"),
        ('<a href="https://a.example"><img src="b.svg" alt="Build"></a>', "[Build](https://a.example)"),
        ("<a name='top'></a><a href='#part'>Part</a>", "\u200bPart"),
        ("[x <a href='https://a.example'>y</a>](https://b.example)", "[x y](https://b.example)"),
        ("&nbsp;&mdash;&eacute;&#233;", "\u00a0—éé"),
        ("See <https://example.com/doc|the runbook>.", "See [the runbook](https://example.com/doc)."),
        (
            "参照：https://example.com/a_b。次",
            r"参照：[https://example.com/a\_b](https://example.com/a_b)。次",
        ),
        ("see https://example.com/a and", "see https://example.com/a and"),
        (
            "**https://example.com/a**は（https://example.com/b.）",
            "**https://example.com/a**は（https://example.com/b.）",
        ),
    ],
)
def test_html_becomes_its_markdown_or_plain_form(html: str, markdown: str) -> None:
    assert escape(html) == markdown


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("the <b> tag", "the &lt;b&gt; tag"),
        ("<b>x\ny</b>", "&lt;b&gt;x\ny&lt;/b&gt;"),
        ("If a<b and c>d, then a <b or </b>", "If a&lt;b and c&gt;d, then a &lt;b or &lt;/b&gt;"),
        ("the <li> in <ul> or <code>", "the &lt;li&gt; in &lt;ul&gt; or &lt;code&gt;"),
        ("the <a href='x'> tag", "the &lt;a href='x'&gt; tag"),
        ("<a href='x'>y\n</a>", "&lt;a href='x'&gt;y\n&lt;/a&gt;"),
        ("<a href='x'>y `</a>`", "&lt;a href='x'&gt;y `</a>`"),
        ("List<a> b, <h7>c</h7>", "List&lt;a&gt; b, &lt;h7&gt;c&lt;/h7&gt;"),
        ("<script>x</script>", "&lt;script&gt;x&lt;/script&gt;"),
        ("`<br>` and `&nbsp;`", "`<br>` and `&nbsp;`"),
        ("&lt;b&gt; &#42;not bold&#42; &notit;", "&lt;b&gt; &#42;not bold&#42; &notit;"),
        (f"<b>{'x' * (PAIR_LIMIT + 1)}</b>", f"&lt;b&gt;{'x' * (PAIR_LIMIT + 1)}&lt;/b&gt;"),
    ],
)
def test_text_about_html_and_code_stay_what_they_say(html: str, shown: str) -> None:
    assert escape(html) == shown


@pytest.mark.parametrize(
    "text", ["<details>", "<p>a", "<br>a", "<p>- a", "<u> </u><br>", "<b> </b>", "&#32;", "[ ](data:a)"]
)
def test_item_that_begins_with_a_blank_line_stays_an_item_below_a_paragraph(text: str) -> None:
    kinds = [token.type for token in MarkdownIt("commonmark").parse(escape(f"x\n- {text}\ny"))]
    assert kinds[0] == "paragraph_open"
    assert kinds.count("list_item_open") == 1


@pytest.mark.parametrize(
    "text",
    [
        *(
            "<u> </u>- a",
            "&#32;   a",
            "*<u> </u>a",
            "#<u> </u>a",
            "<summary>x</summary>- a",
            "<br><u> </u>1. a",
        ),
        *("<sup>1</sup>. See", "<sup>2</sup>) See"),
    ],
)
def test_what_follows_blanks_or_a_break_begins_no_block(text: str) -> None:
    kinds = {token.type for token in MarkdownIt("commonmark").parse(escape(text))}
    assert kinds == {"paragraph_open", "inline", "paragraph_close"}


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Some words\n    <p>More</p>", ["paragraph_open"] * 2),
        ("<dl>\n    <p>One</p>\n    <p>Two</p>\n</dl>", ["paragraph_open"] * 3),
        ("<div>\n    <p>One</p>\n    <p>Two</p>\n</div>", ["paragraph_open"] * 2),
        ("- Some\n      <p>More", ["bullet_list_open", "list_item_open", "paragraph_open", "paragraph_open"]),
        ("> Some\n>      <p>More", ["blockquote_open", "paragraph_open", "paragraph_open"]),
        (
            "1. Some\n     <p>More",
            ["ordered_list_open", "list_item_open", "paragraph_open", "paragraph_open"],
        ),
    ],
)
def test_further_paragraph_is_no_code_however_far_its_line_is_indented(text: str, kinds: list[str]) -> None:
    parsed = MarkdownIt("commonmark").parse(escape(text))
    assert [token.type for token in parsed if token.nesting > 0 or token.type == "code_block"] == kinds


@pytest.mark.parametrize(
    "target",
    [
        "data:image/png;base64," + "A" * 5_000,
        f'data:image/png;base64,{"A" * 5_000} "Sales by month"',
        "https://a.example/" + "b" * 5_000,
    ],
)
def test_target_that_is_far_too_long_is_left_out(target: str) -> None:
    assert escape(f"See ![chart]({target}) and [this]({target}).") == "See chart and this."


@pytest.mark.parametrize("title", ["", ' "sales"', "\n'sales'"])
def test_picture_without_words_that_is_in_the_answer_is_named_by_its_kind(title: str) -> None:
    assert escape(f"See ![](data:image/png;base64,{'A' * 5_000}{title}).") == "See image/png."


@pytest.mark.parametrize("entity", ["&lt;", "&amp;", "&#60;", "&#x2a;", "&unknown;", "&#8203;"])
def test_entity_stays_where_its_character_would_be_markup_or_unseen(entity: str) -> None:
    assert plain_entity(entity) == entity


@given(st.lists(PARTS, max_size=20).map("".join), st.data())
def test_growing_line_shows_the_beginning_of_the_whole_line(line: str, data: st.DataObject) -> None:
    begun = line[: data.draw(st.integers(0, len(line)))]
    shown = "".join(piece.text for piece in inline.pieces(begun, whole=False))
    assert inline.render(line).startswith(shown)


def test_pair_with_many_tags_between_is_decided_before_its_end_comes() -> None:
    line = f"<b>{'<i>x</i>' * 100}</b>"
    ends = range(0, len(line), 7)
    shown = ["".join(piece.text for piece in inline.pieces(line[:end], 0, whole=False)) for end in ends]
    assert all(inline.render(line).startswith(begun) for begun in shown)
    assert shown[-1].startswith("&lt;b&gt;*x*")
