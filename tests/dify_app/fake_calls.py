"""A stand-in for the SDK's `session.app`: it answers from a list and records what it was asked."""

import json
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

Answer = list[dict[str, Any] | Exception]


def refused(message: str, code: str = "invalid_param", status: int = 400) -> Exception:
    """What the SDK raises when Dify answers an error before the stream (docs/platform/dify.md#error-texts)."""
    body = json.dumps({"code": code, "message": message, "status": status})
    return Exception(f"invoke app failed: request failed with status code: {status} and respond with: {body}")


class FakeCalls:
    """Each call uses the next of `answers`; an Exception is raised at its place. `open` counts unclosed streams."""

    def __init__(self, *answers: Answer, info: dict[str, Any] | Exception | None = None) -> None:
        self.asked: list[dict[str, Any]] = []
        self.fetched = 0
        self.open = 0
        self._answers = list(answers)
        self._info = info if info is not None else {}

    @property
    def chat(self) -> "FakeCalls":
        return self

    @property
    def workflow(self) -> "FakeInputCalls":
        return FakeInputCalls(self, "workflow")

    @property
    def completion(self) -> "FakeInputCalls":
        return FakeInputCalls(self, "completion")

    def fetch_app(self, app_id: str) -> Mapping[str, Any]:
        self.fetched += 1
        if isinstance(self._info, Exception):
            raise self._info
        return self._info

    def invoke(
        self, app_id: str, query: str, inputs: dict[str, Any], response_mode: Any, conversation_id: str | None
    ) -> Generator[dict[str, Any], None, None]:
        return self._stream(
            {
                "app_id": app_id,
                "query": query,
                "inputs": inputs,
                "response_mode": response_mode,
                "conversation_id": conversation_id,
            }
        )

    def _stream(self, asked: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
        self.asked.append(asked)
        self.open += 1
        try:
            for item in self._answers.pop(0):
                if isinstance(item, Exception):
                    raise item
                yield item
        finally:
            self.open -= 1


@dataclass
class FakeInputCalls:
    """`session.app.workflow` or `.completion`: a call takes neither query nor conversation."""

    calls: FakeCalls
    kind: str

    def invoke(
        self, app_id: str, inputs: dict[str, Any], response_mode: Any
    ) -> Generator[dict[str, Any], None, None]:
        asked = {"kind": self.kind, "app_id": app_id, "inputs": inputs, "response_mode": response_mode}
        return self.calls._stream(asked)


class FakeFiles:
    """A stand-in for the SDK's `session.file`."""

    def upload(self, filename: str, _content: bytes, _mimetype: str) -> Any:
        return SimpleNamespace(id=f"id-{filename}")
