"""Checks the verdicts of the fault matrix on threads that the test makes up."""

from typing import Any

import pytest

from simulators.slack.seen import SeenCall
from tests.conversations.expected import (
    COMPLETE,
    NEVER,
    STOPPED,
    TEXT,
    Expected,
    dead,
    instead,
    leaves_the_status,
    marked,
    was_only_missed,
    written_after_stop,
)
from wording import Say
from wording.en import EN

SAID = TEXT[:200]
NOTE = EN[Say.CUT_SHORT]
MARKED = marked(Say.CUT_SHORT, "")
INSTEAD = instead(Say.CUT_SHORT, "")
DEAD = dead("not_in_channel")


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (COMPLETE, TEXT),
        (STOPPED, SAID),
        (MARKED, f"{SAID}\n\n> _{NOTE}_"),
        (INSTEAD, NOTE),
        (DEAD, ""),
        (DEAD, SAID),
    ],
)
def test_thread_that_ended_as_expected_is_accepted(expected: Expected, text: str) -> None:
    assert expected.is_met(text)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (COMPLETE, ""),
        (COMPLETE, SAID),
        (COMPLETE, TEXT + TEXT),
        (COMPLETE, TEXT + NOTE),
        (STOPPED, ""),
        (STOPPED, TEXT),
        (STOPPED, SAID + SAID),
        (STOPPED, SAID + NOTE),
        (MARKED, SAID),
        (MARKED, NOTE),
        (MARKED, SAID + NOTE + NOTE),
        (INSTEAD, ""),
        (INSTEAD, SAID + NOTE),
        (DEAD, NOTE),
    ],
)
def test_thread_that_ended_otherwise_is_not_accepted(expected: Expected, text: str) -> None:
    assert not expected.is_met(text)


def call(method: str, outcome: str = "ok", **arguments: Any) -> SeenCall:
    return SeenCall(1, method, {"channel": "C1", **arguments}, 0.0, 0.0, outcome, outcome == "ok", 1.0, {})


STOPPED_AT = call("chat.appendStream", "stopped_by_user", chunks=[{"type": "markdown_text", "text": "b"}])


@pytest.mark.parametrize(
    "arguments",
    [
        {"text": "b"},
        {"markdown_text": "b"},
        {"blocks": [{}]},
        {"chunks": [{"type": "markdown_text", "text": "b"}]},
    ],
)
@pytest.mark.parametrize("outcome", ["ok", "not_in_channel"])
def test_text_sent_after_a_stop_is_found(arguments: dict[str, Any], outcome: str) -> None:
    assert written_after_stop([STOPPED_AT, call("chat.update", outcome, **arguments)]) == ["chat.update"]


def test_call_before_a_stop_or_without_text_is_accepted() -> None:
    before = call("chat.startStream", chunks=[{"type": "markdown_text", "text": "a"}])
    closing = call("chat.stopStream", chunks=[{"type": "task_update", "id": "1"}])
    assert written_after_stop([before, STOPPED_AT, closing]) == []
    assert written_after_stop([before, before]) == []


SET = call("assistant.threads.setStatus", status="thinks", effect=True)
CLEARED = call("assistant.threads.setStatus", status="", effect=True)
POSTED = call("chat.postMessage", effect=True)
READ = call("users.info", effect=True)
REFUSED = call("chat.postMessage", "not_in_channel")


@pytest.mark.parametrize("calls", [[SET], [SET, REFUSED], [SET, READ, REFUSED], [POSTED, SET, REFUSED]])
def test_status_line_is_left_where_slack_took_nothing_behind_it(calls: list[SeenCall]) -> None:
    assert leaves_the_status(calls)


@pytest.mark.parametrize("calls", [[], [REFUSED], [SET, POSTED], [SET, CLEARED], [SET, POSTED, REFUSED]])
def test_status_line_is_not_left_where_slack_took_a_message_or_its_end(calls: list[SeenCall]) -> None:
    assert not leaves_the_status(calls)


def test_row_was_only_missed_if_that_is_its_only_complaint() -> None:
    assert was_only_missed(f"x: {NEVER}")
    assert not was_only_missed(f"x: the app was asked 2 times; {NEVER}")
    assert not was_only_missed("x: the app was asked 2 times")
