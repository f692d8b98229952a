"""The request, the settings and the surroundings, as the plugin has them."""

import json
import os
from collections.abc import Mapping
from typing import Any

from dify_plugin import Endpoint
from werkzeug import Request, Response

_NAMES = ("SERVER_PORT", "DIFY_INNER_API_URL", "INSTALL_METHOD", "TIME_SCALE")


class Seen(Endpoint):
    def _invoke(self, r: Request, values: Mapping[str, Any], settings: Mapping[str, Any]) -> Response:
        body = r.get_data()
        seen = {
            "method": r.method,
            "path": r.path,
            "query": r.query_string.decode(),
            "scheme": r.scheme,
            "host": r.host,
            "headers": {name.lower(): value for name, value in r.headers.items()},
            "size": len(body),
            "body": body[:4096].hex(),
            "values": dict(values),
            "settings": dict(settings),
            "environment": {name: os.environ.get(name) for name in _NAMES},
            "daemon_url": self.session.dify_plugin_daemon_url,
            "pid": os.getpid(),
        }
        headers = [("X-Two", "first"), ("X-Two", "second"), ("X-One", "1")]
        return Response(json.dumps(seen), 201, headers=headers)
