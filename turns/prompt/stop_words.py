"""The words that stop an answer, in the languages of the catalogue. Pure."""

from turns.prompt.readable import readable

STOP_WORDS = frozenset({"stop", "ストップ", "停止", "parar"})
"""They end the answer that is being written (docs/architecture.md#d12-the-member-is-in-control)."""


def normalised(text: str) -> str:
    """The text without its case, extra blanks and the stop at its end, to be compared with words."""
    return " ".join(text.casefold().split()).rstrip(".!。！")  # noqa: RUF001 - those of other scripts


def is_stop_word(text: str, bot_user_id: str) -> bool:
    """Whether a message of this text says no more than to stop, perhaps with our mention."""
    return normalised(readable(text, bot_user_id, lambda _: "")) in STOP_WORDS
