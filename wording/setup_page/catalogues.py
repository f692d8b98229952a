"""The catalogues of the set-up page's texts, by the code of their language."""

from typing import Final

from wording.setup_page.en import EN
from wording.setup_page.ja import JA
from wording.setup_page.pt_br import PT_BR
from wording.setup_page.zh_hans import ZH_HANS

SETUP_CATALOGUES: Final = {"en": EN, "ja": JA, "zh-Hans": ZH_HANS, "pt-BR": PT_BR}
