import pytest
from hypothesis import given
from hypothesis import strategies as st

from wording import Language, language_for


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("en-US", "en"),
        ("en-GB", "en"),
        ("ja-JP", "ja"),
        ("zh-CN", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("pt-BR", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("pt_BR", "pt-BR"),
        ("JA", "ja"),
        ("de-DE", "en"),
        ("", "en"),
        (None, "en"),
    ],
)
def test_auto_follows_the_members_locale(locale: str | None, language: str) -> None:
    assert language_for("auto", locale) == language


@pytest.mark.parametrize("setting", Language)
def test_a_set_language_wins(setting: Language) -> None:
    assert language_for(setting, "ja-JP") is setting


@given(st.text(max_size=20), st.none() | st.text(max_size=20))
def test_any_setting_and_locale_have_a_language(setting: str, locale: str | None) -> None:
    assert language_for(setting, locale) in Language
