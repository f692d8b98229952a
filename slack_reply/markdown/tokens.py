"""Slack's control sequences, and how Markdown is kept from holding a live one (docs/architecture.md#d6-text).

Slack reads `<!channel>`, `<@U…>`, `<#C…>` and `<url|label>` inside Markdown too, and does not read the text
of an entity again (docs/platform/slack.md#control-sequences). So no `<` remains outside of code, and inside of code
no `<` that opens a token. If Slack and we disagree about what is code, only the look of a `<` suffers: no token
becomes live. This module is the only switch: whether Slack shows `&lt;` in code as `<` has not been seen on a
real workspace yet (docs/platform/slack.md#open-questions).
"""

import re

LESS = "&lt;"
GREATER = "&gt;"
LESS_IN_CODE = "&lt;"

# Characters that Slack may drop or ignore before it reads a token.
_UNSEEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
UNSEEN = re.compile(rf"[{_UNSEEN}]")
# The beginning of a token, or of a link of any scheme. An invisible character among the first ones counts as a token
# too. `std::vector<std::string>`, `#include <http_parser.h>`, `<!DOCTYPE html>` and `List<@NonNull T>` are none.
_COMMANDS = "channel|here|everyone|group|subteam|date"
OPENER = (
    rf"<(?=[{_UNSEEN}]|[!@#][{_UNSEEN}]|(?i:!(?:[a-z]{{0,8}}[{_UNSEEN}]|{_COMMANDS}))"
    rf"|[@#][A-Z0-9]{{0,12}}[{_UNSEEN}]|@[UWB][A-Z0-9]|#[CGD][A-Z0-9]"
    rf"|(?i:mailto:|tel:|[a-z][a-z0-9+.\-]{{0,30}}(?:://|:?/?[{_UNSEEN}])))"
)
_OPENER = re.compile(OPENER)
# The end of a text that may yet become an opener.
_UNDECIDED = re.compile(r"<[!@#]?[A-Za-z0-9+.\-]{0,31}(?::/?)?\Z")


def is_blank(text: str) -> bool:
    """Whether a reader would see nothing of the text; Slack refuses such a message."""
    return not UNSEEN.sub("", text).strip()


def outside_code(text: str) -> str:
    """Text without any `<` or `>`."""
    return text.replace("<", LESS).replace(">", GREATER)


def inside_code(text: str) -> str:
    """The code unchanged, except for the `<` of live tokens."""
    return _OPENER.sub(LESS_IN_CODE, text) if "<" in text else text


def decided(code: str) -> int:
    """The offset up to which growing code cannot become a token any more."""
    found = _UNDECIDED.search(code, max(0, len(code) - 40))
    return found.start() if found else len(code)
