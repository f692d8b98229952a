import string
import unicodedata

import pytest

from wording import SETUP_CATALOGUES, SetupText, setup_text

EVERY = [(language, key) for language in SETUP_CATALOGUES for key in SetupText]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", SETUP_CATALOGUES)
def test_every_language_is_complete(language: str) -> None:
    assert set(SETUP_CATALOGUES[language]) == set(SetupText)


@pytest.mark.parametrize(("language", "key"), EVERY)
def test_text_has_the_values_and_the_code_of_the_english_one(language: str, key: SetupText) -> None:
    text, english = SETUP_CATALOGUES[language][key], SETUP_CATALOGUES["en"][key]
    assert placeholders(text) == placeholders(english)
    assert sorted(text.split("`")[1::2]) == sorted(english.split("`")[1::2])
    assert text.count("`") % 2 == 0


@pytest.mark.parametrize(("language", "key"), EVERY)
def test_text_is_short_whole_and_free_of_markup(language: str, key: SetupText) -> None:
    text = SETUP_CATALOGUES[language][key]
    assert 0 < len(text) <= 400
    assert text == text.strip()
    assert not set(text) & set("<>\n")
    assert text == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("language", [language for language in SETUP_CATALOGUES if language != "en"])
def test_translations_differ_from_english(language: str) -> None:
    english = SETUP_CATALOGUES["en"]
    same = {key for key in SetupText if SETUP_CATALOGUES[language][key] == english[key]}
    assert same <= {SetupText.CONNECTIONS, SetupText.APP}  # a name of a variable; "App" is Portuguese too


def test_values_are_put_in_once() -> None:
    assert "{count}" in setup_text("en", SetupText.NAME_LABEL, count="{count}")
