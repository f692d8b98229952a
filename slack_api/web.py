"""One call of the Web API: paced by the rate budget, sent by slack_sdk over our pool, repeated where that is safe.

slack_sdk alone would open a connection for each call (docs/platform/slack.md#sdk-connections). Its methods for single
calls are not used: they send some booleans and deletions in other ways, and warn of blank texts in the log.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from clock import Clock
from errors import SlackError, SlackFateUnknown, SlackRateLimited, SlackRefused, SlackUnreachable
from json_fields import mapping, parsed
from slack_api.connection import NeverSent
from slack_api.error_codes import RATE_LIMITED
from slack_api.pool import Bounds, HttpResponse, Sender, Unanswered
from slack_api.rate_limit import RateLimiter
from slack_api.retry import PATIENT, REPEATABLE, Patience, pause_before_retry

RETRY_BUDGET_AFTER = 1.0  # seconds after which a caller whose call was not acquired may try again
DEFAULT_RETRY_AFTER = 10.0  # seconds, for a 429 that names none
LONGEST_RETRY_AFTER = 300.0
SIZE = 32 * 1024 * 1024
# A write that is given up may still happen later, so it is waited for longer than a lookup, which can be repeated.
WRITE = Bounds(silence=40.0, whole=45.0, size=SIZE)
LOOKUP = Bounds(silence=8.0, whole=25.0, size=SIZE)

# slack_sdk logs bodies at DEBUG and every failure at ERROR: neither belongs in our log.
SILENT = logging.getLogger("slack_api.silent")
SILENT.setLevel(logging.CRITICAL + 1)
SILENT.propagate = False


class PooledWebClient(WebClient):
    """slack_sdk's client over our pool. It repeats nothing; raises SlackError subtypes where no usable answer came."""

    def __init__(self, token: str, base_url: str, pool: Sender) -> None:
        super().__init__(token=token, base_url=base_url, retry_handlers=[], logger=SILENT)
        self._pool = pool

    def _perform_urllib_http_request_internal(self, url: str, req: Request) -> dict[str, Any]:
        """Override slack_sdk's private hook for one request (3.47 and 3.48; held by tests/slack_api/test_web.py)."""
        method = urlsplit(url).path.rpartition("/")[2]
        body = req.data if isinstance(req.data, bytes) else None
        bounds = LOOKUP if method in REPEATABLE else WRITE
        answer = exchange(self._pool, method, url, dict(req.header_items()), body, bounds)
        return {"status": answer.status, "headers": answer.headers, "body": usable_body(method, answer)}


