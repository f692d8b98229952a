"""Checks whether Slack signed a request (docs/platform/slack.md#request-signature)."""

import re
from collections.abc import Callable, Mapping, Sequence

from slack_sdk.signature import Clock, SignatureVerifier

_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


class _WallClock(Clock):
    """Slack's 300 s are wall seconds, however fast the bridge's own clock runs."""

    def __init__(self, wall_epoch: Callable[[], float]) -> None:
        self._wall_epoch = wall_epoch

    def now(self) -> float:
        return self._wall_epoch()


def verify(
    raw: bytes,
    headers: Mapping[str, str],
    signing_secrets: Sequence[str],
    wall_epoch: Callable[[], float],
) -> bool:
    """Whether one of the secrets signed these bytes within the last (or next) 300 s. Never raises.

    The shape of both headers is checked first: the SDK's verifier raises for a timestamp that is no integer, reads
    `+1`, `1_0` and digits of other scripts as integers, and compares in constant time only ASCII signatures.
    """
    found = {name.lower(): value for name, value in headers.items() if isinstance(name, str)}
    timestamp = found.get("x-slack-request-timestamp")
    signature = found.get("x-slack-signature")
    if not isinstance(timestamp, str) or not _TIMESTAMP.fullmatch(timestamp):
        return False
    if not isinstance(signature, str) or not _SIGNATURE.fullmatch(signature):
        return False
    clock = _WallClock(wall_epoch)
    return any(_signed_with(secret, clock, raw, timestamp, signature) for secret in signing_secrets)


def _signed_with(secret: str, clock: Clock, raw: bytes, timestamp: str, signature: str) -> bool:
    try:
        return SignatureVerifier(secret, clock).is_valid(raw, timestamp, signature)
    except Exception:  # noqa: BLE001 - the verifier raises for an empty secret and for a body that is not UTF-8
        return False
