"""What Slack's requests share: the signature, the ack, and the line in the log about a refused request."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from cachetools import LRUCache
from slack_sdk.signature import Clock as WallClock
from slack_sdk.signature import SignatureVerifier

from clock import Clock
from errors import Forged, RequestError
from json_fields import text_of
from turns import logger

OK, BAD_REQUEST, UNAUTHORIZED, LATER = 200, 400, 401, 503
LARGEST = 2 * 1024 * 1024
"""Bytes. An event carries a text of up to some 40,000 characters twice (docs/platform/slack.md#text-limits)."""
PAUSE = 60.0  # seconds between two lines of the log with the same reason
REASONS = 1_000

_TIMESTAMP = re.compile(r"[0-9]{1,12}", re.ASCII)
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ack:
    """The status and the plain text body of the answer to Slack."""

    status: int
    text: str = ""


@dataclass(slots=True)
class _Reason:
    silent_until: float = float("-inf")
    untold: int = 0


class Refusals:
    """Logs each reason of each hook at once, then at most once a minute, so that no flood hides it. One per process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._reasons: LRUCache[tuple[str, str], _Reason] = LRUCache(REASONS)

    def note(self, hook_id: str, why: str) -> None:
        """Count one more refused request of this hook. `why` is our own text, with nothing of the request in it."""
        now = self._clock.now()
        reason = self._reasons.setdefault((hook_id, why), _Reason())
        if now < reason.silent_until:
            reason.untold += 1
            return
        logger.warning("refused a request: %s; %d more since the last such line", why, reason.untold)
        self._reasons[hook_id, why] = _Reason(now + PAUSE)


def read_signed[T](
    raw: bytes, headers: Mapping[str, str], signing_secrets: Sequence[str], parse: Callable[[bytes], T]
) -> T:
    """What `parse` reads in a request of Slack's. Raises Forged for any other request, Malformed as `parse` does."""
    if len(raw) > LARGEST or not verify(raw, headers, signing_secrets, WallClock()):
        raise Forged("no valid signature")
    return parse(raw)


def refuse(error: RequestError, hook_id: str, refusals: Refusals) -> Ack:
    """The answer to a refused request; its body is empty, whatever the request says."""
    refusals.note(hook_id, str(error))
    return Ack(UNAUTHORIZED if isinstance(error, Forged) else BAD_REQUEST)


def verify(
    raw: bytes, headers: Mapping[str, str], signing_secrets: Sequence[str], wall_clock: WallClock
) -> bool:
    """Whether one of the secrets signed these bytes within 300 s of the wall clock. Never raises.

    Source: docs/platform/slack.md#request-signature. The shape of both headers is checked first: the SDK's verifier
    raises for a timestamp that is no integer, reads `+1`, `1_0` and digits of other scripts as integers, and compares
    in constant time only ASCII signatures.
    """
    found = {name.lower(): value for name, value in headers.items()}
    timestamp, signature = text_of(found, "x-slack-request-timestamp"), text_of(found, "x-slack-signature")
    if not (_TIMESTAMP.fullmatch(timestamp) and _SIGNATURE.fullmatch(signature)):
        return False
    for secret in signing_secrets:
        with suppress(Exception):  # raised for an empty secret and for a body that is not UTF-8
            if SignatureVerifier(secret, wall_clock).is_valid(raw, timestamp, signature):
                return True
    return False
