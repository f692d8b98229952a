"""The settings form of the endpoint (slack.yaml), its typed reading, and the process's environment."""

from provider.environment import Environment, environment
from provider.settings import ProblemLog, Settings, read_settings

__all__ = ["Environment", "ProblemLog", "Settings", "environment", "read_settings"]
