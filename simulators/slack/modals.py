"""views.open: trigger ids, and the modals that members have open.

Source: docs/platform/slack.md#trigger-ids, docs/platform/slack.md#modals.
"""

import json
from dataclasses import dataclass
from typing import Any

from simulators.slack.arguments import Arguments
from simulators.slack.blocks import check_blocks
from simulators.slack.home import HOME_BLOCKS, METADATA_CHARS, OF_MESSAGES, VIEW_BYTES
from simulators.slack.messages import Json
from simulators.slack.refusals import Refused
from simulators.slack.world import World, ok

TRIGGER_SECONDS = 3.0
TITLE, INPUT_CHARS = 24, 3_000


@dataclass(slots=True)
class Trigger:
    """What a press, a command or a shortcut gives. `made` counts design seconds."""

    user: str
    made: float
    used: bool = False


@dataclass(slots=True)
class Modal:
    """A view that a member has open."""

    view: Json
    user: str


def open_view(world: World, arguments: Arguments) -> Json:
    """views.open. A trigger id opens one modal, within 3 s."""
    trigger = world.triggers.get(arguments.need("trigger_id"))
    if trigger is None:
        raise Refused("invalid_trigger_id")
    if trigger.used:
        raise Refused("exchanged_trigger_id")
    floor = world.rules.patience_floor / world.clock.wall(1.0)  # a scaled test does not make an app faster
    if world.design() - trigger.made > max(TRIGGER_SECONDS, floor):
        raise Refused("expired_trigger_id")
    view = arguments.structure("view")
    if not isinstance(view, dict) or view.get("type") != "modal":
        raise Refused("invalid_arguments")
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        raise Refused("view_too_large")
    _check_modal(view)
    trigger.used = True
    shown = {**view, "id": world.next_id("V"), "hash": world.next_id("h"), "state": {"values": {}}}
    world.modals[shown["id"]] = Modal(shown, trigger.user)
    world.changes.bump()
    return ok(view=shown)


def _check_modal(view: Json) -> None:
    blocks = check_blocks(view.get("blocks"), HOME_BLOCKS)
    has_input = any(block["type"] == "input" for block in blocks)
    named = ("title", "submit", "close") if has_input else ("title",)
    long = any(len(_text(view.get(name))) > TITLE for name in ("title", "submit", "close"))
    missing = any(not _text(view.get(name)) for name in named if name != "close")
    too_long = len(str(view.get("private_metadata", ""))) > METADATA_CHARS
    if long or missing or too_long or any(block["type"] in OF_MESSAGES for block in blocks):
        raise Refused("invalid_arguments")
    for block in blocks:
        if block["type"] == "input":
            _check_input(block)


def _check_input(block: Json) -> None:
    element = block.get("element")
    if not _text(block.get("label")) or not isinstance(element, dict) or not element.get("type"):
        raise Refused("invalid_arguments")
    if element["type"] == "plain_text_input" and int(element.get("max_length", 1)) > INPUT_CHARS:
        raise Refused("invalid_arguments")


def filled(modal: Modal, values: dict[str, dict[str, Any]]) -> Json:
    """The view with what the member filled in: by block_id and action_id the text, or the element's state itself.

    A text that is left empty is null. Raises ValueError for an input that the client would not let through.
    """
    state: dict[str, dict[str, Json]] = {}
    for block in modal.view["blocks"]:
        if block["type"] != "input":
            continue
        element = block["element"]
        given = values.get(block["block_id"], {}).get(element["action_id"])
        if given in (None, "") and not block.get("optional"):
            raise ValueError(f"{block['block_id']} is required")
        if isinstance(given, str) and len(given) > int(element.get("max_length", INPUT_CHARS)):
            raise ValueError(f"{block['block_id']} is too long")
        told = given if isinstance(given, dict) else {"type": element["type"], "value": given or None}
        state[block["block_id"]] = {element["action_id"]: told}
    return {**modal.view, "state": {"values": state}}


def _text(value: Any) -> str:
    found = value.get("text") if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""
