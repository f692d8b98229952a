"""Makes Slack's notation of a message readable for an app (docs/platform/slack.md#incoming-text). Pure, linear."""

import re
from collections.abc import Callable

_TOKEN = re.compile(r"<([^<>]*)>")
"""Slack escapes the angle brackets that people write, so text between real ones is Slack's."""
_ESCAPED = re.compile(r"&(?:lt|gt|amp);")
_NOTATION = re.compile(f"{_TOKEN.pattern}|{_ESCAPED.pattern}")
_CHARACTER = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}
_EVERYONE = {"here", "channel", "everyone"}
_ADDRESS_END = re.compile(r"[,:](?=\s)|[，：、]")  # noqa: RUF001 - the marks of other scripts
_BLANKS = " \t"
_NO_BLANK_BEFORE = tuple("\n\r,.:;!?)，。、：；！？）")  # noqa: RUF001
_OURS = "\x00"


def readable(text: str, bot_user_id: str, names: Callable[[str], str]) -> str:
    """The text as a person reads it, without our own mention.

    `names` gives the display name of a user id, or "" to keep the id; it is called once per user. Escaped characters
    are un-escaped once, so `&amp;lt;` becomes the text `&lt;`.
    """
    known: dict[str, str] = {bot_user_id: _OURS} if bot_user_id else {}

    def shown(found: re.Match[str]) -> str:
        return _CHARACTER.get(found.group()) or _said(found.group(1), known, names)

    return _without_us(_NOTATION.sub(shown, text.replace(_OURS, "")))


def mentioned(text: str) -> tuple[str, ...]:
    """The ids of the users that the text names, each once, in their order."""
    targets = (token.partition("|")[0] for token in _TOKEN.findall(text))
    return tuple(dict.fromkeys(target[1:] for target in targets if target[:1] == "@"))


def _said(token: str, known: dict[str, str], names: Callable[[str], str]) -> str:
    target, _, label = token.partition("|")
    label = _unescaped(label)
    match target[:1]:
        case "@":
            user = target[1:]
            if user not in known:
                known[user] = f"@{(names(user) or label or user).replace(_OURS, '')}"
            return known[user]
        case "#":
            return f"#{label or target[1:]}"
        case "!":  # <!here>, <!subteam^S1|@group>, <!date^…|fallback>
            name = target[1:].partition("^")[0]
            if name == "subteam":
                return label or f"@{target.partition('^')[2]}"
            return f"@{name}" if name in _EVERYONE else label
        case _:
            return _link(_unescaped(target), label)


def _link(url: str, label: str) -> str:
    bare = url.removeprefix("mailto:").removeprefix("tel:")
    if not label or label == bare or url in {f"http://{label}", f"https://{label}", f"http://{label}/"}:
        return bare
    return f"{label} ({bare})"


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _CHARACTER[found.group()], text)


def _without_us(text: str) -> str:
    """Take out our mention with the blanks around the mention; one blank stays between two words.

    In `<@us>: a question` the colon belongs to the mention.
    """
    first, *pieces = text.split(_OURS)
    if not pieces:
        return first.strip()
    said = [first.rstrip(_BLANKS)]
    opening = not said[0].strip()
    for piece in pieces:
        is_address = opening and _ADDRESS_END.match(piece)
        after = (piece[1:] if is_address else piece).strip(_BLANKS)
        if not after:
            continue
        if not said[-1][-1:].isspace() and not after.startswith(_NO_BLANK_BEFORE):
            said.append(" ")
        said.append(after)
        opening = False
    return "".join(said).strip()
