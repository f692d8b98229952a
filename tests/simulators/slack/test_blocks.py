from typing import Any

import pytest

from simulators.slack.blocks import check_blocks, check_tables
from simulators.slack.messages import fold, plan_of, tasks_of
from simulators.slack.refusals import Refused

DIVIDER = {"type": "divider"}


def error(blocks: Any) -> str:
    with pytest.raises(Refused) as caught:
        check_blocks(blocks)
    return caught.value.error


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def table(rows: int, cells: int, text: str = "x") -> dict[str, Any]:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": text}] * cells] * rows}


def data_table(count: int, cells: int, text: str = "x", **more: Any) -> dict[str, Any]:
    return table(count, cells, text) | {"type": "data_table", "caption": "All", **more}


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "action_id": "a", "text": {"type": "plain_text", "text": "Go"}, **more}


@pytest.mark.parametrize(
    "blocks",
    [
        [DIVIDER] * 50,
        [section("x" * 3_000)],
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 150}}],
        [{"type": "markdown", "text": "x" * 12_000}],
        [table(100, 20)],
        [data_table(201, 20)],
        [data_table(10, 20, "x" * 100, page_size=100)],
        [data_table(100, 10, "x" * 15), section("x" * 3_000)],
        [table(10, 10, "x" * 100)],
        [{"type": "actions", "elements": [button(value="x" * 2_000)] * 25}],
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 10}],
        [{"type": "rich_text", "elements": []}],
    ],
)
def test_at_the_limit(blocks: Any) -> None:
    assert check_blocks(blocks) == blocks


@pytest.mark.parametrize(
    "blocks",
    [
        {},
        [DIVIDER] * 51,
        ["divider"],
        [{"type": "unheard-of"}],
        [{"type": "divider", "block_id": "x" * 256}],
        [section("x" * 3_001)],
        [section("")],
        [{"type": "section"}],
        [{"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}],
        [{"type": "markdown", "text": ""}],
        [table(101, 1)],
        [data_table(202, 1)],
        [data_table(1, 1)],
        [data_table(2, 21)],
        [data_table(2, 1, "")],
        [data_table(3, 10, "x" * 700)],
        [data_table(2, 1, caption="")],
        [data_table(2, 1, page_size=0)],
        [data_table(2, 1, page_size=101)],
        [
            data_table(
                2, 1, rows=[[{"type": "rich_text", "elements": []}], [{"type": "raw_text", "text": "x"}]]
            )
        ],
        [
            data_table(
                2, 1, rows=[[{"type": "raw_text", "text": "x"}], [{"type": "raw_text", "text": "x"}] * 2]
            )
        ],
        [table(1, 21)],
        [table(0, 0)],
        [table(10, 10, "x" * 60), table(10, 10, "x" * 60)],
        [{"type": "table", "rows": [["cell"]]}],
        [{"type": "actions", "elements": []}],
        [{"type": "actions", "elements": [button()] * 26}],
        [{"type": "actions", "elements": [button(value="x" * 2_001)]}],
        [{"type": "actions", "elements": [button(text={"type": "plain_text", "text": "x" * 76})]}],
        [{"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * 11}],
        [{"type": "context", "elements": [button()]}],
        [{"type": "rich_text"}],
    ],
)
def test_invalid(blocks: Any) -> None:
    assert error(blocks) == "invalid_blocks"


def test_markdown_counts_over_all_blocks() -> None:
    halves = [{"type": "markdown", "text": "x" * 6_001}] * 2
    assert error(halves) == "msg_blocks_too_long"


def test_mixed_blocks_have_a_cap_of_their_own() -> None:
    assert error([section("x" * 2_900)] * 4) == "msg_blocks_too_long"


TASK = {"task_id": "1", "title": "Search", "status": "complete"}


@pytest.mark.parametrize(
    "tasks",
    [
        [TASK | {"status": "done"}],
        [TASK | {"title": ""}],
        [TASK, TASK],
        [TASK | {"task_id": str(number)} for number in range(51)],
        [TASK | {"output": "3 documents"}],
    ],
)
def test_plan_that_slack_refuses(tasks: list[dict[str, Any]]) -> None:
    assert error([{"type": "plan", "title": "Steps", "tasks": tasks}]) == "invalid_blocks"


def test_plan_of_a_post_is_seen_as_the_tasks_of_a_stream() -> None:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "3 documents"}]}
    said = {"type": "rich_text", "elements": [section]}
    [plan] = check_blocks([{"type": "plan", "title": "Steps", "tasks": [TASK | {"output": said}]}])
    parts = fold([{"type": "blocks", "blocks": [plan]}])
    [task] = tasks_of(parts)
    assert (plan_of(parts), task["title"], task["output"]) == ("Steps", "Search", "3 documents")


def test_several_tables_and_data_tables_are_refused_where_the_workspace_takes_none() -> None:
    pair = [table(1, 1), table(1, 1)]
    check_tables(pair, several=True, data=False)
    check_tables(pair[:1], several=False, data=False)
    check_tables([data_table(2, 1)], several=False, data=True)
    for blocks, several, data, code in (
        (pair, False, True, "invalid_attachments"),
        ([table(1, 1), data_table(2, 1)], False, True, "invalid_attachments"),
        ([data_table(2, 1)], True, False, "invalid_blocks"),
    ):
        with pytest.raises(Refused) as caught:
            check_tables(blocks, several=several, data=data)
        assert caught.value.error == code
