"""Making plain text short: for titles, names and notes, where no Markdown is cut apart."""

_HARMLESS = str.maketrans({"<": "\u2039", ">": "\u203a"})


def shortened(text: str, longest: int, *, trim: bool = True) -> str:
    """The text, or its beginning with "…" behind it, which is `longest` characters then, the "…" among them.

    With `trim`, no blank stands before the "…", and the whole may be shorter. Without it, a text that grows keeps the
    beginning it has shown.
    """
    if len(text) <= longest:
        return text
    beginning = text[: longest - 1]
    return f"{beginning.rstrip() if trim else beginning}…"


def without_tokens(text: str) -> str:
    """The text with other marks for `<` and `>`: Slack might read tokens in it, or show entities as they are."""
    return text.translate(_HARMLESS)


def one_line(text: str, longest: int) -> str:
    """The text on one line, with single blanks, `shortened`; of a text far too long only the beginning is read."""
    return shortened(" ".join(text[: longest * 4].split()), longest)
