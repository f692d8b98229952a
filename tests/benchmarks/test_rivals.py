from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

from benchmarks import rivals
from benchmarks.rivals import EDITS, STREAM, STREAM_EAGER, Patient, Place

PIECES = [f"w{number:04d} " for number in range(100)]
PLACE = Place("C1", "1.0", "T1", "U1")


class Recorded(WebClient):
    def __init__(self) -> None:
        super().__init__(token="xoxb-1")
        self.calls: list[tuple[str, str]] = []

    def api_call(self, api_method: str, **given: Any) -> Any:
        body = {**(given.get("params") or {}), **(given.get("json") or {})}
        said = body.get("text") or "".join(chunk["text"] for chunk in body.get("chunks") or ())
        self.calls.append((api_method, said))
        return {"ok": True, "ts": "2.0"}


def shown(name: str) -> list[tuple[str, str]]:
    client = Recorded()
    rivals.rivals()[name](client, PLACE, iter(PIECES))
    return client.calls


def test_default_buffer_begins_with_256_characters() -> None:
    method, said = shown(STREAM)[0]
    assert method == "chat.startStream"
    assert len(said) >= rivals.BUFFER


def test_buffer_of_one_sends_each_piece() -> None:
    assert [said for _, said in shown(STREAM_EAGER)][: len(PIECES)] == PIECES


def test_edits_are_a_second_apart_and_the_last_one_has_all(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])

    def pieces() -> Iterator[str]:
        for piece in PIECES:
            now[0] += 0.25
            yield piece

    client = Recorded()
    rivals.rivals()[EDITS](client, PLACE, pieces())
    assert len(client.calls) == 26  # the first of each four, and the last three
    assert client.calls[0] == ("chat.postMessage", PIECES[0])
    assert client.calls[-1] == ("chat.update", "".join(PIECES))


def test_refused_call_waits_as_long_as_slack_says(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("time.sleep", slept.append)
    monkeypatch.setattr("time.time", lambda: 99.0)
    request = HttpRequest(method="POST", url="https://slack.com/api/chat.update", headers={})
    response = HttpResponse(status_code=429, headers={"Retry-After": ["12"]})
    state = RetryState()
    patient = Patient(0.5, until=100.0)
    assert patient.can_retry(state=state, request=request, response=response)
    patient.prepare_for_next_attempt(state=state, request=request, response=response)
    assert slept == [6.0]
    assert not Patient(0.5, until=99.0).can_retry(state=state, request=request, response=response)
