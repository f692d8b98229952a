import pytest

from slack_reply.optional_blocks import REMEMBERED, BlockRefused, BlockSupport
from slack_reply.snapshot import Blocks
from tests.fake_clock import FakeClock

NATIVE: Blocks = ({"type": "context_actions"},)
PLAIN: Blocks = ({"type": "actions"},)


class Workspace:
    """Takes only some types of blocks; `broken` refuses every message."""

    def __init__(self, *takes: str, broken: bool = False) -> None:
        self.takes = takes
        self.broken = broken
        self.tried: list[str] = []

    def send(self, form: Blocks) -> str:
        kind = str(form[0]["type"]) if form else "none"
        self.tried.append(kind)
        if self.broken or (form and kind not in self.takes):
            raise BlockRefused("invalid_blocks")
        return kind


def test_first_form_is_sent_where_it_is_taken() -> None:
    workspace = Workspace("context_actions", "actions")
    assert BlockSupport(FakeClock()).send("T1", (NATIVE, PLAIN), workspace.send) == "context_actions"
    assert workspace.tried == ["context_actions"]


def test_refused_form_is_remembered_for_the_workspace_for_an_hour() -> None:
    clock = FakeClock()
    support, workspace = BlockSupport(clock), Workspace("actions")
    assert support.send("T1", (NATIVE, PLAIN), workspace.send) == "actions"
    assert support.send("T1", (NATIVE, PLAIN), workspace.send) == "actions"
    assert workspace.tried == ["context_actions", "actions", "actions"]
    support.send("T2", (NATIVE, PLAIN), workspace.send)
    assert workspace.tried[3:] == ["context_actions", "actions"]
    clock.advance(REMEMBERED + 1)
    support.send("T1", (NATIVE, PLAIN), workspace.send)
    assert workspace.tried[5:] == ["context_actions", "actions"]


def test_message_goes_without_blocks_where_every_form_is_refused() -> None:
    support, workspace = BlockSupport(FakeClock()), Workspace()
    assert support.send("T1", (NATIVE, PLAIN), workspace.send) == "none"
    assert support.send("T1", (NATIVE, PLAIN), workspace.send) == "none"
    assert workspace.tried == ["context_actions", "actions", "none", "none"]


def test_form_is_not_blamed_for_a_message_that_is_refused_without_it_too() -> None:
    support, workspace = BlockSupport(FakeClock()), Workspace("context_actions", broken=True)
    with pytest.raises(BlockRefused):
        support.send("T1", (NATIVE, PLAIN), workspace.send)
    workspace.broken = False
    assert support.send("T1", (NATIVE, PLAIN), workspace.send) == "context_actions"
