import pytest
from hypothesis import given

from slack_reply.markdown import words
from slack_reply.markdown.words import Rank
from tests.slack_reply.drawn import markdown


def pieces(text: str) -> list[str]:
    return [piece.text for piece in words.split(text, 0, len(text))]


def test_words_and_blanks_alternate() -> None:
    assert pieces("Two  words.") == ["Two", "  ", "words."]
    assert [piece.rank for piece in words.split("a b", 0, 3)] == [Rank.HARD, Rank.SPACE, Rank.HARD]


def test_scripts_without_spaces_are_cut_after_a_few_characters_or_a_stop() -> None:
    assert pieces("これは日本語。です") == ["これは日", "本語。", "です"]
    assert [piece.rank for piece in words.split("本語。です", 0, 5)] == [Rank.SPACE, Rank.WIDE]


@pytest.mark.parametrize("emoji", ["👩‍👩‍👧‍👦", "🇩🇪", "👋🏽", "⚠️"])
def test_emoji_of_several_code_points_is_one_piece(emoji: str) -> None:
    assert all(emoji in piece for piece in pieces(f"x {emoji}") if emoji[0] in piece)


def test_long_words_are_split() -> None:
    assert list(map(len, pieces("x" * 150))) == [64, 64, 22]


@given(markdown)
def test_pieces_contain_the_whole_text(text: str) -> None:
    line = text.replace("\n", " ")
    found = list(words.split(line, 0, len(line)))
    assert "".join(line[piece.start : piece.end] for piece in found) == line


@given(markdown)
def test_pieces_of_growing_code_do_not_change(text: str) -> None:
    line = text.replace("\n", " ")
    whole = list(words.code(line, 0, whole=True))
    for length in range(len(line)):
        begun = list(words.code(line[:length], 0, whole=False))
        assert begun == whole[: len(begun)]
