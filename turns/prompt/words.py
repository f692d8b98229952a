"""Words that tell the bot something in place of a question, in the languages of the catalogue. Pure."""

from turns.prompt.readable import readable

STOP_WORDS = frozenset({"stop", "ストップ", "停止", "parar"})
"""They end the answer that is being written (docs/architecture.md#d12-the-member-is-in-control)."""

RESET_WORDS = frozenset({"reset", "リセット", "重置", "reiniciar"})
"""They begin a new conversation, in a direct message or in a thread (docs/architecture.md#d3-one-record-per-thread)."""

AGAIN_WORDS = frozenset({"again", "もう一度", "再来一次", "de novo"})
"""They ask the member's last question in the place once more."""

UNFOLLOW_WORDS = frozenset({"stop following", "フォロー停止", "停止跟进", "parar de acompanhar"})
"""With them, a member's replies in the thread are no questions any more, until the member mentions the bot again."""


def normalised(text: str) -> str:
    """The text without its case, extra blanks and the stop at its end, to be compared with words."""
    return " ".join(text.casefold().split()).rstrip(".!。！")  # noqa: RUF001 - those of other scripts


def is_one_of(words: frozenset[str], text: str) -> bool:
    """Whether the text is one of the words, whatever its case and blanks, perhaps with a stop at its end."""
    return normalised(text) in words


def is_stop_word(text: str, bot_user_id: str) -> bool:
    """Whether a message of this text says no more than to stop, perhaps with our mention."""
    return is_one_of(STOP_WORDS, readable(text, bot_user_id, lambda _: ""))
