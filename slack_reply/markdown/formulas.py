r"""Formulas in LaTeX between `$`, `$$`, `\(` or `\[` and their end: no sign of them is markup.

What stands between two `$` is a formula only where it looks like one, since `$` mostly is money or a variable.
"""

import re

from slack_reply.markdown import tokens
from slack_reply.markdown.inline_parser import UNDERSCORE, Atom, held

LIMIT = 600  # characters
IN_LINE_LIMIT = 200

# A link and an address are in no formula
_NONE = r"(?!\]\(|://)"
_SIGN = re.compile(r"[\\^_{}=|<>]|\w\*\w")
_PUNCTUATION = r"!-/:-@\[-`{-~"
_MARKUP = re.compile(rf"[*~\[\]]|{UNDERSCORE}|\\(?=[{_PUNCTUATION}\r\n]|\Z)")
# In a formula, the end of a line before what would begin a block
_BLOCK_AT_LINE = re.compile(r"\n[ \t]*(?=```|~~~|<|(?:[-+*]|\d{1,9}[.)])[ \t]*\n)")


def _patterns(opening: str, inner: str, closing: str, limit: int) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What a whole formula looks like, and what the beginning of one."""
    return (
        re.compile(rf"({opening})((?:{_NONE}{inner}){{1,{limit}}})({closing})", re.DOTALL),
        re.compile(rf"{opening}(?:{_NONE}{inner}){{0,{limit}}}[\\$]?\Z", re.DOTALL),
    )


_INSIDE = r"(?:[^$`\\]|\\[^()\[\]])"
_DOLLAR = r"(?<![^\W_])(?<!\$)\$"  # no word goes on with it
# The first word is the whole formula; or it is no number, and short or with a sign that is rare in other words
_WORD = rf"[^\s$`]{{0,{IN_LINE_LIMIT}}}"
_FIRST = rf"(?={_WORD}\$|(?!\d)(?:[^\s$`]{{1,2}}\s|{_WORD}[\\^_{{}}=(|]))"
_DISPLAYED = {
    "$$": _patterns(r"\$\$", r"(?:[^$`\\]|\\.)", r"\$\$", LIMIT),
    "\\(": _patterns(r"\\\(", _INSIDE, r"\\\)", LIMIT),
    "\\[": _patterns(r"\\\[", _INSIDE, r"\\\]", LIMIT),
}
_IN_LINE, _IN_LINE_BEGUN = _patterns(
    rf"{_DOLLAR}(?![\s$]){_FIRST}", r"(?:[^$`\\\n]|\\[^\n])", r"(?<!\s)\$(?![\w$])", IN_LINE_LIMIT
)
_WORD_BEGUN = re.compile(rf"{_DOLLAR}{_WORD}\Z")


def read(line: str, start: int, *, whole: bool) -> Atom | None:
    r"""The formula whose `$` or `\` is at `start`, in its safe form; None if there is no formula."""
    displayed = _DISPLAYED.get(line[start : start + 2])
    formula, begun = displayed or (_IN_LINE, _IN_LINE_BEGUN)
    found = formula.match(line, start)
    if found and (whole or displayed or found.end() < len(line)):
        return Atom(start, found.end(), _safe(*found.groups())) if _SIGN.search(found[2]) else None
    if whole:
        return None
    return held(start) if begun.match(line, start) or _WORD_BEGUN.match(line, start) else None


def _safe(opening: str, formula: str, closing: str) -> str:
    """The formula with its markers escaped, and with each backslash that Markdown would take for an escape."""
    joined = _BLOCK_AT_LINE.sub(" ", formula)
    return f"{opening}{tokens.outside_code(_MARKUP.sub(r'\\\g<0>', joined))}{closing}"
