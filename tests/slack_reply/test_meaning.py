"""The judges of the corpus tell what is right from what is wrong."""

from collections.abc import Callable

import pytest

from slack_reply.markdown import Limits, Markdown, Page
from slack_reply.markdown.pages import Layout
from tests.slack_reply import every_state
from tests.slack_reply.every_state import WRITERS, broken
from tests.slack_reply.meaning import concerning, is_like, surplus_cells, visible


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        ("a **b** c", "a b c"),
        ("one<br>two", "one\ntwo"),
        ("See <https://a.example|the page>.", "See the page."),
        ("<https://a.example>", "https://a.example"),
        ("**重要：**この", "重要：この"),
        ("\\(x\\)", "(x)"),
        ("water[^1]\n\n[^1]: is wet", "water1\n1 is wet"),
        ("[https://bank.example](https://evil.example)", "https://bank.example → https://evil.example"),
        ("| a |\n|---|\n| b |", "| a |\n|---|\n| b |"),
        ("![](https://a.example/x.png)", "x.png"),
        ("[a][1]\n\n[1]: /b", "[a][1] [1]: /b"),
        ("[a][1]\n\n[1]: https://b.example", "[a][1] [1]: https://b.example"),
    ],
)
def test_change_that_is_listed_counts_as_the_same(answer: str, sent: str) -> None:
    assert is_like(answer, sent)


@pytest.mark.parametrize(
    ("answer", "sent"),
    [
        ("a b c", "a c"),
        ("a b", "a b b"),
        ("`List<b>`", "List"),
        ("5 < 6", "5 6"),
        ("see [x](https://a.example)", "see x https://a.example"),
        ("a Task<X>", "a Task"),
        ("[https://bank.example](https://evil.example)", "https://evil.example"),
    ],
)
def test_text_that_is_lost_or_added_counts_as_another(answer: str, sent: str) -> None:
    code = visible(sent)
    assert not is_like(answer, code)


def test_definition_is_not_seen_in_a_message_that_did_not_grow() -> None:
    answer = "[a][1]\n\n[1]: https://b.example"
    assert is_like(answer, "a", grew=False)
    assert not is_like(answer, "a [1]: https://b.example", grew=False)


def test_answer_of_plain_words_may_see_no_change() -> None:
    assert concerning("Some words, and *more* of them: 1, 2.") == []


def test_row_with_more_cells_than_its_head_is_told() -> None:
    assert surplus_cells("| a | b |\n|---|---|\n| 1 | 2 | 3 |")
    assert not surplus_cells("| a | b |\n|---|---|\n| 1 | 2 |\n\nx | y | z")


def as_it_is(text: str, _limits: Limits, *, final: bool) -> tuple[Page, ...]:
    return (Page((Markdown(text),), len(text)),) if text else ()


def lay_out(monkeypatch: pytest.MonkeyPatch, way: Callable[..., tuple[Page, ...]]) -> None:
    """Let whole and growing answers be laid out in this way."""

    def growing(text: str, _start: int, limits: Limits, *, final: bool, layout: Layout) -> tuple[Page, ...]:
        del layout
        return way(text, limits, final=final)

    monkeypatch.setattr(every_state, "paginate", way)
    monkeypatch.setattr(every_state, "pages_after", growing)


@pytest.mark.parametrize(
    ("law", "text"),
    [
        ("token", "Hi <!channel>"),
        ("disguise", "[https://bank.example](https://evil.example)"),
        ("beginning", "This is *half* done."),
        ("refused", "# Title\n\n" * 60),
    ],
)
def test_text_that_is_sent_as_it_is_breaks_the_law(
    law: str, text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(monkeypatch, as_it_is)
    found = broken(text, WRITERS["edit"], [len(text) // 2] if law == "beginning" else [len(text)])
    assert found is not None
    assert found.law == law


def padded(text: str, limits: Limits, *, final: bool) -> tuple[Page, ...]:
    return as_it_is(text.ljust(3), limits, final=final)


def test_text_that_replaces_what_was_shown_breaks_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    lay_out(monkeypatch, padded)
    found = broken("abc", WRITERS["stream"], [2, 3])
    assert found is not None
    assert found.law == "grows"
