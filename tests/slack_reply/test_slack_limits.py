"""What Slack refuses is never written: 50 blocks after its expansion, its counted sizes, an edit's bytes."""

from typing import Any

import pytest

from simulators.slack.arguments import Arguments
from simulators.slack.content import read_content
from slack_reply.markdown import page_arguments
from slack_reply.markdown.pages import Layout, pages_after
from slack_reply.markdown.parts import Limits
from slack_reply.markdown.slack_form import chunks_between
from tests.slack_reply.drawn import EDIT, NATIVE, PROFILES
from tests.slack_reply.whole_pages import paginate

HEADINGS = "".join(f"### {400 + n} Some Status\n\nThe server cannot do this {n}.\n\n" for n in range(30))
TEXTS = {
    "headings": HEADINGS,
    "headings one after the other": "# One\n" * 120,
    "rules": "Some words.\n\n---\n\n" * 80,
    "lines under headings": "Title\n---\nWords\n\nTitle\n===\n" * 60,
    "tables": "Words.\n\n| a | b |\n|---|---|\n| 1 |  |\n\n" * 60,
    "tables and headings": "## Title\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n***\n" * 40,
    "japanese": "この設定は必ず確認してください。" * 900,
    "ampersands": "a && b & c\n" * 1_500,
    "angles": "if a < b > c:\n" * 1_500,
    "code of angles": "```\n" + "if a < b > c:\n" * 1_500 + "```\n",
    "long headings": ("# " + "word " * 50 + "\n\n") * 50,
    "headings in lists and quotes": "- # One\n> # Two\n\n" * 60,
}


def refused(**arguments: Any) -> str:
    """Slack's error code for this content of an edit; "" if Slack takes it."""
    try:
        read_content(Arguments(arguments), update=True)
    except Exception as error:  # noqa: BLE001 - the name of the refusal is what is compared
        return str(error)
    return ""


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", TEXTS)
def test_page_is_not_refused_whatever_the_answer_is_made_of(name: str, profile: str) -> None:
    pages = paginate(TEXTS[name], PROFILES[profile], final=True)
    assert {refused(**page_arguments(page)) for page in pages} == {""}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("limits", [NATIVE, EDIT], ids=["native", "edit"])
def test_pages_of_growing_text_only_grow_whatever_the_answer_is_made_of(name: str, limits: Limits) -> None:
    text = TEXTS[name]
    layout = Layout(limits)  # as a writer has one
    shown = pages_after(text[:40], 0, limits, final=False, layout=layout)
    for length in range(80, len(text) + 40, max(40, len(text) // 40)):
        final = length >= len(text)
        pages = pages_after(text[:length], 0, limits, final=final, layout=layout)
        for place, page in enumerate(shown):
            assert page == pages[place] or chunks_between(page, pages[place]) is not None
        assert list(pages[: max(0, len(shown) - 1)]) == list(shown[:-1])
        shown = pages
    assert shown == paginate(text[:length], limits, final=final)
