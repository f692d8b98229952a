"""One simulated Dify for all tests of this folder, spoken to as the daemon does."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from simulators.daemon.frame_reader import FrameReader
from simulators.dify.control import DifyControl
from simulators.http1.client import Call
from simulators.launch import launched

KEY = "inner"
Event = dict[str, Any]


class Wire(DifyControl):
    """Control and inner API in one."""

    def inner(self, path: str, body: Event, key: str = KEY) -> tuple[int, Any]:
        call = Call(self.url)
        status = call.send("POST", f"/inner/api/{path}", {"X-Inner-Api-Key": key}, json.dumps(body).encode())
        answer = call.body()
        call.close()
        return status, json.loads(answer)

    def open(self, app_id: str = "app", query: str = "hello", **more: Any) -> tuple[Call, int]:
        body = {"app_id": app_id, "query": query, "response_mode": "streaming", "inputs": {}} | more
        call = Call(self.url)
        return call, call.send(
            "POST", "/inner/api/invoke/app", {"X-Inner-Api-Key": KEY}, json.dumps(body).encode()
        )

    def events(self, app_id: str = "app", query: str = "hello", **more: Any) -> list[Event]:
        call, status = self.open(app_id, query, **more)
        assert status == 200, call.body()
        reader = FrameReader()
        found = [json.loads(event) for data in call.chunks() for event in reader.feed(data)]
        call.close()
        return found

    def refusal(self, app_id: str = "app", query: str = "hello", **more: Any) -> str:
        call, status = self.open(app_id, query, **more)
        body = json.loads(call.body())
        call.close()
        assert status == body["status"] == 400
        return str(body["message"])


@pytest.fixture(scope="session")
def program() -> Iterator[Wire]:
    with launched("simulators.dify", "--inner-key", KEY, "--time-scale", "0.02") as running:
        yield Wire(running.url)


@pytest.fixture
def dify(program: Wire) -> Wire:
    program.reset()
    program.app("app")
    return program
