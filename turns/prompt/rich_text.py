"""Reads Slack's rich text, in which a message's words can stand alone (docs/platform/slack.md#rich-text). Pure.

The result is in the notation of a message's `text`, with escaped characters and tokens such as `<@U1>`.
"""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from json_fields import count_of, mapping_of, mappings_of, text_of

_INDENT = "  "
_MOST_INDENT = 8

type Raw = Mapping[str, Any]


def rich_text(block: Raw, *, quiet: bool = True) -> str:
    """The words of a `rich_text` block. Without `quiet`, those in quotes and in code are left out."""
    return "\n".join(filter(None, (_element(raw, quiet=quiet) for raw in mappings_of(block, "elements"))))


def quoted(text: str) -> str:
    """The text as a quote: each line begins with an escaped `>`."""
    return "\n".join(f"&gt; {line}" for line in text.splitlines())


def escaped(text: str) -> str:
    """Plain text in Slack's notation."""
    return escape(text, quote=False)


def _element(raw: Raw, *, quiet: bool) -> str:
    kind = raw.get("type")
    is_quote = kind == "rich_text_quote" or bool(raw.get("border"))
    if not quiet and (is_quote or kind == "rich_text_preformatted"):
        return ""
    said = "\n".join(_items(raw, quiet=quiet)) if kind == "rich_text_list" else _inline(raw, quiet=quiet)
    said = said.strip("\n")
    if kind == "rich_text_preformatted":
        return f"```\n{said}\n```"
    return quoted(said) if is_quote else said


def _items(raw: Raw, *, quiet: bool) -> Iterator[str]:
    indent = _INDENT * min(count_of(raw, "indent") or 0, _MOST_INDENT)
    for number, item in enumerate(mappings_of(raw, "elements"), 1 + (count_of(raw, "offset") or 0)):
        mark = f"{number}." if raw.get("style") == "ordered" else "•"
        yield f"{indent}{mark} {_inline(item, quiet=quiet)}"


def _inline(raw: Raw, *, quiet: bool) -> str:
    return "".join(
        _token(part, code=code)
        for part in mappings_of(raw, "elements")
        if not (code := mapping_of(part, "style").get("code") is True) or quiet
    )


def _token(part: Raw, *, code: bool) -> str:
    match part.get("type"):
        case "user":
            said = f"<@{text_of(part, 'user_id')}>"
        case "usergroup":
            said = f"<!subteam^{text_of(part, 'usergroup_id')}>"
        case "channel":
            said = f"<#{text_of(part, 'channel_id')}>"
        case "broadcast":
            said = f"<!{text_of(part, 'range')}>"
        case "emoji":
            said = f":{text_of(part, 'name')}:"
        case "link":
            said = f"<{escaped(text_of(part, 'url'))}|{escaped(text_of(part, 'text', 'url'))}>"
        case _:
            said = escaped(text_of(part, "text", "fallback", "value"))
    return f"`{said}`" if code and said.strip() else said
