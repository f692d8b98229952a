"""invoke/encrypt: Dify keeps the key, the daemon sends the settings over on every endpoint request."""

import base64
import json
from functools import lru_cache
from typing import Any

MARK = "HYBRID:"


@lru_cache(maxsize=64)
def opt_and_answer(content: bytes) -> tuple[str, dict[str, Any]]:
    """What a request asks for, and its answer. The same 30 kB come with each request of an endpoint."""
    body = json.loads(content)
    return str(body.get("opt")), {"data": {"data": _transform(body)}, "error": ""}


def _transform(body: dict[str, Any]) -> dict[str, Any]:
    """Encrypt or decrypt the secret-input members of `data`, as `opt` says; the others pass."""
    secret = {item["name"] for item in body.get("config") or [] if item.get("type") == "secret-input"}
    data = dict(body.get("data") or {})
    change = _encrypt if body.get("opt") == "encrypt" else _decrypt
    return {name: change(value) if name in secret and value else value for name, value in data.items()}


def _encrypt(value: Any) -> str:
    return MARK + base64.b64encode(str(value).encode()).decode()


def _decrypt(value: Any) -> str:
    text = str(value)
    return base64.b64decode(text.removeprefix(MARK)).decode() if text.startswith(MARK) else text
