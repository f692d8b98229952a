"""The bot's own sentences. Each is short and says what happened and what to do next. One catalogue per language."""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final

from wording.en import EN
from wording.ja import JA
from wording.keys import Say
from wording.pt_br import PT_BR
from wording.setup_page import SETUP_CATALOGUES, SetupText
from wording.zh_hans import ZH_HANS

__all__ = [
    "CATALOGUES",
    "SETUP_CATALOGUES",
    "Language",
    "Say",
    "SetupText",
    "language_for",
    "say",
    "setup_text",
]


class Language(StrEnum):
    """The values of the `language` setting, without `auto`."""

    EN = "en"
    JA = "ja"
    ZH_HANS = "zh-Hans"
    PT_BR = "pt-BR"


CATALOGUES: Final = {Language.EN: EN, Language.JA: JA, Language.ZH_HANS: ZH_HANS, Language.PT_BR: PT_BR}
_BY_PRIMARY: Final = {"en": Language.EN, "ja": Language.JA, "zh": Language.ZH_HANS, "pt": Language.PT_BR}
_LONGEST_VALUE: Final = 120
_NO_MARKUP: Final = str.maketrans({"`": "'", "<": "‹", ">": "›"})


@lru_cache(maxsize=64)
def language_for(setting: str, locale: str | None = None) -> Language:
    """The language of the setting; where it is `auto`, that of a Slack locale such as `ja-JP`; else English.

    All Chinese is written in simplified characters and all Portuguese in Brazil's: the nearest we have.
    """
    tags = (tag.strip().replace("_", "-").partition("-")[0].lower() for tag in (setting, locale or ""))
    return next((_BY_PRIMARY[tag] for tag in tags if tag in _BY_PRIMARY), Language.EN)


def say(language: str, key: Say, **values: object) -> str:
    """The sentence, as Markdown that reads the same in Slack's mrkdwn.

    Values may come from strangers: each value is put on one line, cut at 120 characters and kept from leaving its code
    span. `reason` is another text of the catalogue and is not changed. An unknown language counts as English. A value
    that the sentence names and the caller does not give raises KeyError.
    """
    return CATALOGUES[language_for(language)][key].format_map(
        {name: value if name == "reason" else _tame(str(value)) for name, value in values.items()}
    )


def setup_text(language: str, key: SetupText, **values: object) -> str:
    """A text of the set-up page. Values are put in as they are, so the page has to escape the whole text.

    An unknown language counts as English. A value that the text names and the caller does not give raises KeyError.
    """
    return SETUP_CATALOGUES[language_for(language).value][key].format_map(values)


def _tame(value: str) -> str:
    line = re.sub(r"[\s\x00-\x1f\x7f]+", " ", value).strip().translate(_NO_MARKUP)
    return line if len(line) <= _LONGEST_VALUE else line[: _LONGEST_VALUE - 1] + "…"
