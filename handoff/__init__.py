"""Lets a turn outlive Slack's three seconds: an event is posted to ourselves (docs/architecture.md#d1-hand-off)."""

from handoff.acceptances import Acceptances
from handoff.claims import OPEN_TURNS, CancellationRegistry, Capacity, Claims
from handoff.claims_ahead import ClaimsAhead
from handoff.hand_off import EventHandOff, HandOffFactory
from handoff.own_connection import OwnConnections
from handoff.receiver import Receiver
from handoff.relay import REQUEST_HEADER, Relay
from handoff.stopping import Stopping

__all__ = [
    "OPEN_TURNS",
    "REQUEST_HEADER",
    "Acceptances",
    "CancellationRegistry",
    "Capacity",
    "Claims",
    "ClaimsAhead",
    "EventHandOff",
    "HandOffFactory",
    "OwnConnections",
    "Receiver",
    "Relay",
    "Stopping",
]
