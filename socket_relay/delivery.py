"""Brings one payload to the plugin's endpoint: a few tries within the time that Slack waits for an ack."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import urllib3
from slack_sdk.socket_mode.request import SocketModeRequest

from socket_relay.http_form import HttpForm, ack_payload, as_http
from socket_relay.settings import RelaySettings

PATIENCE: Final = 2.6
"""Seconds from the payload to the last try's end: Slack waits 3 (docs/platform/slack.md#socket-mode-envelopes)."""
PAUSE: Final = 0.2
MOST_TRIES: Final = 4
_AGAIN: Final = frozenset({500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Outcome:
    """`status`: of the last answer, 0 without one. `error`: the kind of the last failure. `payload`: for the ack."""

    status: int
    tries: int
    error: str = ""
    payload: dict[str, Any] | None = None

    @property
    def taken(self) -> bool:
        """Whether the plugin owns the payload now: only then may Slack be acked."""
        return 200 <= self.status < 300  # noqa: PLR2004 - HTTP's success


class Delivery:
    """Posts to the hook. No proxy, no redirect; the clock and the pause are given for tests."""

    def __init__(
        self,
        settings: RelaySettings,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._hook = settings.hook_url
        self._secret = settings.signing_secret
        self._now = now
        self._sleep = sleep
        self._http = urllib3.PoolManager(maxsize=32, retries=False)

    def deliver(self, request: SocketModeRequest) -> Outcome:
        """Try until it is taken, refused for good, or Slack's patience ends. Raises UnknownPayloadError.

        A try that ran out of time is not repeated: the plugin may have taken it, and Slack sends it again.
        """
        form = as_http(request)
        ends = self._now() + PATIENCE
        for tries in range(1, MOST_TRIES + 1):
            outcome, answer = self._once(form, tries, max(0.1, ends - self._now()))
            if answer is not None and outcome.taken:
                content_type = answer.headers.get("Content-Type", "")
                payload = ack_payload(request, content_type, answer.data)
                return Outcome(outcome.status, tries, payload=payload)
            is_worth_it = outcome.status in _AGAIN or outcome.error == "NewConnectionError"
            if not is_worth_it or tries == MOST_TRIES or self._now() + PAUSE * tries >= ends:
                break
            self._sleep(PAUSE * tries)
        return outcome

    def _once(
        self, form: HttpForm, tries: int, seconds: float
    ) -> tuple[Outcome, urllib3.BaseHTTPResponse | None]:
        headers = form.signed(self._secret, self._now())
        try:
            answer = self._http.request(
                "POST",
                self._hook + form.path,
                body=form.body,
                headers=headers,
                timeout=urllib3.Timeout(total=seconds),
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            # The text of the error would name the hook's address.
            return Outcome(0, tries, error=type(error).__name__), None
        return Outcome(answer.status, tries), answer
