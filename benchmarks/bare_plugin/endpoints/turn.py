"""POST /bare/turn: its first byte at once; then it drains the stream of the app that the body names.

The body is JSON: `app_id` and `query`, or nothing, and then the request stays open for a moment.
"""

import json
from collections.abc import Iterator, Mapping

import gevent
from dify_plugin import Endpoint
from werkzeug import Request, Response

BEAT_SECONDS = 10.0
MOMENT = 0.2


class TurnEndpoint(Endpoint):
    """Holds the request open as the plugin does, with a byte each ten seconds."""

    def _invoke(self, r: Request, values: Mapping, settings: Mapping) -> Response:
        return Response(self._beats(r.get_data()), 200, content_type="text/plain")

    def _beats(self, body: bytes) -> Iterator[bytes]:
        work = gevent.spawn(self._drain, **json.loads(body)) if body.startswith(b'{"app_id"') else None
        yield b"."
        if work is None:
            gevent.sleep(MOMENT)
            return
        while not gevent.wait([work], timeout=BEAT_SECONDS):
            yield b"."

    def _drain(self, app_id: str, query: str) -> None:
        for _ in self.session.app.chat.invoke(
            app_id=app_id, query=query, inputs={}, response_mode="streaming"
        ):
            pass
