"""The daemon's calls to Dify's inner API, with Go's words for what goes wrong.

Source: docs/platform/dify.md#inner-api, docs/platform/dify.md#error-texts.
"""

import json
from typing import Any

from gevent import Timeout

from simulators.daemon.answers import go_json
from simulators.http1.client import Call, post
from simulators.http1.reading import Cut


class CallFailed(Exception):
    """Its text follows "fetch app failed: " and the like."""


class DifyApi:
    """One Dify. Plain calls share kept-alive connections; a stream has its own."""

    def __init__(self, url: str, inner_key: str, tenant_id: str, read_limit: float) -> None:
        self._url = url.rstrip("/")
        self._headers = {"X-Inner-Api-Key": inner_key, "Content-Type": "application/json"}
        self._tenant = tenant_id
        self._read_limit = read_limit
        self._idle: list[Call] = []

    @property
    def read_limit(self) -> float:
        """DIFY_BACKWARDS_INVOCATION_READ_TIMEOUT in the wall's seconds, counted from a response's head."""
        return self._read_limit

    def body(self, kind: str, members: dict[str, Any], **written: str) -> bytes:
        """Write a call's JSON: the session's user is always empty (docs/platform/dify.md#invocation-payload).

        `written`: more members, whose values are JSON already.
        """
        text = go_json({"tenant_id": self._tenant, "user_id": "", "type": kind, **members})
        more = "".join(f',"{name}":{value}' for name, value in written.items())
        return f"{text[:-1]}{more}}}".encode("utf-8", "replace")

    def call(self, path: str, body: bytes) -> Any:
        """Run a call that gives one JSON; its `data`."""
        status, answer = self._exchange(f"/inner/api/{path}", body)
        del status  # the daemon does not look at it (docs/platform/dify.md#app-information)
        try:
            value = json.loads(answer)
        except ValueError as error:
            first = answer[:1].decode(errors="replace")
            raise CallFailed(
                f"invalid character '{first}' looking for beginning of value" if first else "EOF"
            ) from error
        if value.get("error"):
            raise CallFailed(f"request failed: {value['error']}")
        if value.get("data") is None:
            raise CallFailed("data is nil")
        return value["data"]

    def nested(self, path: str, body: bytes) -> Any:
        """Run a call whose answer nests once more: {"data": {"data": ...}}."""
        inner = self.call(path, body).get("data")
        if inner is None:
            raise CallFailed("data is nil")
        return inner

    def _exchange(self, path: str, body: bytes) -> tuple[int, bytes]:
        reused = bool(self._idle)
        call = self._idle.pop() if reused else Call(self._url)
        try:
            with Timeout(self._read_limit, TimeoutError("timed out")):
                answer = post(call, path, self._headers, body)
        except (OSError, Cut) as error:
            call.close()
            if reused:
                return self._exchange(path, body)
            raise CallFailed(self.told(path, error)) from error
        if call.reusable:
            self._idle.append(call)
        else:
            call.close()
        return answer

    def new_call(self) -> Call:
        """Give a connection for a stream, which the caller can close at any time."""
        return Call(self._url)

    def send_stream(self, call: Call, body: bytes) -> None:
        """Send invoke/app on a connection that the caller can close meanwhile."""
        try:
            status = call.send("POST", "/inner/api/invoke/app", self._headers, body)
            if status == 200:
                return
            text = call.body().decode(errors="replace")
        except (OSError, Cut) as error:
            raise CallFailed(self.told("/inner/api/invoke/app", error)) from error
        raise CallFailed(f"request failed with status code: {status} and respond with: {text}")

    def told(self, path: str, error: Exception) -> str:
        """Say a failed connection as Go does."""
        what = {ConnectionRefusedError: "dial tcp {}: connect: connection refused", Cut: "EOF"}.get(
            type(error), str(error)
        )
        address = self._url.partition("://")[2].partition("/")[0]
        return f'Post "{self._url}{path}": ' + what.format(address)
