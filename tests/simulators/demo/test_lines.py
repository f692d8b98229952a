from hypothesis import given
from hypothesis import strategies as st

from simulators.demo.document import Block, Item, Paragraph, Post, Task, ThreadView
from simulators.demo.lines import block_lines, thread_lines
from simulators.demo.markdown_reader import read_markdown
from simulators.demo.painting import painted
from tests.simulators.demo.texts import posts, text

MARKDOWN = """# Title

Some *words* and `code`.

1. one
   - deep
2. two

- [x] done

```python
if a:
    b()
```

> said

---

| A | B |
|---|--:|
| 1 | 2 |
"""


def drawn(thread: ThreadView, width: int = 30) -> list[str]:
    return [painted(line, colour=False) for line in thread_lines(thread, width)]


def test_a_thread_as_a_terminal_shows_it() -> None:
    question = Post("Anna", is_app=False, blocks=(Paragraph(text("@bot how?")),))
    answer = Post("bot", is_app=True, blocks=read_markdown(MARKDOWN), growing=True)
    assert drawn(ThreadView("team", (question, answer), "is thinking…")) == [
        "─ #team ──────────────────────",
        "",
        "Anna",
        "  @bot how?",
        "",
        "bot APP  ● streaming",
        "  Title",
        "",
        "  Some words and code.",
        "  1. one",
        "     ◦ deep",
        "  2. two",
        "  ☑ done",
        "",
        "  ╭─ python",
        "  │ if a:",
        "  │     b()",
        "  ╰─",
        "",
        "  ▏ said",
        "",
        "  ────────────────────────────",
        "",
        "  ┌───┬───┐",
        "  │ A │ B │",
        "  ├───┼───┤",
        "  │ 1 │ 2 │",
        "  └───┴───┘",
        "",
        "  bot is thinking…",
    ]


def test_task_cards_show_their_state_and_what_came_of_them() -> None:
    tasks = (Task("Search", "complete", output="3 found", sources=("A", "B")), Task("Mail", "error"))
    assert drawn(ThreadView("", (Post("bot", is_app=True, blocks=tasks),))) == [
        "",
        "bot APP",
        "  ▎✓ Search",
        "  ▎  3 found",
        "  ▎  A · B",
        "  ▎✗ Mail",
    ]


def test_an_edited_message_and_its_files() -> None:
    post = Post("bot", is_app=True, blocks=(), edited=True, files=("plan.pdf",))
    assert drawn(ThreadView("", (post,))) == ["", "bot APP (edited)", "  ⎘ plan.pdf"]


def test_an_empty_item_still_has_its_marker() -> None:
    [line] = block_lines([Item("•", ())], 20)
    assert painted(line, colour=False) == "•"


@given(st.lists(posts, max_size=2), st.integers(20, 100), st.booleans())
def test_whatever_is_said_nothing_steers_the_terminal(said: list[Post], width: int, colour: bool) -> None:
    for line in thread_lines(ThreadView("team", tuple(said), "is\x1b[2J thinking"), width):
        shown = painted(line, colour=colour)
        assert "\n" not in shown
        assert "\x1b[2J" not in shown
        assert colour or shown.isprintable() or not any(char < " " for char in shown)


@given(st.text("ab| -`#>*1.\n\t日", max_size=60))
def test_lines_of_any_markdown_fit(markdown: str) -> None:
    blocks: tuple[Block, ...] = read_markdown(markdown)
    assert all(len(painted(line, colour=False)) <= 80 for line in block_lines(blocks, 80))
