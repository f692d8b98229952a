"""What a reader sees of what was sent, and which live Slack tokens were in it.

Source: docs/platform/slack.md#control-sequences.
"""

import re
from collections.abc import Callable

from simulators.slack.messages import Json, plan_of, tasks_of

# tokens Slack acts on: mass mentions, members, channels, links; parsed inside Markdown too
# (docs/platform/slack.md#control-sequences)
TOKEN = re.compile(
    r"<(?:!(?:channel|here|everyone|group|subteam|date)[^<>]*|@[UW][A-Z0-9]+[^<>]*|#[CG][A-Z0-9]+[^<>]*"
    r"|(?:https?://|mailto:|tel:)[^<>]*)>"
)
TABLES = {"table", "data_table"}
UNSHOWN = {"actions", "context_actions", "divider", "plan", "task_card"}
Naming = Callable[[str], str]


def live_tokens(text: str) -> list[str]:
    """Every token Slack would act on, in order."""
    return TOKEN.findall(text)


def seen(text: str, name_of: Naming) -> str:
    """The text with tokens shown as Slack shows them and entities as their characters."""
    shown = TOKEN.sub(lambda found: _show(found.group(), name_of), text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _show(token: str, name_of: Naming) -> str:
    target, _, label = token[1:-1].partition("|")
    if target.startswith("@"):
        return "@" + name_of(target[1:])
    if target.startswith("!"):
        return label or "@" + target[1:].partition("^")[0]
    if target.startswith("#"):
        return "#" + (label or name_of(target[1:]))
    return label or target


def seen_parts(parts: list[Json], name_of: Naming) -> str:
    """A message read aloud: its texts and the texts of its blocks; buttons, tasks and plans left out."""
    shown: list[str] = []
    for part in parts:
        if part["kind"] in {"text", "markdown"}:
            shown.append(seen(part["text"], name_of))
        elif part["kind"] == "blocks":
            shown.extend(
                seen_block(block, name_of) for block in part["blocks"] if block["type"] not in UNSHOWN
            )
    return "\n".join(text for text in shown if text)


def seen_block(block: Json, name_of: Naming) -> str:
    """One block's text; a table's cells by tabs and lines."""
    if block["type"] in TABLES:
        return "\n".join("\t".join(seen(_words(cell), name_of) for cell in row) for row in block["rows"])
    return seen(_words(block), name_of)


def raw_text(parts: list[Json]) -> str:
    """Everything of a message that Slack would parse, tasks and fallbacks included."""
    texts = [text for task in tasks_of(parts) for text in (task["title"], task["details"], task["output"])]
    texts.append(plan_of(parts))
    for part in parts:
        if part["kind"] == "blocks":
            texts.extend(_words(block) for block in part["blocks"] if block["type"] not in TABLES)
        elif part["kind"] not in {"task", "plan"}:
            texts.append(part.get("text") or "")
    return "\n".join(texts)


def _words(value: object) -> str:
    """All text inside a block; the elements of a context stand apart."""
    if isinstance(value, list):
        return " ".join(filter(None, (_words(item) for item in value)))
    if not isinstance(value, dict):
        return ""
    text = value.get("text")
    if isinstance(text, (int, float, str)):
        return str(text)
    return "".join(
        _words(item) for key, item in value.items() if key in {"text", "elements", "fields", "rows"}
    )
