from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from simulators.slack.expansion import expanded
from simulators.slack.workspace import GENERAL
from tests.simulators.slack.conftest import Slack


@pytest.mark.parametrize(
    ("markdown", "blocks"),
    [
        ("Some words.\n\n- a\n- b\n\n> c", 1),
        ("# Title", 1),
        ("# Title\n\nWords", 2),
        ("Words\n\n# Title\n\nWords", 3),
        ("Title\n---\nWords", 2),
        ("Words\n\n---\n\nWords", 3),
        ("| a | b |\n|---|---|\n| 1 | 2 |\n\nWords", 2),
        ("```\n# no title\n```", 1),
    ],
)
def test_heading_rule_and_table_are_blocks_of_their_own(markdown: str, blocks: int) -> None:
    assert expanded(markdown).blocks == blocks


def test_entities_and_headings_count_more_than_their_characters() -> None:
    assert expanded("a & b").size == 9
    assert expanded("a < b > c").size == 15
    assert expanded("# T").size == 103


def error_of(call: Callable[[], object]) -> str:
    try:
        call()
    except SlackApiError as error:
        return str(error.response["error"])
    return ""


@pytest.mark.parametrize(
    ("markdown", "error"),
    [
        ("### S\n\nWords.\n\n" * 25, ""),
        ("### S\n\nWords.\n\n" * 30, "invalid_blocks"),
        ("a & b " * 1_900, "msg_blocks_too_long"),
        ("\u200b \ufeff", "no_text"),
    ],
)
def test_post_is_refused_by_what_slack_makes_of_its_markdown(slack: Slack, markdown: str, error: str) -> None:
    assert error_of(lambda: slack.client.chat_postMessage(channel=GENERAL, markdown_text=markdown)) == error


def test_edit_takes_4000_bytes_of_text_and_more_in_blocks(slack: Slack) -> None:
    ts = slack.client.chat_postMessage(channel=GENERAL, text="a")["ts"]
    japanese = "語" * 1_400

    def edit(**content: Any) -> str:
        return error_of(lambda: slack.client.chat_update(channel=GENERAL, ts=ts, **content))

    assert edit(text=japanese) == edit(markdown_text=japanese) == "msg_too_long"
    assert edit(text="語", blocks=[{"type": "markdown", "text": japanese * 5}]) == ""
    [message] = slack.client.conversations_history(channel=GENERAL, limit=1)["messages"]
    assert (message["text"], [block["type"] for block in message["blocks"]]) == ("語", ["rich_text"])
