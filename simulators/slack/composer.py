"""What Slack's composer sends: `rich_text` for what a member types, an attachment for a pasted table or a forward.

Source: docs/platform/slack.md#rich-text, docs/platform/slack.md#pasted-tables,
docs/platform/slack.md#forwarded-messages.
"""

import html
import re
from collections.abc import Iterable, Sequence
from itertools import groupby

from simulators.slack.messages import Json, Message
from simulators.slack.world import World

_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_INLINE = re.compile(r"<([^<>]*)>|`([^`\n]+)`")
_QUOTE = re.compile(r"^&gt; ?")


def rich_text(text: str) -> list[Json]:
    """The blocks of a text on the wire, in which a real `<` is `&lt;` and a mention `<@U…>`."""
    elements: list[Json] = []
    for number, piece in enumerate(_FENCE.split(text)):
        if number % 2:
            elements.append({"type": "rich_text_preformatted", "elements": [_text(piece)]})
        elif piece:
            elements += _lines(piece)
    return [{"type": "rich_text", "block_id": "b1", "elements": elements}] if elements else []


def pasted_table(rows: Iterable[Sequence[str | float | Json]]) -> Json:
    """The attachment of a table; a cell is a text, a number, or a `rich_text` block."""
    block = {"type": "table", "block_id": "t1", "rows": [[_cell(cell) for cell in row] for row in rows]}
    return {"id": 1, "blocks": [block], "fallback": "[no preview available]"}


def forwarded(world: World, original: Message, original_blocks: list[Json]) -> Json:
    """The attachment that stands for a forwarded message."""
    author = world.users.get(original.user)
    name = author.real_name if author is not None else original.user
    place = f"{world.url}/archives/{original.channel}/p{original.ts.replace('.', '')}"
    blocks = {"team": world.install.team_id, "channel": original.channel, "ts": original.ts}
    attachment: Json = {
        "id": 1,
        "ts": original.ts,
        "channel_id": original.channel,
        "is_msg_unfurl": True,
        "is_share": True,
        "author_id": original.user,
        "author_name": name,
        "author_subname": author.name if author is not None else "",
        "text": original.text(),
        "fallback": f"[{original.ts}] {name}: {original.text()}",
        "from_url": place,
        "original_url": place,
        "footer": "Slack Conversation",
        "message_blocks": [blocks | {"message": {"blocks": original_blocks}}],
    }
    return attachment | ({"files": original.files} if original.files else {})


def _lines(text: str) -> list[Json]:
    found = []
    for quoted, lines in groupby(text.strip("\n").split("\n"), lambda line: bool(_QUOTE.match(line))):
        kind = "rich_text_quote" if quoted else "rich_text_section"
        found.append({"type": kind, "elements": _inline("\n".join(_QUOTE.sub("", line) for line in lines))})
    return found


def _inline(text: str) -> list[Json]:
    elements, end = [], 0
    for token in _INLINE.finditer(text):
        elements += [_text(text[end : token.start()])] if token.start() > end else []
        code = token.group(2)
        inner = _inline(code)[0] if code and code[0] == "<" and code[-1] == ">" else None
        if code is not None:
            elements.append((inner or _text(code)) | {"style": {"code": True}})
        else:
            elements.append(_token(token.group(1)))
        end = token.end()
    return [*elements, *([_text(text[end:])] if end < len(text) else [])]


def _token(token: str) -> Json:
    target, _, label = token.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    link = {"type": "link", "url": html.unescape(target)}
    return link | ({"text": html.unescape(label)} if label else {})


def _text(text: str) -> Json:
    return {"type": "text", "text": html.unescape(text)}


def _cell(cell: str | float | Json) -> Json:
    if isinstance(cell, dict):
        return cell
    if isinstance(cell, str):
        return {"type": "raw_text", "text": cell or " "}  # docs/platform/slack.md#table-block: no empty text
    return {"type": "raw_number", "value": cell, "text": f"{cell:,}"}
