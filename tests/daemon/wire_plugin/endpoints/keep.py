"""One call of the storage: `{"do": "get|set|delete|exist", "key": …, "value": hex}`."""

import json
from collections.abc import Mapping
from typing import Any

from dify_plugin import Endpoint
from werkzeug import Request, Response


class Keep(Endpoint):
    def _invoke(self, r: Request, values: Mapping[str, Any], settings: Mapping[str, Any]) -> Response:
        wanted = r.get_json()
        try:
            found = self._call(wanted["do"], wanted["key"], bytes.fromhex(wanted.get("value", "")))
        except Exception as error:  # noqa: BLE001 - the SDK raises nothing more precise
            return Response(json.dumps({"error": str(error), "type": type(error).__name__}))
        return Response(json.dumps({"found": found.hex() if isinstance(found, bytes) else found}))

    def _call(self, do: str, key: str, value: bytes) -> bytes | bool | None:
        storage = self.session.storage
        if do == "set":
            return storage.set(key, value)
        return getattr(storage, do)(key)
