import pytest

from slack_reply.markdown import lines
from slack_reply.markdown.lines import Fence


@pytest.mark.parametrize(
    ("line", "fence"),
    [
        ("```", Fence("", "```", "")),
        ("```c++", Fence("", "```", "c++")),
        ("~~~~ {.python} ", Fence("", "~~~~", "{.python}")),
        ("   ```f#", Fence("   ", "```", "f#")),
        ("- ```sh", Fence("  ", "```", "sh")),
        ("> > ```py", Fence("> > ", "```", "py")),
        ("1. > ~~~", Fence("   > ", "~~~", "")),
        ("```py " + "x" * 1000, Fence("", "```", "py " + "x" * 197)),
    ],
)
def test_line_opens_a_block(line: str, fence: Fence) -> None:
    assert lines.opening(line) == fence


@pytest.mark.parametrize("line", ["``", "```a``` b", "text ```", "", "`` ` ``"])
def test_other_lines_open_none(line: str) -> None:
    assert lines.opening(line) is None


def test_block_is_closed_by_a_fence_of_its_kind() -> None:
    fence = Fence("", "````", "md")
    assert fence.closed_by("````")
    assert fence.closed_by("  `````  ")
    assert not fence.closed_by("```")
    assert not fence.closed_by("~~~~")
    assert not fence.closed_by("````x")
    assert not fence.closed_by("    ````")
    assert fence.may_be_closed_by("``")
    assert not fence.may_be_closed_by("`x")


def test_block_in_a_quote_ends_with_the_quote() -> None:
    assert Fence("> ", "```", "").left_by("text")
    assert not Fence("> ", "```", "").left_by("> text")
    assert not Fence("", "```", "").left_by("text")
