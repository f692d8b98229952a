import json
import logging
from typing import Any

import pytest
from slack_sdk.socket_mode.request import SocketModeRequest

from socket_relay import relay as module
from socket_relay.delivery import Outcome
from socket_relay.http_form import UnknownPayloadError
from socket_relay.relay import Relay


class FakeLink:
    def __init__(self, *, works: bool = True, closing: bool = False) -> None:
        self.works = works
        self.closing = closing
        self.acks: list[tuple[str, Any]] = []
        self.in_flight = 0

    def begin(self) -> bool:
        self.in_flight += not self.closing
        return not self.closing

    def ended(self) -> None:
        self.in_flight -= 1

    def ack(self, envelope_id: str, payload: Any) -> bool:
        self.acks.append((envelope_id, payload))
        return self.works


class FakeDelivery:
    def __init__(self, result: Outcome | Exception) -> None:
        self.result = result

    def deliver(self, _request: SocketModeRequest) -> Outcome:
        if isinstance(self.result, Exception):
            raise self.result
        return self.result


def relayed(
    result: Outcome | Exception, caplog: pytest.LogCaptureFixture, *, works: bool = True
) -> tuple[FakeLink, dict[str, Any]]:
    link = FakeLink(works=works)
    relay = Relay(FakeDelivery(result))  # type: ignore[arg-type]
    with caplog.at_level(logging.INFO):
        relay.received(link, SocketModeRequest("events_api", "e1", {"text": "content"}, retry_attempt=1))  # type: ignore[arg-type]
        relay.stop()
    assert link.in_flight == 0
    assert "content" not in caplog.text
    return link, json.loads(caplog.records[-1].message)


def test_what_is_taken_is_acked_with_its_payload(caplog: pytest.LogCaptureFixture) -> None:
    link, line = relayed(Outcome(200, 2, payload={"text": "hi"}), caplog)
    assert link.acks == [("e1", {"text": "hi"})]
    told = {name: value for name, value in line.items() if name != "ms"}
    assert told == {"payload": "events_api", "retry": 1, "status": 200, "tries": 2, "acked": True}


@pytest.mark.parametrize("outcome", [Outcome(503, 4), Outcome(401, 1), Outcome(0, 4, "NewConnectionError")])
def test_what_is_not_taken_is_not_acked(outcome: Outcome, caplog: pytest.LogCaptureFixture) -> None:
    link, line = relayed(outcome, caplog)
    assert link.acks == []
    assert (line["acked"], line.get("error", "")) == (False, outcome.error)


@pytest.mark.parametrize("error", [UnknownPayloadError("content"), RuntimeError("content")])
def test_payload_that_fails_is_told_by_the_kind_of_its_error(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    link, line = relayed(error, caplog)
    assert link.acks == []
    assert line["error"] in {"unknown type", "RuntimeError"}


def test_ack_that_the_link_could_not_take_is_told(caplog: pytest.LogCaptureFixture) -> None:
    _, line = relayed(Outcome(200, 1), caplog, works=False)
    assert line["acked"] is False


def test_payload_that_waited_longer_than_slack_does_is_left_to_slack(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE", -1.0)
    link, line = relayed(Outcome(200, 1), caplog)
    assert link.acks == []
    assert (line["tries"], line["acked"], line["error"]) == (0, False, "waited too long")


def test_payload_of_a_closing_link_is_left_to_slack(caplog: pytest.LogCaptureFixture) -> None:
    link = FakeLink(closing=True)
    relay = Relay(FakeDelivery(Outcome(200, 1)))  # type: ignore[arg-type]
    with caplog.at_level(logging.INFO):
        relay.received(link, SocketModeRequest("events_api", "e1", {}))  # type: ignore[arg-type]
        relay.stop()
    assert (link.acks, link.in_flight, caplog.records) == ([], 0, [])
