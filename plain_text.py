"""Making plain text short: for titles, names and notes, where no Markdown is cut apart."""


def shortened(text: str, longest: int, *, trim: bool = True) -> str:
    """The text, or its beginning with "…" behind it, which is `longest` characters then, the "…" among them.

    With `trim`, no blank stands before the "…", and the whole may be shorter. Without it, a text that grows keeps the
    beginning it has shown.
    """
    if len(text) <= longest:
        return text
    beginning = text[: longest - 1]
    return f"{beginning.rstrip() if trim else beginning}…"


def one_line(text: str, longest: int) -> str:
    """The text on one line, with single blanks, `shortened`; of a text far too long only the beginning is read."""
    return shortened(" ".join(text[: longest * 4].split()), longest)
