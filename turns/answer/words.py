"""Words that tell the bot something in place of a question, in the languages of the catalogue. Pure."""

from turns.prompt import normalised

RESET_WORDS = frozenset({"reset", "リセット", "重置", "reiniciar"})
"""They begin a new conversation, in a direct message or in a thread (docs/architecture.md#d3-one-record-per-thread)."""

AGAIN_WORDS = frozenset({"again", "もう一度", "再来一次", "de novo"})
"""They ask the member's last question in the place once more."""

UNFOLLOW_WORDS = frozenset({"stop following", "フォロー停止", "停止跟进", "parar de acompanhar"})
"""With them, a member's replies in the thread are no questions any more, until the member mentions the bot again."""


def is_one_of(words: frozenset[str], text: str) -> bool:
    """Whether the text is one of the words, whatever its case and blanks, perhaps with a stop at its end."""
    return normalised(text) in words
