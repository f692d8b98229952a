from dataclasses import dataclass

import pytest
from hypothesis import given

from slack_reply.footer import source_line, with_footer
from slack_reply.markdown.parts import Limits
from slack_reply.snapshot import Snapshot
from tests.slack_reply.drawn import EDIT, limits, markdown
from tests.slack_reply.law import assert_grows, is_live, markdown_of
from tests.slack_reply.rendered import rendered
from tests.slack_reply.whole_pages import paginate
from tests.support.native_streams import Slack, card, stream


@dataclass(frozen=True)
class Source:
    name: str
    url: str = ""


def more(count: int) -> str:
    return f"+{count} more"


def test_source_names_are_shown_once_in_order_with_their_links() -> None:
    sources = [Source("B", "https://x.y/b"), Source("A"), Source("B"), Source("C", "file:///etc/passwd")]
    assert source_line(sources, "Sources", more) == "**Sources:** [B](https://x.y/b) · A · C"


def test_five_sources_are_shown_and_the_rest_counted() -> None:
    sources = [Source(f"Doc {number}") for number in range(8)]
    assert source_line(sources, "出典", more) == "**出典:** Doc 0 · Doc 1 · Doc 2 · Doc 3 · Doc 4 · +3 more"


def test_source_names_cannot_contain_markup() -> None:
    hostile = [Source("](https://evil) <!channel> *b*\n# x", "https://ok.org/a)b"), Source("n" * 500)]
    line = source_line(hostile, "Sources", more)
    assert line.startswith(
        r"**Sources:** [\](https://evil) &lt;!channel&gt; \*b\* # x → https://ok.org/a)b](https://ok.org/a%29b)"
    )
    assert len(line) < 300
    assert "\n" not in line


def test_notes_are_quotes_under_the_text() -> None:
    text = with_footer("Hello\n", ["It was\ncut."], [Source("A")], "Sources", more)
    assert text == "Hello\n\n> It was cut.\n\n**Sources:** A"


def test_text_is_unchanged_without_notes_and_sources() -> None:
    assert with_footer("Hello\n", [], [], "Sources", more) == "Hello\n"


def test_open_code_block_is_closed_before_the_footer() -> None:
    text = with_footer("```py\nx = 1", ["Cut."], [], "Sources", more)
    assert text == "```py\nx = 1\n```\n\n> Cut."


@pytest.mark.parametrize(
    "end",
    [
        "",
        " ",
        "  ",
        "\n",
        " \n",
        "\n\n",
        "\n\n\n",
        "\n  ",
        "\n\n\n     ",
        "\t",
        "\r\n",
        "\n\n```\nx = 1",
        "\n> ```\n> x\n",
    ],
)
def test_body_stays_as_it_is_and_a_paragraph_follows(end: str) -> None:
    body = f"It works.{end}"
    text = with_footer(body, ["Cut."], [Source("A")], "Sources", more)
    assert text.startswith(body)
    footer = rendered("> Cut.\n\n**Sources:** A")
    assert rendered(text)[-len(footer) :] == footer
    again = with_footer(text, ["Lost."], [], "", more)
    assert again == f"{text}\n\n> Lost."


@pytest.mark.parametrize(
    "end", [" ", "\n", "\n\n\n", "\n \t", "\n```py\nx = 1\n", " **bo", "\n\n| a |\n|---|\n| 1"]
)
def test_stream_continues_with_the_footer(end: str) -> None:
    slack = Slack()
    writer, ends = stream(slack)
    body = f"It works.{end}"
    for text in ("It ", body):
        writer.show(lambda text=text: Snapshot(text, (card(1),)))  # type: ignore[misc]
    whole = with_footer(body, ["Cut."], [Source("A")], "Sources", more)
    writer.finish(lambda: Snapshot(whole, (card(1),)))
    writer.finish(lambda: Snapshot(with_footer(whole, ["Lost."], [], "", more), (card(1),)))
    ends.tidy()
    assert len(slack.messages) == 1
    assert slack.updates == []
    assert len(slack.tasks()) == 1
    assert slack.texts().endswith("> Cut.\n\n**Sources:** A\n\n> Lost.")


def test_blank_text_is_not_treated_as_replaced() -> None:
    slack = Slack()
    writer, _ = stream(slack)
    writer.show(lambda: Snapshot(" \n"))
    writer.finish(lambda: Snapshot("> Nothing was said."))
    assert slack.texts() == "> Nothing was said."


@pytest.mark.parametrize("body", ["| a |\n|---|\n| 1 |", "- item", "> quote", "# Title"])
def test_note_never_becomes_part_of_the_text(body: str) -> None:
    (page,) = paginate(with_footer(body, ["Cut."], [], "S", more), EDIT, final=True)
    assert markdown_of([page]).endswith("> Cut.")


@given(text=markdown, limits=limits)
def test_stream_can_go_on_with_the_footer(text: str, limits: Limits) -> None:
    whole = with_footer(text, ["A note <!here>"], [Source("<@U1>", "https://x.y")], "Sources", more)
    pages = paginate(whole, limits, final=True)
    assert_grows(paginate(text, limits, final=False), pages)
    assert not is_live(markdown_of(pages))
