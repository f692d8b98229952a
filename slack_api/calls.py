"""One call of the Web API: sent, judged, and where that is safe sent again."""

from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from clock import Clock
from errors import SlackError, SlackRateLimited, SlackRefused, SlackUnreachable
from json_fields import mapping
from slack_api.budget import Budget
from slack_api.outcome import RATE_LIMITED
from slack_api.pool import Sender
from slack_api.retry import PATIENT, Patience, pause_before_retry
from slack_api.web import DEFAULT_RETRY_AFTER, PooledWebClient

OUT_OF_TURN = 1.0  # seconds after which it is worth asking the budget again


class Calls:
    """Any method of the Web API with one bot token.

    Raises SlackRefused, SlackRateLimited, SlackUnreachable, SlackFateUnknown. Every request takes from the budget, and
    SlackRateLimited is also what one gets whose turn does not come: it was not sent. `granted` says that the caller
    took for the first request already, because what it sends had to be read afterwards. `patience` bounds the waits
    for the budget, for connect failures and for 429, of which the budget hears; a write whose fate is unknown is never
    sent again. `team_id` is the token's workspace; `account` tells tokens apart without showing them.
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
        self,
        method: str,
        arguments: Mapping[str, Any],
        *,
        patience: Patience = PATIENT,
        granted: bool = False,
    ) -> Mapping[str, Any]:
        """Any method; arguments that are None are left out."""
        return mapping(self.respond(method, arguments, patience, granted=granted).data)

    def respond(
        self, method: str, arguments: Mapping[str, Any], patience: Patience, *, granted: bool = False
    ) -> SlackResponse:
        """`call`, with the headers of the answer."""
        given = {name: value for name, value in arguments.items() if value is not None}
        waited, tried = 0.0, 0
        fault: SlackError = SlackRateLimited(method, OUT_OF_TURN)
        while True:
            if not granted:
                waited += self._in_turn(method, given, patience.seconds - waited, fault)
            tried += 1
            try:
                response = self._once(method, given)
            except SlackError as error:
                fault = error
                pause = self._pause(error, given, tried, waited, patience)
                if pause is None:
                    raise
                self.retries += 1
                self._clock.sleep(pause)
                waited += pause
                granted = isinstance(error, SlackUnreachable)  # Slack counts no request that never left
            else:
                self.taken[method] += 1
                return response

    def _pause(
        self, fault: SlackError, given: Mapping[str, Any], tried: int, waited: float, patience: Patience
    ) -> float | None:
        """Before the next request; None: there is none. After a 429 it is the budget that pauses, for all."""
        pause = pause_before_retry(fault, tried, waited, patience)
        if not isinstance(fault, SlackRateLimited):
            return pause
        channel = str(given.get("channel", ""))
        self.budget.limited(self.account, fault.method, fault.retry_after, channel=channel)
        return None if pause is None else 0.0

    def _in_turn(self, method: str, given: Mapping[str, Any], left: float, fault: SlackError) -> float:
        """Stand in line with all others that wait for the same allowance; the seconds that took. Raises `fault`."""
        channel = str(given.get("channel", ""))
        key = f"{channel or given.get('channel_id', '')}/{given.get('ts') or given.get('thread_ts', '')}"
        began = self._clock.now()
        if not self.budget.take(self.account, method, key, timeout=left, final=True, channel=channel):
            raise fault
        return self._clock.now() - began

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
