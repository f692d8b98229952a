"""A body that comes drop by drop: `{"before": s, "every": s, "drops": n}`."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from dify_plugin import Endpoint
from journal import note
from werkzeug import Request, Response


class Drip(Endpoint):
    def _invoke(self, r: Request, values: Mapping[str, Any], settings: Mapping[str, Any]) -> Response:
        wanted = r.get_json()

        def body() -> Iterator[bytes]:
            time.sleep(wanted.get("before", 0))
            for number in range(wanted["drops"]):
                yield str(number % 10).encode()
                note(tag=wanted.get("tag", ""), drop=number)
                time.sleep(wanted.get("every", 0))

        return Response(body(), 203)
