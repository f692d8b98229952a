"""A workspace that takes one table a message refuses at most one call, and then none for an hour."""

import json
from itertools import accumulate
from typing import Any

import pytest

from slack_api.pool import HttpResponse
from slack_reply.reply import Style
from slack_reply.snapshot import Snapshot
from tests.slack_reply.troubled_slack import TroubledSlack, grow
from tests.support.growing_answer import Now

TABLE = "| a | b |\n|---|---|\n| 1 | 2 |\n"
BUTTONS = {
    "type": "actions",
    "elements": [{"type": "button", "action_id": "stop", "text": {"type": "plain_text", "text": "Stop"}}],
}
CONTEXT = {"type": "context", "elements": [{"type": "plain_text", "text": "Was this helpful?"}]}
PARTS = ["One.\n\n", f"{TABLE}\n", "Two.\n\n", f"{TABLE}\n", "Three.\n\n", f"{TABLE}\n", "The end."]


class CountingSlack(TroubledSlack):
    """`errors` are the codes of the calls that were refused."""

    def __post_init__(self) -> None:
        self.errors: list[str] = []
        super().__post_init__()

    def exchange(self, *call: Any) -> HttpResponse:
        answer = super().exchange(*call)
        said = json.loads(answer.body)
        self.errors += [] if said["ok"] else [said["error"]]
        return answer


def tables(slack: TroubledSlack) -> list[list[str]]:
    """The types of the tables of each message of the latest answer."""
    return [
        [block["type"] for block in message.blocks() if "table" in block["type"]]
        for message in slack.answers()
    ]


@pytest.mark.parametrize("style", ["stream", "edit", "post"])
def test_several_tables_are_refused_once_and_then_each_begins_a_message(style: Style) -> None:
    slack = CountingSlack()
    slack.double.world.rules.several_tables = False
    for most in (1, 0, 0):
        slack.root = slack.ask()
        grow(slack, slack.reply(style), [*accumulate(PARTS)])
        assert tables(slack) == [["table"]] * 3
        assert slack.text().endswith("The end.")
        assert len(slack.errors) == most
        slack.errors.clear()


@pytest.mark.parametrize("style", ["stream", "edit", "post"])
@pytest.mark.parametrize("shown", ["", PARTS[0], "".join(PARTS)])
def test_several_tables_are_refused_once_with_buttons_below_them(style: Style, shown: str) -> None:
    slack = CountingSlack()
    slack.double.world.rules.several_tables = False
    for most in (1, 0):
        slack.root = slack.ask()
        reply = slack.reply(style)
        if shown:
            reply.show(Now(Snapshot(shown, controls=(BUTTONS,))))
            slack.clock.advance(3.0)
        reply.finish(Snapshot("".join(PARTS), below=((BUTTONS, CONTEXT), (BUTTONS,))))
        reply.close()
        assert tables(slack) == [["table"]] * 3
        assert [block["type"] for block in slack.answers()[-1].blocks()][-2:] == ["actions", "context"]
        assert len(slack.errors) == most
        slack.errors.clear()


@pytest.mark.parametrize(("style", "method"), [("edit", "chat.update"), ("post", "chat.postMessage")])
def test_buttons_that_are_refused_below_several_tables_leave_the_tables_in_one_message(
    style: Style, method: str
) -> None:
    slack = CountingSlack([f"{method}:invalid_blocks"])
    reply = slack.reply(style)
    reply.show(Now(Snapshot("One word and more")))
    slack.clock.advance(3.0)
    reply.finish(Snapshot(f"One word and more.\n\n{TABLE}\n{TABLE}", below=((BUTTONS,),)))
    assert tables(slack) == [["table"] * 2]
    assert slack.errors == ["invalid_blocks"]


@pytest.mark.parametrize("style", ["stream", "edit", "post"])
def test_several_tables_stand_in_one_message_where_slack_takes_them(style: Style) -> None:
    slack = CountingSlack()
    grow(slack, slack.reply(style), [*accumulate(PARTS)])
    assert tables(slack) == [["table"] * 3]
    assert slack.errors == []


@pytest.mark.parametrize("style", ["edit", "post"])
def test_data_table_is_refused_once_and_then_is_code(style: Style) -> None:
    slack = CountingSlack()
    slack.double.world.rules.data_tables = False
    for most in (1, 0):
        slack.root = slack.ask()
        grow(slack, slack.reply(style), [TABLE, TABLE + "| 1 | 2 |\n" * 150])
        assert tables(slack) == [[]]
        assert "```" in slack.text()
        assert len(slack.errors) == most
        slack.errors.clear()
