import pytest

from turns.prompt.words import RESET_WORDS, UNFOLLOW_WORDS, is_one_of


@pytest.mark.parametrize("text", ["reset", "Reset.", "  RESET ", "リセット。", "重置", "reiniciar!"])
def test_word_is_known_whatever_its_case_and_stop(text: str) -> None:
    assert is_one_of(RESET_WORDS, text)


@pytest.mark.parametrize(
    "text", ["stop following", "Stop\u00a0 Following", "停止跟进", "parar de acompanhar."]
)
def test_words_that_end_the_following_are_known(text: str) -> None:
    assert is_one_of(UNFOLLOW_WORDS, text)


@pytest.mark.parametrize("text", ["", "reset my password", "how do I reset?", "stop following the money"])
def test_question_with_the_word_in_it_stays_a_question(text: str) -> None:
    assert not is_one_of(RESET_WORDS | UNFOLLOW_WORDS, text)