class Calls:
    """Any method of the Web API with one bot token. `team_id` is the token's workspace.

    A call raises SlackRefused, SlackRateLimited, SlackUnreachable or SlackFateUnknown. A call that the budget does not
    grant within `patience` raises SlackRateLimited and is not sent. `patience` also bounds the pauses after a 429, of
    which the budget is told, and after a failed connection. `acquired` says that the caller acquired the first request
    from the budget, because its content had to be read afterwards.

    `account` tells the token from others without showing it. `retries` (requests that were sent once more) and
    `succeeded` (calls by method) are counts for the log. `refused` has the code of each method's last refusal.
    """

    def __init__(
        self, token: str, *, base_url: str, pool: Sender, clock: Clock, budget: RateLimiter, team_id: str = ""
    ) -> None:
        self.team_id = team_id
        self.account = f"{team_id}/{sha256(token.encode()).hexdigest()[:16]}"
        self._web = PooledWebClient(token, base_url, pool)
        self._clock = clock
        self.budget = budget
        self.retries = 0
        self.succeeded: Counter[str] = Counter()
        self.refused: dict[str, str] = {}

    def call(
        self, method: str, arguments: Mapping[str, Any], patience: Patience = PATIENT, acquired: bool = False
    ) -> Mapping[str, Any]:
        """Call any method and return what it answers; arguments that are None are left out."""
        return mapping(self.respond(method, arguments, patience, acquired).data)

    def respond(
        self, method: str, arguments: Mapping[str, Any], patience: Patience = PATIENT, acquired: bool = False
    ) -> SlackResponse:
        """Do the same as `call`, for the headers of the answer."""
        given = {name: value for name, value in arguments.items() if value is not None}
        waited, tried = 0.0, 0
        fault: SlackError = SlackRateLimited(method, RETRY_BUDGET_AFTER)
        while True:
            if not acquired:
                waited += self._acquire(method, given, patience.seconds - waited, fault)
            tried += 1
            try:
                response = self._send(method, given)
            except SlackError as error:
                fault = error
                pause = pause_before_retry(error, tried, waited, patience)
                if isinstance(error, SlackRateLimited):
                    # The budget pauses all calls of the method, this one among them.
                    channel = str(given.get("channel", ""))
                    self.budget.pause(self.account, method, error.retry_after, channel=channel)
                    pause = None if pause is None else 0.0
                if pause is None:
                    if isinstance(error, SlackRefused):
                        self.refused[method] = error.error
                    raise
                self.retries += 1
                self._clock.sleep(pause)
                waited += pause
                acquired = isinstance(error, SlackUnreachable)  # Slack counts no request that never left
            else:
                self.succeeded[method] += 1
                return response

    def _acquire(self, method: str, given: Mapping[str, Any], timeout: float, fault: SlackError) -> float:
        """Acquire one request from the budget; return the seconds that took. Raises `fault` after `timeout` seconds."""
        channel = str(given.get("channel", ""))
        key = f"{channel or given.get('channel_id', '')}/{given.get('ts') or given.get('thread_ts', '')}"
        began = self._clock.now()
        if not self.budget.acquire(self.account, method, key, timeout=timeout, final=True, channel=channel):
            raise fault
        return self._clock.now() - began

    def _send(self, method: str, given: dict[str, Any]) -> SlackResponse:
        """Send one request. Methods with structured arguments take JSON, those that read take forms only."""
        structured = method.startswith(("chat.", "assistant.", "views."))
        try:
            return self._web.api_call(
                method, json=given if structured else None, params=None if structured else given
            )
        except SlackApiError as fault:
            error = str(fault.response.get("error") or "no_error_code")
            if error in RATE_LIMITED:
                raise SlackRateLimited(method, DEFAULT_RETRY_AFTER) from None
            raise SlackRefused(method, error) from None


def exchange(
    pool: Sender, method: str, url: str, headers: Mapping[str, str], body: bytes | None, bounds: Bounds
) -> HttpResponse:
    """Send a POST. Raises SlackUnreachable, and SlackFateUnknown also for an answer with a status of 500 or more."""
    try:
        answer = pool.exchange("POST", url, headers, body, bounds)
    except NeverSent as fault:
        raise SlackUnreachable(method, str(fault)) from fault
    except Unanswered as fault:
        raise SlackFateUnknown(method, str(fault)) from fault
    if answer.status >= 500:  # noqa: PLR2004 - the HTTP status itself
        raise SlackFateUnknown(method, f"HTTP {answer.status}")
    return answer


def usable_body(method: str, answer: HttpResponse) -> str:
    """The JSON object of an answer, as text. Raises SlackRateLimited or SlackFateUnknown where there is none."""
    if answer.status == 429:  # noqa: PLR2004
        raise SlackRateLimited(method, retry_after(answer.headers))
    text = answer.body.decode("utf-8", "replace")
    if not isinstance(parsed(text), dict):
        raise SlackFateUnknown(method, f"HTTP {answer.status} without a JSON object")
    return text


def retry_after(headers: Mapping[str, str]) -> float:
    """The seconds that a 429 names in its header, at most LONGEST_RETRY_AFTER; a default where it names none."""
    value = headers.get("retry-after", "").strip()
    if not (value.isascii() and value.isdecimal()):
        return DEFAULT_RETRY_AFTER
    return min(float(value[:9]), LONGEST_RETRY_AFTER)
