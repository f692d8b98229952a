"""Texts that once arrived damaged, each with what a member shall see; and that no state of them breaks a law."""

import pytest

from dify_app.stream.think import ThinkFilter
from slack_reply.markdown import Limits, Markdown, Table, shows_nothing
from slack_reply.markdown.reader import escape
from tests.slack_reply.every_state import WRITERS, broken
from tests.slack_reply.whole_pages import paginate

HEADINGS = "".join(f"### {400 + i} Some Status\n\nThe server cannot … {i}.\n\n" for i in range(30))
ROWS = "| Name | Value |\n|---|---|\n" + "".join(
    f"| row {i} of the table | some words {i} |\n" for i in range(95)
)
WIDE = f"|{f' {"h" * 60} |' * 30}\n|{'---|' * 30}\n" + f"|{' c |' * 30}\n" * 5
PICTURE = f"![chart](data:image/png;base64,{'iVBORw0KGgo' * 18_000})"
JAPANESE = "**重要：**" + "この設定は必ず確認してください。" * 40

SHOWN = {
    "**重要：**この設定": "**重要：\u200b**この設定",
    "**注意：**请先备份": "**注意：\u200b**请先备份",
    "**주의:**설정을": "**주의:\u200b**설정을",
    "参照：https://example.com/a。次": "参照：[https://example.com/a](https://example.com/a)。次",
    'See [the file](<my file.pdf> "Title here") for more.': "See [the file](my%20file.pdf) for more.",
    "    for i in range(3):\n        print(i)\n\nThat prints": (
        "    for i in range(3):\n        print(i)\n\nThat prints"
    ),
    "  Intro line.\n\n    code block\n": "  Intro line.\n\n    code block\n",
    "`Task<HttpResponseMessage>` `#include <http_parser.h>` `<!DOCTYPE html>`": (
        "`Task<HttpResponseMessage>` `#include <http_parser.h>` `<!DOCTYPE html>`"
    ),
    "```\nTask<HttpResponseMessage>\n#include <http_parser.h>\n<!DOCTYPE html>\na<!b\n```": (
        "```\nTask<HttpResponseMessage>\n#include <http_parser.h>\n<!DOCTYPE html>\na<!b\n```"
    ),
    "[bank.example](https://evil.example)": "[bank.example → https://evil.example](https://evil.example)",
    "[https://bank.example][1]\n\n[1]: https://evil.example/login": (
        "\\[https://bank.example][1]\n\n\\[1]: https://evil.example/login"
    ),
    "See <https://example.com/doc|the runbook>.<br>Then…<p>Bye</p>": (
        "See [the runbook](https://example.com/doc).\nThen…\n\nBye"
    ),
    PICTURE: "chart",
    "Water[^1].\n\n[^1]: It is wet.": "Water[^1].\n\n\\[^1]: It is wet.",
}


@pytest.mark.parametrize("text", SHOWN, ids=lambda text: text[:20])
def test_text_is_shown_as_it_was_meant(text: str) -> None:
    assert escape(text) == SHOWN[text]


@pytest.mark.parametrize("limits", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("text", [*SHOWN, HEADINGS, JAPANESE, ROWS, WIDE], ids=lambda text: text[:20])
def test_no_state_breaks_a_law(text: str, limits: Limits) -> None:
    step = max(1, len(text) // 60)
    assert broken(text, limits, [*range(1, len(text), step), len(text)]) is None


@pytest.mark.parametrize("scheme", ["ht\u200btps", "\uff48ttps"])
def test_address_with_other_characters_in_its_scheme_is_named(scheme: str) -> None:
    url = f"{scheme}://evil.example"
    assert escape(f"[bank.example]({url})") == f"[bank.example → {url}]({url})"


@pytest.mark.parametrize("style", ["stream", "edit"])
def test_bold_japanese_does_not_freeze_the_answer(style: str) -> None:
    for end in range(20, len(JAPANESE), 7):
        [page] = paginate(JAPANESE[:end], WRITERS[style], final=False)
        assert len(page.parts[0].text) > end - 8


@pytest.mark.parametrize("style", ["stream", "edit"])
def test_rows_of_a_large_table_are_shown_while_others_come(style: str) -> None:
    for end in range(1_500, len(ROWS), 400):
        [page] = paginate(ROWS[:end], WRITERS[style], final=False)
        shown = sum(part.text.count("of the table") for part in page.parts)
        assert shown >= ROWS[:end].count("of the table") - 2


@pytest.mark.parametrize("limits", WRITERS.values(), ids=WRITERS)
def test_code_of_a_wide_table_is_closed_on_every_page(limits: Limits) -> None:
    for page in paginate(WIDE, limits, final=True):
        [part] = page.parts
        assert isinstance(part, Markdown)
        assert part.text.startswith("```\n")
        assert part.text.endswith("\n```\n") or part.text.endswith("\n```")


@pytest.mark.parametrize("mark", ["# rest of the sentence. ", "- ", "1. ", "2 * 3 "])
@pytest.mark.parametrize(
    ("style", "before"), [("edit", 1_780), ("stream", 1_780), ("post", 2_280), ("edit", 680)]
)
def test_page_does_not_turn_prose_into_markup(style: str, before: int, mark: str) -> None:
    text = "word " * before + mark + "word " * 200
    for page in paginate(text, WRITERS[style], final=True):
        [part] = page.parts
        assert not part.text.startswith(("# ", "- ", "1. "))
    shown = "".join(part.text for page in paginate(text, WRITERS[style], final=True) for part in page.parts)
    assert shown.replace("\\", "").split() == text.split()


def test_cell_keeps_its_link_and_its_look() -> None:
    [page] = paginate(
        "| [OPS-12](https://example.com/OPS-12) | **open** |\n|---|---|\n", WRITERS["post"], final=True
    )
    [table] = page.parts
    assert isinstance(table, Table)
    [link], [bold] = (cell.runs for cell in table.rows[0])
    assert (link.text, link.url, bold.text, bold.styles) == (
        "OPS-12",
        "https://example.com/OPS-12",
        "open",
        frozenset({"bold"}),
    )


@pytest.mark.parametrize("text", ["\u200b", "\ufeff", "&nbsp;"])
def test_text_that_shows_nothing_is_known(text: str) -> None:
    assert shows_nothing(text)


def test_definition_alone_is_shown() -> None:
    assert not shows_nothing("[1]: https://example.com")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<think>\nplan\n\n<think>\nmore\n\nThe reply.", ""),
        ("<think>\nabc def ghi\n</think>", ""),
        ("<think> is the tag that models use.\n\nMore.", ""),
    ],
)
def test_open_thought_is_no_text_of_the_answer(text: str, said: str) -> None:
    """Speech.unsaid shows such a thought at the end (tests/dify_app/stream/test_reducer.py)."""
    filtered = ThinkFilter()
    assert "".join((*[filtered.feed(char)[0] for char in text], filtered.close()[0])) == said
