"""How Slack reads what a converter of Markdown gives it: mrkdwn, Block Kit, and Markdown.

Each form is read in favour of its converter: where it is not sure that Slack would show a mark, the mark is not seen.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.slack_reply.meaning import AUTOLINK, CODE_LESS, lines
from tests.support.disguised import links_of

Link = tuple[str, str]
"""The text of a link as people see it, and its address."""

CODE = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
PING = re.compile(
    r"<(?:!(?:channel|here|everyone|group|subteam|date)[^<>]*|@[UW][A-Z0-9]+[^<>]*|#[CG][A-Z0-9]+[^<>]*)>"
)
_TOKEN = re.compile(r"<([a-z][a-z0-9+.\-]*:[^<>|\s]*|[!@#][^<>|]+)(?:\|([^<>]*))?>", re.IGNORECASE)
_CODE_IN_LABEL = re.compile(r"<(https?://[^<>|\s]*)\|([^<>\n]*`[^<>\n]*)>")
_LINE_MARK = re.compile(r"^[ \t]*[•◦▪\-][ \t]+", re.MULTILINE)
_QUOTE_MARK = re.compile(r"^[ \t]*(?:&gt;|>)+ ?", re.MULTILINE)
_MARKS = [
    re.compile(rf"(?<![\w{mark}])[{mark}](?=[^\s{mark}])([^\n{mark}]*[^\s{mark}])[{mark}](?![\w{mark}])")
    for mark in "*_~"
]
_ELEMENTS = {"user": "user_id", "channel": "channel_id", "usergroup": "usergroup_id", "broadcast": "range"}


@dataclass
class Reading:
    """What a reader of one or more messages sees; `pings` are the mentions that Slack would act on, outside code."""

    text: str = ""
    links: list[Link] = field(default_factory=list)
    pings: list[str] = field(default_factory=list)

    def __add__(self, other: "Reading") -> "Reading":
        return Reading(f"{self.text}\n{other.text}", self.links + other.links, self.pings + other.pings)


def read_markdown(text: str) -> Reading:
    """A `markdown` block, or `markdown_text`."""
    seen = AUTOLINK.sub(r"\1", lines(text, code=True))
    return Reading(seen, links_of(text), PING.findall(CODE.sub(" ", text)))


def read_mrkdwn(text: str) -> Reading:
    """Slack's own markup, as in `text` and in sections."""
    shown: list[str] = []
    links: list[Link] = []
    pings: list[str] = []
    links += [(found[2].replace("`", ""), found[1]) for found in _CODE_IN_LABEL.finditer(text)]
    text, end = _QUOTE_MARK.sub("", _CODE_IN_LABEL.sub(r"\2", text)), 0
    for code in CODE.finditer(text):
        shown += [*_prose(text[end : code.start()], links, pings), _code(code[0])]
        end = code.end()
    shown += _prose(text[end:], links, pings)
    return Reading("".join(shown), links, pings)


def read_blocks(blocks: Iterable[Mapping[str, Any]]) -> Reading:
    """The blocks of one message."""
    reading = Reading()
    for block in blocks:
        reading += _block(block)
    return reading


def _prose(text: str, links: list[Link], pings: list[str]) -> Iterator[str]:
    pings += PING.findall(text)

    def shown(found: re.Match[str]) -> str:
        target, label = html.unescape(found[1]), html.unescape(found[2] or found[1])
        if target[0] in "!@#":
            return label if found[2] else f"@{target[1:]}"
        links.append((label, target))
        return label

    for mark in _MARKS:
        text = mark.sub(r"\1", text)
    yield html.unescape(_TOKEN.sub(shown, _LINE_MARK.sub("", text)))


def _code(code: str) -> str:
    ticks = re.match(r"`+|~+", code)
    inner = code.strip(code[0]) if ticks else code
    return html.unescape(inner).replace("<", CODE_LESS)


def _block(block: Mapping[str, Any]) -> Reading:
    match block.get("type"):
        case "markdown":
            return read_markdown(block["text"])
        case "divider":
            return Reading("---")
        case "image":
            return Reading(str(block.get("alt_text") or block.get("image_url", "")))
        case "table":
            return _joined(cell for row in block["rows"] for cell in row)
        case "section" | "header":
            fields = [block["text"]] if "text" in block else block.get("fields", [])
            return _joined(fields)
        case _:
            return _joined(block.get("elements", ()))


def _joined(parts: Iterable[Mapping[str, Any]], *, code: bool = False) -> Reading:
    reading = Reading()
    for part in parts:
        other = _part(part, code=code)
        reading = Reading(reading.text + other.text, reading.links + other.links, reading.pings + other.pings)
    return reading


def _part(part: Mapping[str, Any], *, code: bool) -> Reading:
    kind = part.get("type", "")
    if kind == "mrkdwn":
        return read_mrkdwn(part["text"])
    if kind == "raw_text":
        return Reading(html.unescape(part["text"]))
    if kind in _ELEMENTS:
        name = f"@{part.get(_ELEMENTS[kind], '')}"
        return Reading(name, [], [name])
    if "elements" in part:
        return _joined(part["elements"], code=code or kind == "rich_text_preformatted")
    text = str(
        part.get("text")
        or part.get("url")
        or part.get("value")
        or part.get("name")
        or part.get("alt_text")
        or ""
    )
    if code or (isinstance(part.get("style"), dict) and part["style"].get("code")):
        text = html.unescape(text).replace("<", CODE_LESS)
    links = [(text, str(part["url"]))] if kind == "link" else []
    return Reading(f":{text}:" if kind == "emoji" else text, links)
