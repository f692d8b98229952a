"""POST /slack/commands: Slack tells us here that a member wrote a slash command."""

from collections.abc import Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response

from endpoints.discreet import discreet
from wiring import container


class CommandsEndpoint(Endpoint):  # type: ignore[misc]  # the SDK is not typed
    """Acks at once: what the command asks for is done after the ack, and its failure is told to the member alone."""

    @discreet
    def _invoke(self, r: Request, values: Mapping[str, str], settings: Mapping[str, object]) -> Response:  # noqa: ARG002
        headers = dict(r.headers)
        ack = container().commands(self.session, headers, settings).receive(r.get_data(), headers)
        return Response(ack.text, ack.status, content_type="text/plain; charset=utf-8")
