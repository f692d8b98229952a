"""Asks the app.

`{"early": true}` sends a first byte at once and the result as the body's end; with `{"times": n}` it asks n
times in turn then. `{"loose": true}` answers "left" while the invocation goes on.
"""

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any

import gevent
from dify_plugin import Endpoint
from journal import note
from werkzeug import Request, Response


class Ask(Endpoint):
    def _invoke(self, r: Request, values: Mapping[str, Any], settings: Mapping[str, Any]) -> Response:
        wanted = r.get_json()
        if wanted.get("loose"):
            gevent.spawn(self._ask, wanted)
            time.sleep(0.3)
            return Response("left")
        if not wanted.get("early"):
            return Response(json.dumps(self._ask(wanted)))

        def body() -> Iterator[bytes]:
            yield b"."
            for _ in range(wanted.get("times", 1)):
                told = self._ask(wanted)
            yield json.dumps(told).encode()

        return Response(body(), 202)

    def _ask(self, wanted: dict[str, Any]) -> dict[str, Any]:
        told: dict[str, Any] = {"tag": wanted.get("tag", ""), "events": [], "error": "", "type": ""}
        begun = time.monotonic()
        try:
            stream = self.session.app.chat.invoke(
                app_id=wanted["app"],
                query=wanted.get("query", "hello"),
                inputs=wanted.get("inputs", {}),
                response_mode="streaming",
                conversation_id=wanted.get("conversation_id"),
            )
            for event in stream:
                told["events"].append(dict(event).get("event"))
                told["last"] = dict(event)
        except Exception as error:  # noqa: BLE001 - the SDK raises nothing more precise
            told["error"], told["type"] = str(error), type(error).__name__
        told["seconds"] = time.monotonic() - begun
        note(**told)
        return told
