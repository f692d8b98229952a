"""GET /slack/setup: the page that takes an admin from an empty endpoint to a working bot."""

from collections.abc import Mapping

from dify_plugin import Endpoint
from werkzeug import Request, Response

from endpoints.discreet import discreet
from setup_page import PageRequest
from wiring import container


class SetupEndpoint(Endpoint):  # type: ignore[misc]  # the SDK is not typed
    """Answers anybody how to begin, and with the setup key what is wrong."""

    @discreet
    def _invoke(self, r: Request, values: Mapping[str, str], settings: Mapping[str, object]) -> Response:  # noqa: ARG002
        asked = PageRequest(
            query=r.args.to_dict(),
            authorization=r.headers.get("Authorization", ""),
            languages=tuple(tag for tag, _ in r.accept_languages),
        )
        page = container().setup_page(self.session, dict(r.headers), settings).answer(asked)
        return Response(
            page.body, page.status, headers=dict(page.headers), content_type="text/html; charset=utf-8"
        )
