"""Fetches an app's form."""

import json
from collections.abc import Mapping
from typing import Any

from dify_plugin import Endpoint
from werkzeug import Request, Response


class Form(Endpoint):
    def _invoke(self, r: Request, values: Mapping[str, Any], settings: Mapping[str, Any]) -> Response:
        try:
            return Response(
                json.dumps({"form": self.session.app.fetch_app(r.get_json()["app"]), "error": ""})
            )
        except Exception as error:  # noqa: BLE001 - the SDK raises nothing more precise
            return Response(json.dumps({"form": None, "error": str(error)}))
