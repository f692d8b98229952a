"""Reverse calls of a plugin: app, fetch_app, storage, upload_file (names as the SDK sends them)."""

from collections import deque
from collections.abc import Callable
from typing import Any

import gevent

from clock import Clock
from simulators.daemon.dify_api import CallFailed, DifyApi
from simulators.daemon.faults import Faults, StorageFault
from simulators.daemon.frame_reader import FrameReader, StreamFailed
from simulators.daemon.lines import Replies
from simulators.daemon.runtime import Runtime
from simulators.daemon.session import Session
from simulators.daemon.storage import LOAD_FAILED, OVER_QUOTA, Storage, StorageRefused
from simulators.http1.client import Call
from simulators.http1.reading import Cut

STORED_KEPT = 20_000
_REQUIRED = (
    "unmarshal backwards invoke request failed: error validating struct: "
    "Key: '{0}.{1}' Error:Field validation for '{1}' failed on the 'required' tag"
)


class Reverse:
    """Runs each call and writes its answer to the session's process."""

    def __init__(self, runtime: Runtime, dify: DifyApi, faults: Faults, clock: Clock) -> None:
        self._runtime = runtime
        self._dify = dify
        self._faults = faults
        self._clock = clock
        self.storage: Storage | None = None
        self.latency = {"get": 0.0, "exist": 0.0, "set": 0.0, "del": 0.0}
        self.slow_keys = ""  # how the keys begin whose calls take the latency
        self.served: dict[str, int] = {}
        self.stored: deque[dict[str, Any]] = deque(maxlen=STORED_KEPT)
        self._kinds: dict[str, Callable[[Session, Replies, dict[str, Any]], None]] = {
            "app": self._app,
            "fetch_app": self._fetch,
            "upload_file": self._upload,
        }

    def begin(self, session: Session, data: dict[str, Any]) -> None:
        """Start a call; never waits, for it is called by the reader of the plugin's lines."""
        kind, request = str(data.get("type")), data.get("request") or {}
        replies = Replies(session.session_id, session.endpoint_id, str(data.get("backwards_request_id")))
        self.served[kind] = self.served.get(kind, 0) + 1
        declaration = self._runtime.declaration
        denied = declaration.denied(kind) if declaration else ""
        if denied or (kind != "storage" and kind not in self._kinds):
            self._finish(session, replies.error(denied or f"unsupported invoke type: {kind}"), replies)
        elif kind == "storage":
            self._storage(session, replies, request)
        else:
            gevent.spawn(self._kinds[kind], session, replies, request)

    def _finish(self, session: Session, line: bytes, replies: Replies) -> None:
        self._runtime.write(session.session_id, line + replies.end())

    # storage

    def _storage(self, session: Session, replies: Replies, request: dict[str, Any]) -> None:
        op = str(request.get("opt"))
        self.stored.append(
            {"hook_id": session.hook_id, "path": session.path, "op": op, "key": request.get("key")}
        )
        fault = self._faults.for_storage(op)
        if fault is not None and fault.mode == "silent":
            return
        is_slow = str(request.get("key")).startswith(self.slow_keys)
        delay = (self.latency.get(op, 0.0) if is_slow else 0.0) + (
            fault.seconds if fault is not None and fault.mode == "slow" else 0.0
        )
        if delay:
            gevent.spawn_later(self._clock.wall(delay), self._store, session, replies, request, fault)
        else:
            self._store(session, replies, request, fault)

    def _store(
        self, session: Session, replies: Replies, request: dict[str, Any], fault: StorageFault | None
    ) -> None:
        op = str(request.get("opt"))
        try:
            line = replies.struct(self._stored(op, request, fault.mode if fault else ""))
        except StorageRefused as error:
            line = replies.error(str(error))
        self._finish(session, line, replies)

    def _stored(self, op: str, request: dict[str, Any], fault: str) -> dict[str, Any]:
        key, storage = str(request.get("key") or ""), self.storage
        if not key:
            raise StorageRefused(_REQUIRED.format("InvokeStorageRequest", "Key"))
        if storage is None:
            raise StorageRefused("persistence not found")
        if fault == "full" and op == "set":
            raise StorageRefused(f"save data failed: {OVER_QUOTA}")
        if fault == "fail":
            verbs = {"get": LOAD_FAILED, "set": "save data failed: {}", "del": "delete data failed: {}"}
            raise StorageRefused(
                verbs.get(op, "exist data failed: {}").format("dial tcp 127.0.0.1:6379: connection refused")
            )
        if op == "get":
            return {"data": storage.get(key).hex()}
        if op == "set":
            storage.set(key, bytes.fromhex(request.get("value") or ""))
            return {"data": "ok"}
        if op == "del":
            return {"data": "ok", "deleted_num": storage.delete(key)}
        exist = storage.exist(key)
        return {"data": bool(exist), "exist_num": exist}

    # the calls that go on to Dify

    def _fetch(self, session: Session, replies: Replies, request: dict[str, Any]) -> None:
        body = self._dify.body("fetch_app", {"app_id": request.get("app_id") or ""})
        self._plain(session, replies, "fetch app failed", lambda: self._dify.nested("fetch/app/info", body))

    def _upload(self, session: Session, replies: Replies, request: dict[str, Any]) -> None:
        members = {"filename": request.get("filename") or "", "mimetype": request.get("mimetype") or ""}
        body = self._dify.body("upload_file", members)
        self._plain(
            session, replies, "upload file failed", lambda: self._dify.call("upload/file/request", body)
        )

    def _plain(self, session: Session, replies: Replies, failed: str, call: Callable[[], Any]) -> None:
        try:
            line = replies.struct(call())
        except CallFailed as error:
            line = replies.error(f"{failed}: {error}")
        self._finish(session, line, replies)

    def _app(self, session: Session, replies: Replies, request: dict[str, Any]) -> None:
        if not request.get("app_id"):
            self._finish(
                session, replies.error(_REQUIRED.format("InvokeAppRequest.InvokeAppSchema", "AppId")), replies
            )
            return
        members = {
            "app_id": request["app_id"],
            "inputs": request.get("inputs"),
            "query": request.get("query") or "",
            "response_mode": request.get("response_mode") or "",
            "conversation_id": request.get("conversation_id") or "",
            "user": request.get("user") or "",
        }
        call = self._dify.new_call()
        session.calls.add(call)
        try:
            line = self._stream(session, replies, call, self._dify.body("app", members))
        finally:
            call.close()
            session.calls.discard(call)
        self._finish(session, line, replies)

    def _stream(self, session: Session, replies: Replies, call: Call, body: bytes) -> bytes:
        try:
            self._dify.send_stream(call, body)
        except CallFailed as error:
            return replies.error(f"invoke app failed: {error}")
        return self._relay(session, replies, call)

    def _relay(self, session: Session, replies: Replies, call: Call) -> bytes:
        """Pass every event on; give the error line of a stream that broke, nothing for a clean end."""
        reader, write, ends = FrameReader(), self._runtime.write, call.ends()
        encode = replies.stream
        cut = gevent.spawn_later(self._dify.read_limit, call.close)
        try:
            for data in call.chunks():
                lines: list[bytes] = []
                try:
                    lines.extend(map(encode, reader.feed(data)))
                finally:
                    if lines:
                        write(session.session_id, b"".join(lines), gently=True)
        except StreamFailed as error:
            return replies.error(f"read app failed: {error}")
        except Cut:
            return replies.error(f"read app failed: unexpected EOF\n{reader.where()}")
        except OSError as error:
            return replies.error(
                f"read app failed: {self._closed(session, call, ends, error)}\n{reader.where()}"
            )
        finally:
            cut.kill(block=False)
        return b""

    @staticmethod
    def _closed(session: Session, call: Call, ends: str, error: OSError) -> str:
        if session.closed or session.cancelled:
            return "context canceled"
        if call.closed:  # by the read limit, DIFY_BACKWARDS_INVOCATION_READ_TIMEOUT
            return f"read tcp {ends}: use of closed network connection"
        what = "connection reset by peer" if isinstance(error, ConnectionResetError) else str(error)
        return f"read tcp {ends}: read: {what}"
