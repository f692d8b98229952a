"""Signs the requests that we send to ourselves. A signature is valid for this plugin and this hook, for a minute."""

import hashlib
import hmac
import time
from collections.abc import Sequence
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from errors import Forged

SIGNED_SECONDS = 60
SKEW_SECONDS = 5  # by which the clock of the machine that signed may be ahead of ours
LARGEST = 4 * 1024 * 1024  # bytes of a signed body; the largest message takes a quarter of that
_SALT = "slack-bridge.turn."


class Signer:
    """Signs and verifies the body of `POST /slack/turns`.

    The salt is our own, so a signature of Slack's is not valid here, and holds the hook, so that a signature is valid
    at its own hook only. While secrets rotate, the first secret signs and every secret verifies.
    """

    def __init__(self, signing_secrets: Sequence[str], hook_id: str) -> None:
        self._keys = tuple(signing_secrets)
        self._hook_id = hook_id
        self._serializer = URLSafeTimedSerializer(
            self._keys[::-1], salt=_SALT + hook_id, signer_kwargs={"digest_method": hashlib.sha256}
        )

    def sign(self, content: dict[str, Any]) -> bytes:
        """The signed body; `content` must be JSON."""
        signed = self._serializer.dumps(content)
        return signed if isinstance(signed, bytes) else signed.encode()

    def verify(self, body: bytes) -> dict[str, Any]:
        """The content, if we signed it at most 60 s ago. Raises Forged for any other bytes."""
        if not self._keys:
            raise Forged("no signing secret")
        if len(body) > LARGEST:
            raise Forged("too large")
        try:
            content, signed_at = self._serializer.loads(body, return_timestamp=True)
        except (BadData, ValueError, OverflowError) as error:
            raise Forged("bad signature of ours") from error
        # The library's own limit of age would refuse a signature from a clock that is ahead.
        if not -SKEW_SECONDS <= int(time.time()) - int(signed_at.timestamp()) <= SIGNED_SECONDS:
            raise Forged("expired signature of ours")
        if not isinstance(content, dict):
            raise Forged("bad signature of ours")
        return content

    def receipt(self, body: bytes) -> str:
        """A code that only our own `/slack/turns` can make for this body. It tells our 200 from a stranger's 200."""
        key = hashlib.sha256((_SALT + self._hook_id + self._keys[0]).encode()).digest()
        return hmac.new(key, body, hashlib.sha256).hexdigest()[:32]
