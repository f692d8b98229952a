"""One call of the Web API: sent, judged, and where that is safe sent again."""

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from clock import Clock
from errors import SlackError, SlackRateLimited, SlackRefused
from slack_api.budget import Budget
from slack_api.outcome import RATE_LIMITED
from slack_api.pool import Sender
from slack_api.retry import PATIENT, Patience, pause_before_retry
from slack_api.shapes import mapping
from slack_api.web import DEFAULT_RETRY_AFTER, PooledWebClient


class Calls:
    """Any method of the Web API with one bot token.

    Raises SlackRefused, SlackRateLimited, SlackUnreachable, SlackFateUnknown. `patience` bounds the waits for
    connect failures and 429; a write whose fate is unknown is never sent again. The budget hears of every
    429, and the repetition waits there, in line with all other calls. `team_id` is the token's workspace;
    `account` tells tokens apart without showing them.
    """

    def __init__(
        self, token: str, *, base_url: str, pool: Sender, clock: Clock, budget: Budget, team_id: str = ""
    ) -> None:
        self.team_id = team_id
        self.account = f"{team_id}/{sha256(token.encode()).hexdigest()[:16]}"
        self._web = PooledWebClient(token, base_url, pool)
        self._clock = clock
        self.budget = budget
        self.retries = 0  # requests that were sent once more, for the log
        self.taken: Counter[str] = Counter()  # calls that succeeded, by method

    def call(
        self, method: str, arguments: Mapping[str, Any], *, patience: Patience = PATIENT
    ) -> dict[str, Any]:
        """Any method; arguments that are None are left out."""
        return mapping(self.respond(method, arguments, patience).data)

    def respond(self, method: str, arguments: Mapping[str, Any], patience: Patience) -> SlackResponse:
        """`call`, with the headers of the answer."""
        given = {name: value for name, value in arguments.items() if value is not None}
        channel = str(given.get("channel", ""))
        waited, tried = 0.0, 0
        while True:
            tried += 1
            try:
                response = self._once(method, given)
            except SlackError as fault:
                if isinstance(fault, SlackRateLimited):
                    self.budget.limited(self.account, method, fault.retry_after, channel=channel)
                pause = pause_before_retry(fault, tried, waited, patience)
                if pause is None:
                    raise
                self.retries += 1
                before = self._clock.now()
                self._wait(fault, pause, patience.seconds - waited, given)
                waited += self._clock.now() - before
            else:
                self.taken[method] += 1
                return response

    def _wait(self, fault: SlackError, pause: float, left: float, given: Mapping[str, Any]) -> None:
        """After a 429 this call stands in line with all others that wait for the same allowance."""
        if not isinstance(fault, SlackRateLimited):
            self._clock.sleep(pause)
            return
        channel = str(given.get("channel", ""))
        key = f"{channel}/{given.get('ts', '')}"
        if not self.budget.take(self.account, fault.method, key, timeout=left, final=True, channel=channel):
            raise fault

    def _once(self, method: str, given: Mapping[str, Any]) -> SlackResponse:
        """Send one request; methods with structured arguments take JSON, the reading ones only forms."""
        try:
            if method.startswith(("chat.", "assistant.", "views.")):
                return self._web.api_call(method, json=dict(given))
            return self._web.api_call(method, params=dict(given))
        except SlackApiError as fault:
            error = str(fault.response.get("error") or "no_error_code")
            if error in RATE_LIMITED:
                raise SlackRateLimited(method, DEFAULT_RETRY_AFTER) from None
            raise SlackRefused(method, error) from None
