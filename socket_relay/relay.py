"""Takes payloads from links, brings each to the plugin, and acks what the plugin took."""

import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from slack_sdk.socket_mode.request import SocketModeRequest

from socket_relay.delivery import PATIENCE, Delivery, Outcome
from socket_relay.http_form import UnknownPayloadError
from socket_relay.link import Link

WORKERS: Final = 64
_log = logging.getLogger("socket_relay")


class Relay:
    """Takes the payloads of all links. Each has a worker; its ack goes over the link that brought the payload.

    Whether Slack would take an ack over another link is not known. What can't be acked, Slack sends again, and the
    plugin knows that it has the message.
    """

    def __init__(self, delivery: Delivery) -> None:
        self._delivery = delivery
        self._workers = ThreadPoolExecutor(WORKERS, "payload")

    def received(self, link: Link, request: SocketModeRequest) -> None:
        """Deliver it in the background. What a closing link brings is left to Slack, which sends it again."""
        if not link.begin():
            return
        try:
            self._workers.submit(self._relay, link, request, time.monotonic())
        except RuntimeError:  # the relay is ending: Slack sends it again
            link.ended()

    def stop(self) -> None:
        """Take no more, and finish what is on its way."""
        self._workers.shutdown()

    def _relay(self, link: Link, request: SocketModeRequest, came: float) -> None:
        try:
            outcome = self._deliver(request, came)
            acked = outcome.taken and link.ack(request.envelope_id, outcome.payload)
        except UnknownPayloadError:
            outcome, acked = Outcome(0, 0, error="unknown type"), False
        except Exception as error:  # noqa: BLE001 - one payload must not end the others; the text could hold content
            outcome, acked = Outcome(0, 0, error=type(error).__name__), False
        finally:
            link.ended()
        _log.info("%s", json.dumps(_line(request, outcome, acked=acked, seconds=time.monotonic() - came)))

    def _deliver(self, request: SocketModeRequest, came: float) -> Outcome:
        """What waited for a worker longer than Slack waits is left to Slack, which sends it again."""
        if time.monotonic() - came > PATIENCE:
            return Outcome(0, 0, error="waited too long")
        return self._delivery.deliver(request)


def _line(request: SocketModeRequest, outcome: Outcome, *, acked: bool, seconds: float) -> dict[str, Any]:
    """What the log says of a payload: nothing of its content."""
    line: dict[str, Any] = {
        "payload": str(request.type)[:40],
        "retry": request.retry_attempt or 0,
        "status": outcome.status,
        "tries": outcome.tries,
        "ms": round(seconds * 1000),
        "acked": acked,
    }
    return line | ({"error": outcome.error} if outcome.error else {})
