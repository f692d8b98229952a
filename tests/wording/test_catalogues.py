import re
import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wording import CATALOGUES, Language, Say, say

STATUS = {
    Say.LISTENING,
    Say.THINKING,
    Say.WAITING,
    Say.RUNNING_STEP,
    Say.READING_FILES,
    Say.READING_THREAD,
    Say.RUNNING,
}
TITLES = {
    Say.HOME_WHAT,
    Say.HOME_HOW,
    Say.HOME_OPEN,
    Say.HOME_OPEN_DIRECT,
    Say.HOME_PRIVACY_TITLE,
    Say.STEPS,
    Say.STEP_FAILED,
    Say.THOUGHTS,
    Say.ROUND,
    Say.MORE_STEPS,
    Say.SOURCES,
    Say.MORE,
    Say.FORM_UNNAMED,
    Say.FORM_SEND,
    Say.FORM_CANCEL,
    Say.MARK_APP,
    Say.MARK_EXTERNAL,
    Say.FEEDBACK_GOOD,
    Say.FEEDBACK_BAD,
    Say.REASON_TITLE,
    Say.REASON_SEND,
    Say.REASON_CLOSE,
    Say.SHARE,
    Say.STOP,
}
HEADINGS = {Say.SUGGESTIONS, Say.THREAD_BEFORE, Say.THREAD_SINCE, Say.THREAD_ASKS}
PLAIN_VALUES = {"title", "number", "count", "reason", "person"}
EVERY = [(language, key) for language in Language for key in Say]


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("language", Language)
def test_every_language_is_complete(language: Language) -> None:
    assert set(CATALOGUES[language]) == set(Say)


@pytest.mark.parametrize("key", Say)
def test_every_language_says_a_thing_with_the_same_values(key: Say) -> None:
    assert {frozenset(placeholders(catalogue[key])) for catalogue in CATALOGUES.values()} == {
        frozenset(placeholders(CATALOGUES[Language.EN][key]))
    }


@pytest.mark.parametrize(("language", "key"), EVERY)
def test_a_text_is_short_whole_and_free_of_markup(language: Language, key: Say) -> None:
    text = CATALOGUES[language][key]
    assert 0 < len(text) <= 300
    assert text == text.strip()
    assert "\n" not in text
    assert text.count("`") % 2 == 0
    outside_code = re.sub(r"`[^`]*`", "", text)
    assert not set(re.sub(r"\{\w+\}", "", outside_code)) & set("*_~<>&[]#|{}")
    assert text == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(("language", "key"), EVERY)
def test_a_sentence_ends_as_one(language: Language, key: Say) -> None:
    text = CATALOGUES[language][key]
    if key in STATUS:
        assert text.endswith("…")
    elif key in HEADINGS:
        assert text.endswith((":", "："))
    elif key not in TITLES:
        assert text.endswith((".", "。", "！", "?", "？", "{reason}"))


@pytest.mark.parametrize(("language", "key"), EVERY)
def test_a_strangers_value_stands_in_a_code_span(language: Language, key: Say) -> None:
    text = CATALOGUES[language][key]
    for name in placeholders(text) - PLAIN_VALUES:
        assert f"`{{{name}}}`" in text


def test_translations_differ_from_english() -> None:
    for language in set(Language) - {Language.EN}:
        same = [key for key in Say if CATALOGUES[language][key] == CATALOGUES[Language.EN][key]]
        assert same == []


def test_values_are_filled_in() -> None:
    assert say("en", Say.INPUT_MISSING, variable="tone").startswith("The app needs a value for `tone`,")
    assert say("pt_BR", Say.MORE, count=3) == "+3 outras"
    reason = say("ja", Say.FILE_EMPTY)
    assert say("ja", Say.FILE_LEFT_OUT, name="a.pdf", reason=reason).endswith(reason)


def test_an_unknown_language_is_english() -> None:
    assert say("tlh", Say.SOURCES) == "Sources"


def test_a_missing_value_is_noticed() -> None:
    with pytest.raises(KeyError):
        say("en", Say.INPUT_MISSING)


@given(name=st.text(max_size=300))
def test_a_strangers_name_cannot_leave_its_code_span(name: str) -> None:
    text = say("en", Say.FILE_LOST, name=name)
    assert text.count("`") == 2
    assert not set(text) & set("<>\n\r\t\x00")
    assert len(text) <= 300
