"""Takes an admin from an empty endpoint to a working bot, and says with the setup key what is wrong and why."""

from setup_page.access import KeyGuard
from setup_page.rendering import PageAnswer
from setup_page.self_check import SelfCheck
from setup_page.setup_page import PageRequest, SetupPage

__all__ = ["KeyGuard", "PageAnswer", "PageRequest", "SelfCheck", "SetupPage"]
