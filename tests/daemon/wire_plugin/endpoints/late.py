"""Answers at once and calls Dify afterwards, when the session that owned the call is over."""

import json
import time
from collections.abc import Mapping
from typing import Any

import gevent
from dify_plugin import Endpoint
from journal import note
from werkzeug import Request, Response


class Late(Endpoint):
    def _invoke(self, r: Request, values: Mapping[str, Any], settings: Mapping[str, Any]) -> Response:
        tag = r.get_json()["tag"]

        def later() -> None:
            time.sleep(0.5)
            begun = time.monotonic()
            try:
                told = f"exists: {self.session.storage.exist('late')}"
            except Exception as error:  # noqa: BLE001 - the SDK raises nothing more precise
                told = str(error)
            note(tag=tag, told=told, seconds=time.monotonic() - begun)

        gevent.spawn(later)
        return Response(json.dumps({"left": True}))
