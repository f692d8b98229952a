"""Which of the four catalogues a person reads."""

from enum import StrEnum


class Language(StrEnum):
    """The values of the `language` setting, without `auto`."""

    EN = "en"
    JA = "ja"
    ZH_HANS = "zh-Hans"
    PT_BR = "pt-BR"


_BY_PRIMARY = {"en": Language.EN, "ja": Language.JA, "zh": Language.ZH_HANS, "pt": Language.PT_BR}


def language_for(setting: str, locale: str | None = None) -> Language:
    """The language of the setting; where it is `auto`, that of a Slack locale such as `ja-JP`; else English.

    All Chinese is written in simplified characters and all Portuguese in Brazil's: the nearest we have.
    """
    return _language(setting) or _language(locale or "") or Language.EN


def _language(tag: str) -> Language | None:
    return _BY_PRIMARY.get(tag.strip().replace("_", "-").partition("-")[0].lower())
