"""POST /slack/turns (hidden): our own requests, one per turn. A request lives until its turn has ended."""

from collections.abc import Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response

from endpoints.discreet import discreet
from wiring import container


class TurnsEndpoint(Endpoint):  # type: ignore[misc]  # the SDK is not typed
    """Answers 401 to a body that we did not sign ourselves, and 409 to a job that is claimed already."""

    @discreet
    def _invoke(self, r: Request, values: Mapping[str, str], settings: Mapping[str, object]) -> Response:  # noqa: ARG002
        reply = container().receiver(self.session, dict(r.headers), settings).receive(r.get_data())
        return Response(reply.body, reply.status, headers=reply.headers, content_type="text/plain")
