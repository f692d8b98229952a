"""Takes an admin from an empty endpoint to a working bot, and says with the setup key what is wrong and why."""

from setup_page.access import KeyGuard
from setup_page.metrics import CONTENT_TYPE
from setup_page.rendering import PageAnswer
from setup_page.self_check import SelfCheck
from setup_page.setup_page import PageRequest, SetupPage
from setup_page.which_rule import WhichRule

__all__ = ["CONTENT_TYPE", "KeyGuard", "PageAnswer", "PageRequest", "SelfCheck", "SetupPage", "WhichRule"]
