import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulators.demo.document import Block, Code, Heading, Item, Paragraph, Quote, Rule, Span, Table
from simulators.demo.markdown_reader import read_markdown
from tests.simulators.demo.texts import text


def paragraph(said: str) -> Paragraph:
    return Paragraph(text(said))


@pytest.mark.parametrize(
    ("markdown", "blocks"),
    [
        ("## A", (Heading(2, text("A")),)),
        ("a\nb", (Paragraph((Span("a"), Span("\n"), Span("b"))),)),
        ("a &lt;b> <i>", (Paragraph((Span("a <b> "), Span("<i>"))),)),
        ("```py x\na\n```", (Code("a", "py"),)),
        ("    a", (Code("a"),)),
        ("> a", (Quote((paragraph("a"),)),)),
        ("***", (Rule(),)),
        ("- a\n  - b", (Item("•", (paragraph("a"), Item("◦", (paragraph("b"),)))),)),
        ("7. a\n8. b", (Item("7.", (paragraph("a"),)), Item("8.", (paragraph("b"),)))),
        ("- [ ] a", (Item("☐", (paragraph("a"),)),)),
        ("|a|b|\n|-|-:|\n|c||", (Table(((text("a"), text("b")), (text("c"), ())), ("left", "right")),)),
        ("~~a~~", (Paragraph(text("a", "strike")),)),
        (
            "**a *b***",
            (Paragraph((Span("a ", frozenset({"bold"})), Span("b", frozenset({"bold", "italic"})))),),
        ),
        ("[a](http://x)", (Paragraph(text("a", "link")),)),
        ("<p>", (paragraph("<p>"),)),
    ],
)
def test_markdown_means(markdown: str, blocks: tuple[Block, ...]) -> None:
    assert read_markdown(markdown) == blocks


@given(st.text("ab|-`#>*1. \n[]()!<&;_~", max_size=60))
def test_any_text_can_be_read(markdown: str) -> None:
    assert bool(read_markdown(markdown)) or not markdown.strip() or markdown.lstrip().startswith("[")
