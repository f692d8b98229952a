"""An app that answers exactly `NO_REPLY` stays silent."""

SILENT = "NO_REPLY"


def is_silent(text: str) -> bool:
    """Whether the whole answer is `NO_REPLY`, without the blanks around it."""
    return text.strip() == SILENT


def may_be_silent(text: str) -> bool:
    """Whether a growing (or still empty) answer can still become `NO_REPLY`: then nothing of it may be shown."""
    begun = text.lstrip()
    return SILENT.startswith(begun) or is_silent(begun)
