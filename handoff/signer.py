"""The seal on a request that we send to ourselves: only this plugin, for this hook, within a minute."""

import hashlib
import hmac
import time
from collections.abc import Sequence
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from errors import Forged

SEAL_SECONDS = 60
SKEW_SECONDS = 5
"""How far ahead the clock of the node that sealed may be."""
LARGEST = 4 * 1024 * 1024
"""Bytes; a message at its limits seals to a quarter of it."""
_SALT = "slack-bridge.turn."


class Signer:
    """Seals and opens the body of `POST /slack/turns`.

    The key is derived from the signing secrets with a salt of our own, so Slack's signature of a body is no seal
    of it; the hook is part of the salt, so a seal opens at its own hook only. While secrets rotate, the first one
    seals and every one opens.
    """

    def __init__(self, signing_secrets: Sequence[str], hook_id: str) -> None:
        self._keys = tuple(signing_secrets)
        self._hook_id = hook_id
        self._serializer = URLSafeTimedSerializer(
            list(reversed(self._keys)),
            salt=_SALT + hook_id,
            signer_kwargs={"digest_method": hashlib.sha256},
        )

    def close(self, content: dict[str, Any]) -> bytes:
        """The sealed body; `content` must be JSON."""
        sealed = self._serializer.dumps(content)
        return sealed if isinstance(sealed, bytes) else sealed.encode()

    def open(self, body: bytes) -> dict[str, Any]:
        """What was sealed at most 60 s ago. Raises Forged, whatever bytes come."""
        if not self._keys:
            raise Forged("no signing secret")
        if len(body) > LARGEST:
            raise Forged("too large")
        try:
            content, sealed_at = self._serializer.loads(body, return_timestamp=True)
        except (BadData, ValueError, OverflowError) as error:
            raise Forged("bad seal") from error
        # The library's own limit of age takes no seal from a clock that is ahead.
        if not -SKEW_SECONDS <= int(time.time()) - int(sealed_at.timestamp()) <= SEAL_SECONDS:
            raise Forged("expired seal")
        if not isinstance(content, dict):
            raise Forged("bad seal")
        return content

    def receipt(self, body: bytes) -> str:
        """What only our own `/slack/turns` can answer to this body: tells an acceptance from a stranger's 200."""
        key = hashlib.sha256((_SALT + self._hook_id + self._keys[0]).encode()).digest()
        return hmac.new(key, body, hashlib.sha256).hexdigest()[:32]
