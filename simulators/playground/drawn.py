"""What stands in a message, a view or a status, as plain JSON that the page makes elements of.

The page gets no Markdown and no HTML: it gets a tree of blocks, each with its `type`, and puts texts where they belong.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from simulators.demo.slack_reader import read_mrkdwn, read_parts
from simulators.slack.messages import Json

Names = Mapping[str, str]
# Slack's older markup, as far as people and this bot write it: `code`, *bold*, _italic_, ~strike~
_AROUND = r"(?<!\w){0}(?=\S)([^{0}\n]+)(?<=\S){0}(?!\w)"
_MARKUP = re.compile("|".join([r"`([^`\n]+)`", *(_AROUND.format(sign) for sign in (r"\*", "_", "~"))]))
_MARKS = ("code", "bold", "italic", "strike")
INTERACTIVE = {"actions", "context_actions", "input", "image"}


def draw_parts(parts: Iterable[Json], names: Names) -> list[Json]:
    """A message's parts in order; buttons keep what a press needs."""
    drawn: list[Json] = []
    for part in parts:
        if part["kind"] == "blocks":
            drawn += draw_blocks(part["blocks"], names)
        elif part["kind"] == "text":
            drawn.append({"type": "Paragraph", "text": _mrkdwn(part["text"], names)})
        else:
            drawn += [_tree(block) for block in read_parts([part], names)]
    return drawn


def draw_blocks(blocks: Iterable[Json], names: Names) -> list[Json]:
    """Blocks of a message or of a view."""
    return [drawn for block in blocks for drawn in _block(block, names)]


def _block(block: Json, names: Names) -> Iterator[Json]:
    if block["type"] == "input":
        yield {
            "type": "Input",
            "block_id": block.get("block_id", ""),
            "label": _said(block.get("label")),
            "hint": _said(block.get("hint")),
            "optional": bool(block.get("optional")),
            "element": _element(block.get("element") or {}),
        }
        return
    if block["type"] == "context":
        told = [_object(element, names) for element in block["elements"]]
        yield {"type": "Context", "text": [span for spans in told for span in spans]}
        return
    if block["type"] == "header":
        yield {"type": "Heading", "level": 2, "text": _object(block["text"], names)}
        return
    if block["type"] not in INTERACTIVE:
        yield from map(_tree, read_parts([{"kind": "blocks", "blocks": [block]}], names))
    for place in block.get("fields") or ():
        yield {"type": "Paragraph", "text": _object(place, names)}
    elements = [*(block.get("elements") or ()), block.get("accessory")]
    shown = [
        _element(element) for element in elements if isinstance(element, dict) and "action_id" in element
    ]
    if shown:
        yield {"type": "Actions", "block_id": block.get("block_id", ""), "elements": shown}
    if block["type"] == "image":
        yield {"type": "Context", "text": [{"text": f"[{block.get('alt_text') or 'image'}]", "marks": []}]}


def _element(element: Json) -> Json:
    """A button, a pair of thumbs, or what a form has."""
    shown = {key: element[key] for key in ("type", "action_id", "value", "style") if element.get(key)}
    for name in ("positive_button", "negative_button"):
        if name in element:
            shown[name] = _said(element[name]["text"])
    options = [option for group in element.get("option_groups") or () for option in group["options"]]
    shown["options"] = [
        {"value": option["value"], "text": _said(option["text"])}
        for option in [*(element.get("options") or ()), *options]
    ]
    initial = element.get("initial_value") or (element.get("initial_option") or {}).get("value", "")
    more = {"multiline": bool(element.get("multiline")), "max_length": element.get("max_length")}
    label = _said(element.get("text")) or str(element.get("icon") or "")
    return (
        shown | more | {"text": label, "initial": initial, "placeholder": _said(element.get("placeholder"))}
    )


def _said(value: Any) -> str:
    return str(value.get("text") or "") if isinstance(value, dict) else ""


def _object(value: Any, names: Names) -> list[Json]:
    found = value if isinstance(value, dict) else {}
    text = str(found.get("text") or found.get("alt_text") or "")
    if found.get("type") == "mrkdwn":
        return _mrkdwn(text, names)
    return [{"text": text, "marks": []}]


def _mrkdwn(text: str, names: Names) -> list[Json]:
    spans = [_plain(span) for span in read_mrkdwn(text, names)]
    return [piece for span in spans for piece in ([span] if span["marks"] else _marked(span["text"]))]


def _marked(text: str) -> Iterator[Json]:
    end = 0
    for found in _MARKUP.finditer(text):
        yield {"text": text[end : found.start()], "marks": []}
        place = next(number for number, inner in enumerate(found.groups()) if inner is not None)
        yield {"text": found.groups()[place], "marks": [_MARKS[place]]}
        end = found.end()
    yield {"text": text[end:], "marks": []}


def _tree(block: Any) -> Json:
    """A block of simulators/demo/document.py with the name of its class as `type`."""
    drawn: Json = _plain(block)
    return {"type": type(block).__name__} | drawn


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        members = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
        if "blocks" in members:
            members["blocks"] = [_tree(block) for block in getattr(value, "blocks")]  # noqa: B009 - its class varies
        return members
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return sorted(value) if isinstance(value, frozenset) else value
