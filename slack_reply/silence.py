"""An app that answers exactly `NO_REPLY` stays silent."""

SILENT = "NO_REPLY"


def is_silent(text: str) -> bool:
    """Whether the whole answer is the word, blanks around it aside."""
    return text.strip() == SILENT


def may_be_silent(text: str) -> bool:
    """Whether a growing answer, which may be empty yet, can still turn out silent: show nothing of it."""
    begun = text.lstrip()
    return SILENT.startswith(begun) or is_silent(begun)
