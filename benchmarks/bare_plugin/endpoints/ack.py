"""POST /bare/ack: returns 200 at once. The floor of an endpoint that does nothing."""

from collections.abc import Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response


class AckEndpoint(Endpoint):
    """Does nothing."""

    def _invoke(self, r: Request, values: Mapping, settings: Mapping) -> Response:
        return Response("", 200, content_type="text/plain; charset=utf-8")
