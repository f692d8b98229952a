"""POST /slack/interactions: Slack tells us here that a member pressed a button."""

from collections.abc import Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response

from endpoints.discreet import discreet
from wiring import container


class InteractionsEndpoint(Endpoint):  # type: ignore[misc]  # the SDK is not typed
    """Acks within Slack's 3 s, once a turn owns the question. Without an ack, Slack tells the member."""

    @discreet
    def _invoke(self, r: Request, values: Mapping[str, str], settings: Mapping[str, object]) -> Response:  # noqa: ARG002
        headers = dict(r.headers)
        ack = container().interactions(self.session, headers, settings).receive(r.get_data(), headers)
        return Response(ack.text, ack.status, content_type="text/plain; charset=utf-8")
