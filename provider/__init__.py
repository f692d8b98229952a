"""The settings form of the endpoint (slack.yaml), its typed reading, what follows from it, and the environment."""

from provider.environment import Environment, environment
from provider.rules import (
    Asker,
    Fact,
    Place,
    Ruling,
    is_channel_name,
    is_email,
    is_group,
    is_open,
    may_ask,
    rule,
)
from provider.settings import ProblemLog, Settings, read_settings
from provider.values import STOP_REACTIONS, emoji_name

__all__ = [
    "STOP_REACTIONS",
    "Asker",
    "Environment",
    "Fact",
    "Place",
    "ProblemLog",
    "Ruling",
    "Settings",
    "emoji_name",
    "environment",
    "is_channel_name",
    "is_email",
    "is_group",
    "is_open",
    "may_ask",
    "read_settings",
    "rule",
]
