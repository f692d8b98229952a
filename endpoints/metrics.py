"""GET /slack/metrics: how the last turns went, as Prometheus reads it."""

from collections.abc import Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response

from endpoints.discreet import discreet
from setup_page import CONTENT_TYPE
from wiring import container


class MetricsEndpoint(Endpoint):  # type: ignore[misc]  # the SDK is not typed
    """Answers whoever knows the setup key."""

    @discreet
    def _invoke(self, r: Request, values: Mapping[str, str], settings: Mapping[str, object]) -> Response:  # noqa: ARG002
        page = container().setup_page(self.session, dict(r.headers), settings)
        told = page.metrics(r.headers.get("Authorization", ""))
        return Response(told.body, told.status, headers=dict(told.headers), content_type=CONTENT_TYPE)
