"""Who is refused before the app is asked: other workspaces' events, whom the rules forbid, and too many messages."""

from turns.throttle.bot_identities import BotIdentities, Installation
from turns.throttle.rule_check import RuleCheck, asker_of, place_of
from turns.throttle.throttle import Admittance, Throttle, TurnedAway
from turns.throttle.unknown_channel import UnknownChannel, is_in_doubt

__all__ = [
    "Admittance",
    "BotIdentities",
    "Installation",
    "RuleCheck",
    "Throttle",
    "TurnedAway",
    "UnknownChannel",
    "asker_of",
    "is_in_doubt",
    "place_of",
]
