"""Who is refused before the app is asked: other workspaces' events, and too many messages."""

from turns.throttle.bot_identities import BotIdentities, Installation
from turns.throttle.throttle import Admittance, Throttle, TurnedAway
from turns.throttle.unknown_channel import UnknownChannel

__all__ = ["Admittance", "BotIdentities", "Installation", "Throttle", "TurnedAway", "UnknownChannel"]
