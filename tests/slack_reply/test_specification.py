"""Each example of CommonMark's specification breaks no law, one character at a time (see specification.py)."""

import pytest

from tests.slack_reply.every_state import broken
from tests.slack_reply.fuzz import LIMITS
from tests.slack_reply.meaning import is_like, visible, visible_pages
from tests.slack_reply.specification import specification
from tests.slack_reply.whole_pages import paginate

EXAMPLES = specification()

pytestmark = pytest.mark.soak


@pytest.mark.parametrize("name", LIMITS)
@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_example_breaks_no_law_of_a_growing_answer(number: int, name: str) -> None:
    text = EXAMPLES[number]
    assert broken(text, LIMITS[name], range(1, len(text) + 1)) is None


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_reader_sees_what_the_example_says(number: int) -> None:
    """Slack knows no HTML, so an example of it is read as text; all other changes are those of `meaning`."""
    text = EXAMPLES[number]
    sent = visible_pages(paginate(text, LIMITS["post"], final=True))
    assert is_like(text, sent, grew=False), f"{visible(text)!r} became {sent!r}"
