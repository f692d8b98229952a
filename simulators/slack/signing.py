"""Slack's request signature (docs/platform/slack.md#request-signature)."""

import hashlib
import hmac
import time


def sign(body: bytes | str, timestamp: str | float, secret: str) -> str:
    """`X-Slack-Signature` over the raw body; a float timestamp is cut to whole seconds."""
    raw = body.encode() if isinstance(body, str) else body
    stamp = timestamp if isinstance(timestamp, str) else str(int(timestamp))
    base = b"v0:" + stamp.encode() + b":" + raw
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def signed_headers(
    body: bytes | str, secret: str, timestamp: float | None = None, *, ahead: float = 0.0
) -> dict[str, str]:
    """Both headers, stamped with the wall's time unless another is given: verifiers compare with theirs.

    `ahead`: seconds by which the signer's clock is ahead of this machine's.
    """
    stamp = str(int(time.time() + ahead if timestamp is None else timestamp))
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(body, stamp, secret)}
