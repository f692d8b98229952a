from typing import Any

import pytest

from simulators.demo.document import Block, Buttons, Paragraph, Plan, Rule, Span, Table, Task, plain
from simulators.demo.slack_reader import read_mrkdwn, read_parts
from tests.simulators.demo.texts import text

NAMES = {"U1": "Anna"}


@pytest.mark.parametrize(
    ("wire", "shown"),
    [
        ("<@U1> a &lt;b&gt; &amp;amp;", "@Anna a <b> &amp;"),
        ("<@U2>", "@U2"),
        ("<#C1|team> <!here>", "#team @here"),
        ("<https://a.example|the page> <https://b.example>", "the page https://b.example"),
        ("1 < 2", "1 < 2"),
    ],
)
def test_tokens_and_entities_are_read(wire: str, shown: str) -> None:
    assert plain(read_mrkdwn(wire, NAMES)) == shown


def part(block: dict[str, Any]) -> tuple[Block, ...]:
    return read_parts([{"kind": "blocks", "blocks": [block]}], NAMES)


def test_a_table_may_have_raw_and_rich_cells() -> None:
    rich = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "b", "style": {"bold": True}}],
            }
        ],
    }
    block = {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": "a"}, rich]],
        "column_settings": [{"align": "right"}],
    }
    assert part(block) == (Table(((text("a"), text("b", "bold")),), ("right", "left")),)


@pytest.mark.parametrize(
    ("block", "shown"),
    [
        ({"type": "markdown", "text": "a"}, Paragraph(text("a"))),
        ({"type": "divider"}, Rule()),
        ({"type": "section", "text": {"type": "mrkdwn", "text": "&lt;"}}, Paragraph(text("<"))),
        ({"type": "section", "text": {"type": "plain_text", "text": "&lt;"}}, Paragraph(text("&lt;"))),
        (
            {
                "type": "context",
                "elements": [{"type": "mrkdwn", "text": "a"}, {"type": "plain_text", "text": "b"}],
            },
            Paragraph((Span("a"), Span("b"))),
        ),
        (
            {
                "type": "actions",
                "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Go"}}],
            },
            Buttons(("Go",)),
        ),
        ({"type": "image", "alt_text": "a cat"}, Paragraph(text("[a cat]", "link"))),
        ({"type": "video"}, Paragraph(text("[video]"))),
    ],
)
def test_blocks_are_shown(block: dict[str, Any], shown: Block) -> None:
    assert part(block) == (shown,)


def test_parts_keep_their_order_and_the_fallback_is_left_out() -> None:
    task: dict[str, Any] = {
        "kind": "task",
        "id": "1",
        "title": "Look",
        "status": "complete",
        "details": "",
        "output": "3",
    }
    parts: list[dict[str, Any]] = [
        {"kind": "plan", "title": "Work"},
        task | {"sources": [{"type": "url", "url": "https://a.example", "text": "A"}]},
        {"kind": "markdown", "text": "**a**"},
        {"kind": "text", "text": "<@U1>"},
        {"kind": "fallback", "text": "for notifications"},
    ]
    assert read_parts(parts, NAMES) == (
        Plan("Work"),
        Task("Look", "complete", "", "3", ("A",)),
        Paragraph(text("a", "bold")),
        Paragraph(text("@Anna", "mention")),
    )


def test_plan_of_an_edited_message_is_read_with_its_tasks() -> None:
    said = {"type": "rich_text_section", "elements": [{"type": "text", "text": "3 documents"}]}
    output = {"type": "rich_text", "elements": [said]}
    task = {"task_id": "1", "title": "Search", "status": "complete", "output": output}
    shown = part({"type": "plan", "title": "Steps", "tasks": [task]})
    assert shown == (Plan("Steps"), Task("Search", "complete", "", "3 documents"))
