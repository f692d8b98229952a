"""The texts of the set-up page, for admins. One catalogue per language."""

from wording.setup_page.catalogues import SETUP_CATALOGUES
from wording.setup_page.keys import SetupText

__all__ = ["SETUP_CATALOGUES", "SetupText"]
