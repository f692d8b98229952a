from typing import Any
from unittest.mock import Mock

import pytest

from simulators.playground.behind import Behind
from simulators.playground.hood import SHOWN, Hood, shortened
from simulators.slack.double import Double
from simulators.slack.options import Options

RUN: dict[str, Any] = {
    "number": 0,
    "app_id": "a",
    "via": "api",
    "started": 10.0,
    "first_text": 10.2,
    "events": 5,
    "kinds": {"message_end": 1, "node_started": 2},
    "outcome": "",
}
TURN: dict[str, Any] = {
    "number": 0,
    "path": "/slack/turns",
    "started": 9.0,
    "first_byte": 9.03,
    "ended": 0.0,
    "outcome": "",
}


@pytest.fixture
def double() -> Double:
    return Double(Options())


def behind(runs: list[dict[str, Any]], requests: list[dict[str, Any]]) -> Behind:
    dify, daemon = Mock(), Mock()
    dify.invocations.side_effect = lambda since: runs[since:]
    daemon.requests.side_effect = lambda since: requests[since:]
    daemon.processes.return_value = [{"ready": True, "pid": 7}]
    return Behind(dify, daemon, "h", {"app": {"app_id": "a"}}, {"a": "Chatbot"})


def test_run_of_the_app_is_told_while_it_runs(double: Double) -> None:
    line = Hood(double).look(behind([RUN], []))["d0"]
    assert line["title"] == "Chatbot (api)"
    assert line["state"] == "running"
    for piece in ("2 node_started", "2 pieces of text", "first text after 200 ms"):
        assert piece in line["detail"]


def test_line_changes_until_it_is_over(double: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulators.playground.hood.BETWEEN", 0.0)
    requests = [dict(TURN)]
    there = behind([], requests)
    hood = Hood(double)
    assert hood.look(there)["t0"]["detail"] == "owned after 30 ms"
    requests[0] |= {"ended": 11.0, "outcome": "complete"}
    line = hood.look(there)["t0"]
    assert (line["state"], line["detail"]) == ("good", "owned after 30 ms, complete after 2.0 s")
    hood.look(there)
    assert [call.kwargs["since"] for call in there.daemon.requests.call_args_list] == [0, 0, 1]  # type: ignore[attr-defined]


def test_call_that_slack_refused_is_bad(double: Double) -> None:
    record = double.calls.begin("chat.update", {"text": "words"}, 0.0)
    hood = Hood(double)
    assert hood.look(None)["c1"]["state"] == "running"
    double.calls.end(record, "429")
    line = hood.look(None)["c1"]
    assert line["state"] == "bad"
    assert line["detail"].startswith("429 after")
    assert line["detail"].endswith("words")


def test_plugin_is_seen_to_run(double: Double) -> None:
    hood = Hood(double)
    hood.look(behind([], []))
    assert hood.plugin == {"ready": True, "pid": 7}


def test_long_text_is_shown_by_its_end() -> None:
    text = "".join(f"{number} " for number in range(100)).strip()
    assert shortened(text) == f"…{text[-SHOWN:]}"
    assert shortened("a  b") == "a b"
