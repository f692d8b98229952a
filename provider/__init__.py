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

__all__ = [
    "Asker",
    "Environment",
    "Fact",
    "Place",
    "ProblemLog",
    "Ruling",
    "Settings",
    "environment",
    "is_channel_name",
    "is_email",
    "is_group",
    "is_open",
    "may_ask",
    "read_settings",
    "rule",
]
