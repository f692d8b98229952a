"""One app of the simulated Service API, called with its key."""

import json
from typing import Any

from simulators.http1.client import Call
from tests.simulators.dify.conftest import Wire

JSON = {"Content-Type": "application/json"}
USER = "slack:T1:U1"
ROUTES = {"workflow": "/v1/workflows/run", "completion": "/v1/completion-messages"}


class Service:
    """Calls the Service API with the key of one app."""

    def __init__(self, dify: Wire, mode: str, **app: Any) -> None:
        self.dify = dify
        self.mode = mode
        self.app_id = dify.app(f"service-{mode}", mode, **app)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str = "",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, Any]]:
        call = Call(self.dify.url)
        sent = {"Authorization": f"Bearer {key or self.dify.api_key(self.app_id)}", **(headers or JSON)}
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        status = call.send(method, path, sent, data)
        answer = json.loads(call.body() or b"{}")
        call.close()
        return status, answer

    def open(self, query: str = "hello", **more: Any) -> tuple[Call, int]:
        body = {"query": query, "inputs": {}, "user": USER, "response_mode": "streaming", **more}
        sent = {"Authorization": f"Bearer {self.dify.api_key(self.app_id)}", **JSON}
        call = Call(self.dify.url)
        return call, call.send(
            "POST", ROUTES.get(self.mode, "/v1/chat-messages"), sent, json.dumps(body).encode()
        )

    def raw(self, query: str = "hello", **more: Any) -> str:
        call, status = self.open(query, **more)
        body = b"".join(call.chunks())
        call.close()
        assert status == 200, body
        return body.decode()

    def events(self, query: str = "hello", **more: Any) -> list[dict[str, Any]]:
        lines = self.raw(query, **more).splitlines()
        return [json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]

    def refusal(self, **more: Any) -> tuple[int, str, str]:
        call, status = self.open(**more)
        body = json.loads(call.body())
        call.close()
        assert body["status"] == status
        return status, body["code"], body["message"]

    def upload(
        self,
        user: str,
        content: bytes = b"text",
        name: str = "a.txt",
        mimetype: str = "text/plain",
        path: str = "/v1/files/upload",
    ) -> tuple[int, dict[str, Any]]:
        part = f'Content-Disposition: form-data; name="file"; filename="{name}"\r\nContent-Type: {mimetype}'
        body = (
            f'--b\r\nContent-Disposition: form-data; name="user"\r\n\r\n{user}\r\n--b\r\n{part}\r\n\r\n'.encode()
            + content
            + b"\r\n--b--\r\n"
        )
        return self.call("POST", path, body, headers={"Content-Type": "multipart/form-data; boundary=b"})
